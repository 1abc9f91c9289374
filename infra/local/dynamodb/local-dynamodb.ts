import dynalite from 'dynalite';
import { listenOnLoopback } from '../loopback-server.ts';
import { addTransactions } from './transactions.ts';

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
  addTransactions(server, () => url);
  const url = await listenOnLoopback(server, port);
  return {
    url,
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
