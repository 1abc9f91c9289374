import type { Organization } from '../../domain/configuration/configuration.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { notAsked, exhausted, outOfTime, readJson, readReply } from './errors.ts';
import { openTransport } from './transport.ts';
import type { Answer, TransportFailure, Request, TransportOptions } from './transport.ts';

export interface ClientOptions extends Omit<TransportOptions, 'url'> {
  readonly organization: Organization;
  readonly clock: Clock;
  /** How long a look may be held back or wait in vain, all in all. */
  readonly maxWaitMs: number;
  /** Epoch milliseconds: nothing is asked after it. */
  readonly until?: number | undefined;
}

type Query = Readonly<Record<string, string>>;

interface Page {
  readonly body: Reading<unknown>;
  /** Of the next page, when there is one. */
  readonly continuationToken: string | undefined;
  /** No patience was left: nothing was sent. */
  readonly isUnasked?: true;
}

/** Asks one organization during one look, patiently. It can only read. */
export interface Client {
  /** `path` begins after the organization's address. */
  get(path: string, query: Query): Promise<Page>;
  /** Requests that were sent, repetitions included. */
  requests(): number;
  close(): void;
}

export interface WritingClient extends Client {
  /**
   * Sent again only after 429, which says that nothing was done. 204 and an empty answer are complete. After `timed-out`,
   * `cut-short`, `unreachable` or `server-error` nobody knows whether it was done: look.
   */
  readonly send: (
    method: Exclude<Request['method'], 'GET'>,
    path: string,
    query: Query,
    body?: unknown,
    /** Default: plain JSON. */
    contentType?: Request['contentType'],
  ) => Promise<Reading<unknown>>;
}

export function openClient(options: ClientOptions): WritingClient {
  const { organization, clock, maxWaitMs, requestTimeoutMs, until = Infinity } = options;
  const { url } = organization;
  const transport = openTransport({ ...options, url });
  const retryBudget = createRetryBudget(clock, maxWaitMs, until);
  let trouble = exhausted(maxWaitMs);

  async function ask(request: Request): Promise<Page> {
    const isRead = request.method === 'GET';
    let page: Page | undefined;
    for (let tries = 1; await retryBudget.turn(); tries += 1) {
      const answer = await transport.send(request);
      page = toPage(answer, (isRead ? readJson : readReply)(answer, organization));
      if (spendsBudget(answer, tries) && page.body.state === 'unknown') trouble = page.body;
      // It comes with 200 as well, as a wish about the requests that follow (azure-devops-docs, rate-limits).
      retryBudget.holdBack(Math.max(retryAfterMs(answer, clock.now()), paceMs(answer, clock.now())));
      if (isTimeout(answer)) retryBudget.spend(requestTimeoutMs);
      if (!(isRead ? isWorthAnother(answer, tries) : isHeldBack(answer))) return page;
      retryBudget.holdBack(backOffMs(tries));
    }
    const body = retryBudget.hasEnded() ? outOfTime : notAsked(trouble);
    return page ?? { body, continuationToken: undefined, isUnasked: true };
  }

  const target = (path: string, query: Query) => `${url}${path}?${new URLSearchParams(query).toString()}`;
  return {
    get: (path, query) => ask({ method: 'GET', url: target(path, query) }),
    async send(method, path, query, body, contentType = 'application/json') {
      const text = body === undefined ? {} : { text: JSON.stringify(body), contentType };
      return (await ask({ method, url: target(path, query), ...text })).body;
    },
    requests: () => transport.sent(),
    close: () => {
      transport.close();
    },
  };
}

function spendsBudget(answer: Answer | TransportFailure, tries: number): boolean {
  return isTimeout(answer) || isWorthAnother(answer, tries);
}

function isTimeout(answer: Answer | TransportFailure): boolean {
  return 'failure' in answer && answer.failure === 'timed-out';
}

