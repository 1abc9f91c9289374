import dynalite from 'dynalite';

export interface LocalDynamoDbOptions {
  /** Where the tables are kept; in memory when absent. */
  readonly folder?: string;
  readonly port?: number;
}

export interface LocalDynamoDb {
  readonly url: string;
  close(): Promise<void>;
}

/** Tables are ready in a moment: dynalite would hold them in CREATING for half a second. */
export async function startLocalDynamoDb(options: LocalDynamoDbOptions = {}): Promise<LocalDynamoDb> {
  const { folder, port = 0 } = options;
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(folder === undefined ? {} : { path: folder }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
        // The SDK keeps its connections open; the store would wait for them.
        server.closeAllConnections();
      }),
  };
}
