import type { LoopbackAnswer, LoopbackOutcome, LoopbackRequest } from '../loopback/loopback-server.ts';
import { parseCredentialScope } from '../loopback/credential-scope.ts';
import { startLoopbackServer } from '../loopback/loopback-server.ts';
import type { AccessGuard } from '../aws/requests/access-guard.ts';
import { answerRefusal } from '../aws/protocol/json-answer.ts';
import { ServiceError as Refusal } from '../aws/protocol/service-error.ts';
import { ServiceError, perform } from './operations.ts';
import { createSecretStore, type LocalSecretsState, type SecretStore } from './secret-store.ts';

/** What the next request meets: an error, a body that is sent as it is with 200, no answer ever, or a closed connection. */
export type SecretsFailure =
  | { readonly type: string; readonly message?: string; readonly status?: number }
  | { readonly body: string }
  | 'hang'
  | 'drop';

export interface LocalSecretsOptions {
  /** Epoch milliseconds. Default: the clock of this machine. */
  readonly now?: () => number;
  /** What the policies of everybody say. Default: everybody may do everything. */
  readonly guard?: AccessGuard;
  /** Default: a free one. */
  readonly port?: number;
  /** What an earlier `snapshot` gave. */
  readonly state?: LocalSecretsState;
}

export interface LocalSecrets {
  /** Endpoint for the clients of every Region. */
  readonly url: string;
  /** Makes the secret, or gives it a new version. Returns its ARN. */
  put(name: string, value: string, region?: string): string;
  /** One for each of the next requests, in order. */
  failNext(...failures: readonly SecretsFailure[]): void;
  /** Requests so far, those that met a failure as well. */
  requests(): number;
  snapshot(): LocalSecretsState;
  /** After each call that may have changed something. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Secrets Manager on loopback, in memory. What it keeps to is written in README.md. */
export async function startLocalSecrets(options: LocalSecretsOptions = {}): Promise<LocalSecrets> {
  const { now = Date.now, port = 0, state } = options;
  const store = createSecretStore(now, state);
  const failures: SecretsFailure[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  let requests = 0;
  const server = await startLoopbackServer((request) => {
    requests += 1;
    const failure = failures.shift();
    const outcome = failure === undefined ? answer(store, request, options.guard) : toOutcome(failure);
    if (!String(request.headers['x-amz-target']).includes('.Get')) changed();
    return Promise.resolve(outcome);
  }, port);
  return {
    url: server.url,
    put: (name, value, region = 'us-east-1') => {
      const secret = store.find(region, name) ?? store.create(region, name);
      store.addVersion(secret, { SecretString: value });
      changed();
      return secret.arn;
    },
    failNext(...next) {
      failures.push(...next);
    },
    requests: () => requests,
    snapshot: () => store.snapshot(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => server.close(),
  };
}

function answer(
  store: SecretStore,
  { headers, text: body }: LoopbackRequest,
  guard?: AccessGuard,
): LoopbackAnswer {
  try {
    const region = readRegion(headers);
    const name = String(headers['x-amz-target']).replace(/^secretsmanager\./, '');
    const done = perform(store, { region, name, body }, (access) => guard?.authorize(headers, access));
    return reply(200, JSON.stringify(done));
  } catch (error) {
    if (error instanceof Refusal) return reply(400, answerRefusal(error).json);
    if (!(error instanceof ServiceError)) throw error;
    return refusal(error.type, error.message);
  }
}

/** Of the signature, which is not verified. */
function readRegion(headers: LoopbackRequest['headers']): string {
  const scope = parseCredentialScope(headers);
  if (scope?.service === 'secretsmanager') return scope.region;
  throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

function toOutcome(failure: SecretsFailure): LoopbackOutcome {
  if (typeof failure === 'string') return failure;
  if ('body' in failure) return reply(200, failure.body);
  return refusal(failure.type, failure.message ?? 'Told to fail.', failure.status);
}

function refusal(type: string, message: string, status = 400): LoopbackAnswer {
  return reply(status, JSON.stringify({ __type: type, Message: message }));
}

function reply(status: number, text: string): LoopbackAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, text };
}
