import type { LoopbackServer } from '../../infra/local/loopback-server.ts';
import { startLoopbackServer } from '../../infra/local/loopback-server.ts';

interface ObjectServer extends LoopbackServer {
  /** Headers of the requests that came. */
  readonly requests: Readonly<Record<string, unknown>>[];
  put(bucket: string, key: string, text: string): void;
  /** What the next request meets. */
  failNext(failure: { readonly code: string; readonly status: number } | 'drop'): void;
}

/** As much of S3 as one GetObject needs; errors as its API Reference has them. */
export async function startObjectServer(): Promise<ObjectServer> {
  const requests: Readonly<Record<string, unknown>>[] = [];
  const objects = new Map<string, string>();
  const failures: ({ readonly code: string; readonly status: number } | 'drop')[] = [];
  const server = await startLoopbackServer(({ segments, headers }) => {
    requests.push(headers);
    const failure = failures.shift();
    if (failure === 'drop') return Promise.resolve(failure);
    const text = objects.get(segments.join('/'));
    if (text !== undefined && failure === undefined)
      return Promise.resolve({ status: 200, headers: { 'content-type': 'text/yaml' }, text });
    const { code, status } = failure ?? { code: 'NoSuchKey', status: 404 };
    const error = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>Told to.</Message></Error>`;
    return Promise.resolve({ status, headers: { 'content-type': 'application/xml' }, text: error });
  });
  return {
    ...server,
    requests,
    put: (bucket, key, text) => {
      objects.set(`${bucket}/${key}`, text);
    },
    failNext: (failure) => {
      failures.push(failure);
    },
  };
}
