import type { AccessGuard } from '../aws/requests/access-guard.ts';
import { ServiceError as Refusal } from '../aws/protocol/service-error.ts';
import {
  startLoopbackServer,
  type LoopbackOutcome,
  type LoopbackRequest,
} from '../loopback/loopback-server.ts';
import { createObjectStore, type LocalS3State, type ObjectStore, type StoredObject } from './object-store.ts';
import { perform } from './operations.ts';
import { ServiceError } from './service-error.ts';
import { requireSignature, type Keys } from './signature.ts';

/** What a request meets in place of its outcome: an error, no answer ever, or a closed connection; `pass`: its outcome. */
type S3Failure = { readonly code: string; readonly status: number } | 'hang' | 'drop' | 'pass';

export interface LocalS3Options {
  /** Who may read and write every object here; nobody else may do anything. */
  readonly keys: readonly Keys[];
  /** Whose keys are known beside these, and what the policies of everybody say. Default: `keys` may do everything. */
  readonly guard?: AccessGuard;
  /** Epoch milliseconds. Default: the clock of this machine. */
  readonly now?: () => number;
  /** Goes on from there. */
  readonly state?: LocalS3State;
}

export interface LocalS3 {
  /** Endpoint for the clients, which name the bucket in the path. */
  readonly url: string;
  /** Makes a bucket with the policy, or leaves the one of that name as it is. */
  createBucket(name: string, policy?: object): void;
  /** Puts an object from inside. */
  put(bucket: string, key: string, text: string): void;
  object(bucket: string, key: string): StoredObject | undefined;
  /** One for each of the next requests, in order. */
  failNext(...failures: readonly S3Failure[]): void;
  /** Everything that was asked, oldest first. */
  readonly requests: readonly LoopbackRequest[];
  snapshot(): LocalS3State;
  /** Called after every write. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** S3 on loopback, in memory. What it keeps to is written in README.md. */
export async function startLocalS3(options: LocalS3Options): Promise<LocalS3> {
  const { now = Date.now, state } = options;
  const store = createObjectStore(now, state);
  const failures: S3Failure[] = [];
  const requests: LoopbackRequest[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const server = await startLoopbackServer((request) => {
    requests.push(request);
    const failure = failures.shift();
    const outcome =
      failure === undefined || failure === 'pass' ? answer(store, options, request) : toOutcome(failure);
    if (request.method !== 'GET') changed();
    return Promise.resolve(outcome);
  });
  return {
    url: server.url,
    createBucket(name, policy) {
      store.createBucket(name, policy && JSON.stringify(policy));
      changed();
    },
    put(bucket, key, text) {
      store.put(bucket, { key, text, headers: { 'content-type': 'text/plain' } });
      changed();
    },
    object: (bucket, key) => store.find(bucket, key),
    failNext(...next) {
      failures.push(...next);
    },
    requests,
    snapshot: () => store.snapshot(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => server.close(),
  };
}

function answer(
  store: ObjectStore,
  { keys, guard }: LocalS3Options,
  request: LoopbackRequest,
): LoopbackOutcome {
  try {
    requireSignature(
      (id) => keys.find(({ accessKeyId }) => accessKeyId === id) ?? guard?.findKeys(id),
      request,
    );
    return perform(store, request, (access) => guard?.authorize(request.headers, access));
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.code, statuses[error.code] ?? 403, error.message);
    if (!(error instanceof ServiceError)) throw error;
    return refusal(error.code, error.status, error.message);
  }
}

/** S3 API Reference, error responses: all others are 403 here. */
const statuses: Readonly<Record<string, number>> = { ExpiredToken: 400 };

function toOutcome(failure: Exclude<S3Failure, 'pass'>): LoopbackOutcome {
  return typeof failure === 'string' ? failure : refusal(failure.code, failure.status, 'Told to fail.');
}

function refusal(code: string, status: number, message: string): LoopbackOutcome {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, text };
}
