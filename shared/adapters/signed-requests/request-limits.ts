/** Milliseconds after which a request to AWS counts as lost: long enough for a slow line. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** The same for a client of the SDK, which otherwise only warns, and waits for ever. */
export const requestHandler = {
  connectionTimeout: 5_000,
  requestTimeout: REQUEST_TIMEOUT_MS,
  throwOnRequestTimeout: true,
};
