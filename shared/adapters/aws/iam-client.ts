import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { homeRegions, type Partition } from '../../domain/kernel/arn.ts';
import type { Clock } from '../../ports/clock.ts';
import { createRequestHandler } from '../signed-requests/request-handler.ts';
import type { Limiter } from './limiter.ts';
import type { AwsCall, AwsFailure, AwsFailureKind } from './errors.ts';
import { parseFailure, isRoleMissing, translate } from './errors.ts';
import { ConflictError, TransientError } from '../../domain/kernel/errors.ts';
import { RETRY_BUDGETS_MS } from '../../domain/iam/longest-duration.ts';

/** Long-lived keys, or those of a session. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ConnectionOptions {
  /** Without it the SDK's default chain is asked. */
  readonly credentials?: Credentials;
  /** Without it the SDK's own rules and variables decide (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_IAM`, ...). */
  readonly endpoint?: string;
  /** Milliseconds without an answer after which a request counts as lost. A bulk page may take ten seconds. */
  readonly requestTimeoutMs?: number;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** The hub's own client in a partition. Its credentials and its sockets serve the others too. */
export function createStsClient(
  partition: Partition,
  { credentials, endpoint, requestTimeoutMs = REQUEST_TIMEOUT_MS }: ConnectionOptions,
): STSClient {
  return new STSClient({
    region: homeRegions[partition],
    maxAttempts: 1,
    requestHandler: createRequestHandler(requestTimeoutMs),
    ...(credentials ? { credentials } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

/** `onRequest` is told of every request that is sent. */
export function createIamClient(
  hub: STSClient,
  partition: Partition,
  credentials: Credentials | undefined,
  endpoint: string | undefined,
  onRequest?: () => void,
): IAMClient {
  const client = new IAMClient({
    region: homeRegions[partition],
    maxAttempts: 1,
    requestHandler: hub.config.requestHandler,
    credentials: credentials ?? hub.config.credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  client.middlewareStack.add(
    (next) => (request) => {
      onRequest?.();
      return next(request);
    },
    { step: 'deserialize', priority: 'low', name: 'countRequests' },
  );
  return client;
}

/**
 *     made      that it is not found says nothing yet
 *     emptied   that it still has policies says nothing yet
 */
export type Recently = 'made' | 'emptied';

interface RepeatableCall extends AwsCall {
  /** False where a second time is not the same as once: then an unknown outcome is not tried again. */
  readonly isRepeatable: boolean;
  /** What was done to the role a moment ago: IAM may not know of it everywhere. */
  readonly recently?: Recently;
}

export interface RetryBudget {
  readonly clock: Clock;
  /** Epoch milliseconds; nothing is begun after it. */
  readonly until?: number;
}

/** The SDK's own retries are off: they leave ConcurrentModification out, and try a quota (LimitExceeded) three times. */
const retryBudgetMs: Partial<Record<AwsFailureKind, number>> = RETRY_BUDGETS_MS;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;

/** Sends until it succeeds or patience ends; what AWS answered last comes out as an error of the domain. */
export async function retrying<Answer>(
  call: RepeatableCall,
  { clock, until = Infinity }: RetryBudget,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const getEnd = startPatience(call, clock);
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    try {
      return await send();
    } catch (error) {
      const failure = parseFailure(error);
      if (!failure) throw error;
      const next = clock.now() + delay;
      if (next > getEnd(failure) || next >= until) throw translate(failure, call);
      await clock.sleep(delay);
    }
  }
}

/** Until when a failure is tried again. A request may wait long for its turn, so that of throttling only refusals count. */
function startPatience(call: RepeatableCall, clock: Clock): (failure: AwsFailure) => number {
  const begun = clock.now();
  let throttledAt: number | undefined;
  return (failure) => {
    if (failure.kind === 'throttled') throttledAt ??= clock.now();
    const since = failure.kind === 'throttled' ? (throttledAt ?? begun) : begun;
    return since + selectRetryBudget(failure, call);
  };
}

function selectRetryBudget(failure: AwsFailure, { isRepeatable, recently }: RepeatableCall): number {
  const { kind, code } = failure;
  if (kind === 'unavailable' && !isRepeatable) return 0;
  const isNotYetKnown =
    (recently === 'made' && isRoleMissing(failure)) || (recently === 'emptied' && code === 'in-use');
  return retryBudgetMs[isNotYetKnown ? 'propagating' : kind] ?? 0;
}

export interface IamCall extends AwsCall {
  readonly action: `iam:${string}`;
  /** `write-once`: a second time is not the same as once. */
  readonly effect: 'read' | 'write' | 'write-once';
  readonly recently?: Recently;
}

/** Sends requests to IAM in one account: paced, tried again where that is right, errors as those of the domain. */
export interface IamRequests {
  send<Answer>(call: IamCall, send: (client: IAMClient) => Promise<Answer>): Promise<Answer>;
}

export function createIamRequests(
  client: IAMClient,
  limiter: Limiter,
  retryBudget: RetryBudget,
): IamRequests {
  return {
    send: ({ effect, ...call }, send) =>
      retrying({ ...call, isRepeatable: effect !== 'write-once' }, retryBudget, () =>
        limiter(effect === 'read' ? 'reads' : 'writes', () => send(client)),
      ),
  };
}

export function buildRead(action: IamCall['action'], target = '*'): IamCall {
  return { action, target, effect: 'read' };
}

/** `undefined` for what IAM says does not exist. */
export async function unlessMissing<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ConflictError && error.code === 'missing') return undefined;
    throw error;
  }
}

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/**
 * All pages of a list, in sequence. Throws TransientError `cut-short` for a list that says it goes on but not where,
 * or that leads back to where it was: half a list must not pass for a whole one.
 */
export async function readPages<Answer extends Page, Item>(
  list: string,
  fetchPage: (marker: { readonly Marker?: string }) => Promise<Answer>,
  selectItems: (page: Answer) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let marker: string | undefined;
  do {
    const page = await fetchPage(marker === undefined ? {} : { Marker: marker });
    items.push(...present(selectItems(page), list));
    marker = nextMarker(page, list);
    if (marker !== undefined && seen.has(marker))
      throw new TransientError('cut-short', `${list} gave the same marker twice.`);
    if (marker !== undefined) seen.add(marker);
  } while (marker !== undefined);
  return items;
}

function nextMarker({ IsTruncated: isTruncated, Marker: marker }: Page, list: string): string | undefined {
  if (isTruncated !== true) return undefined;
  if (marker === undefined || marker === '')
    throw new TransientError('cut-short', `${list} goes on, but does not say where.`);
  return marker;
}

/**
 * The SDK reads any 200, a proxy's sign-in page too, as an answer without members. So a member that AWS always sends
 * has to be there: an empty list is one that was sent empty.
 */
export function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined)
    throw new TransientError('unexpected-shape', `${what} was answered with something that is not of IAM.`);
  return value;
}