/** vsts-rest-api-specs does not name the header; public clients of the project list do. */
function toPage(answer: Answer | TransportFailure, body: Reading<unknown>): Page {
  const token = 'failure' in answer ? undefined : answer.headers['x-ms-continuationtoken'];
  return {
    body,
    continuationToken: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

/**
 * The requests of one look keep one pace, because Azure DevOps counts by identity and not by request
 * (azure-devops-docs, rate-limits): when one is told to wait, all wait.
 */
interface RetryBudget {
  /** Waits until it is allowed to ask. False when there is no patience left, or no time. */
  turn(): Promise<boolean>;
  /** There is no time to ask before `until`. */
  hasEnded(): boolean;
  /** Nothing is asked before that many milliseconds have gone by. Time that many wait together counts once. */
  holdBack(milliseconds: number): void;
  /** That many milliseconds were waited in vain. */
  spend(milliseconds: number): void;
}

export function createRetryBudget(clock: Clock, maxWaitMs: number, until = Infinity): RetryBudget {
  let notBefore = clock.now();
  let leftMs = maxWaitMs;
  const hasEnded = () => Math.max(notBefore, clock.now()) > until;
  return {
    async turn() {
      while (leftMs >= 0 && !hasEnded() && notBefore > clock.now())
        await clock.sleep(notBefore - clock.now());
      return leftMs >= 0 && !hasEnded();
    },
    hasEnded,
    holdBack(milliseconds) {
      const from = Math.max(notBefore, clock.now());
      const until = Math.max(notBefore, clock.now() + milliseconds);
      leftMs -= until - from;
      notBefore = until;
    },
    spend(milliseconds) {
      leftMs -= milliseconds;
    },
  };
}

/** Of a request that the way there failed, not Azure DevOps. */
const MAX_TRIES = 3;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** Whether the same request may get another answer soon. Being held back is no failure: patience alone ends it. */
function isWorthAnother(answer: Answer | TransportFailure, tries: number): boolean {
  if ('status' in answer && (answer.status === 429 || answer.status === 503)) return true;
  return tries < MAX_TRIES && isStumble(answer);
}

/** Told to wait, which says that nothing was done. */
function isHeldBack(answer: Answer | TransportFailure): boolean {
  return 'status' in answer && answer.status === 429;
}

/** A gateway or the way to it stumbled. What took its full time once would take it again. */
const isStumble = (answer: Answer | TransportFailure): boolean =>
  'failure' in answer ? answer.failure !== 'timed-out' : answer.status === 502 || answer.status === 504;

const backOffMs = (tries: number): number => Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);

/** No pause is longer than the longest delay of a request (azure-devops-docs, rate-limits). */
const LONGEST_PACE_MS = 30_000;
/** Below this part of the limit the rest of it is spread over the time until it is restored. */
const SCARCE = 0.1;

/**
 * What is left of the identity's share, in TSTUs, is spent evenly until the service forgets what was used: 0 says that requests
 * are being delayed already, `X-RateLimit-Delay` (seconds) by how much this one was (azure-devops-docs, rate-limits; the headers
 * come only when the limit is near).
 */
function paceMs(answer: Answer | TransportFailure, now: number): number {
  if ('failure' in answer) return 0;
  const read = (name: string) => {
    const text = answer.headers[`x-ratelimit-${name}`];
    return typeof text === 'string' && /^\d{1,12}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
  };
  const [remaining, limit, reset] = [read('remaining'), read('limit'), read('reset')];
  if (remaining === undefined) return 0;
  if (remaining < 1) return Math.min((read('delay') ?? 0) * 1_000, LONGEST_PACE_MS);
  if (limit === undefined || reset === undefined || remaining > limit * SCARCE) return 0;
  return Math.min(Math.max(0, reset * 1_000 - now) / remaining, LONGEST_PACE_MS);
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); 0 when nothing is asked for. */
function retryAfterMs(answer: Answer | TransportFailure, now: number): number {
  const text = 'failure' in answer ? undefined : answer.headers['retry-after'];
  if (text === undefined) return 0;
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
