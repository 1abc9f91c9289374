import dynalite from 'dynalite';
import { listenOnLoopback } from '../loopback/loopback-server.ts';
import type { TableGuard } from '../aws/requests/table-guard.ts';
import { addGuard } from './guarded.ts';
import { addTransactions } from './transactions.ts';

export interface LocalDynamoDbOptions {
  /** Where the tables are kept; in memory when absent. */
  readonly folder?: string;
  readonly port?: number;
  /** Epoch ms, for tokens of transactions. Default: the clock of this machine. */
  readonly now?: () => number;
  /** Refuses what a caller has no right to; left out: nobody is refused anything. */
  readonly guard?: TableGuard;
}

export interface LocalDynamoDb {
  readonly url: string;
  close(): Promise<void>;
}

/** Tables are ready in a moment: dynalite would hold them in CREATING for half a second. */
export async function startLocalDynamoDb(options: LocalDynamoDbOptions = {}): Promise<LocalDynamoDb> {
  const { folder, port = 0, guard, now = Date.now } = options;
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(folder === undefined ? {} : { path: folder }),
  });
  addTransactions(server, () => url, now);
  if (guard) addGuard(server, () => url, guard);
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
