import { startLoopbackServer } from '../../loopback/loopback-server.ts';
import { jsonAnswer } from './wire.ts';

interface StrayRequest {
  readonly method: string;
  readonly path: string;
  /** An Authorization header arrived. Its value is not kept. */
  readonly hadCredentials: boolean;
  /** Epoch ms. */
  readonly at: number;
}

export interface OtherOrigin {
  readonly url: string;
  readonly received: readonly StrayRequest[];
  close(): Promise<void>;
}

/**
 * Where redirects lead: answers everything with an empty list, so that a client that follows takes it for the truth.
 * It goes by `localhost`, because azure-devops-node-api tells origins apart by host name alone.
 */
export async function startOtherOrigin(now: () => number): Promise<OtherOrigin> {
  const received: StrayRequest[] = [];
  const server = await startLoopbackServer(({ method, path, headers }) => {
    received.push({ method, path, hadCredentials: headers.authorization !== undefined, at: now() });
    return Promise.resolve(jsonAnswer({ status: 200, body: { count: 0, value: [] } }));
  });
  return { url: server.url.replace('127.0.0.1', 'localhost'), received, close: () => server.close() };
}
