import { types } from 'node:util';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Milliseconds after which a request to AWS counts as lost: long enough for a slow line. */
export const REQUEST_TIMEOUT_MS = 10_000;

type Handle = NodeHttpHandler['handle'];

/**
 * What a client of the SDK sends its requests with, one for each client: without it the SDK only warns where no answer comes,
 * and waits for ever. An error of the way there says which host was asked; of most of them Node.js does not.
 */
export function createRequestHandler(requestTimeout = REQUEST_TIMEOUT_MS): NodeHttpHandler {
  return new NamingHandler({ connectionTimeout: 5_000, requestTimeout, throwOnRequestTimeout: true });
}

class NamingHandler extends NodeHttpHandler {
  override async handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    try {
      return await super.handle(request, options);
    } catch (error) {
      const { hostname, port } = request;
      throw nameHost(error, port === undefined ? hostname : `${hostname}:${port}`);
    }
  }
}

/** Of what another realm has thrown, the SDK would keep the text alone. */
function nameHost(error: unknown, host: string): unknown {
  if (error instanceof Error) return Object.assign(error, { host });
  if (!types.isNativeError(error)) return error;
  const { name, message } = error;
  return Object.assign(new Error(message, { cause: error }), Object.fromEntries(Object.entries(error)), {
    name,
    host,
  });
}
