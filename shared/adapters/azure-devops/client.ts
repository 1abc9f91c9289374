import type { Organization } from '../../domain/configuration/configuration.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { notAsked, exhausted, readJson, readReply } from './errors.ts';
import { createRetryBudget } from './retry-budget.ts';
import { backOffMs, isHeldBack, isWorthAnother, retryAfterMs } from './retry.ts';
import { openTransport } from './transport.ts';
import type { Answer, Failure, Request, TransportOptions } from './transport.ts';

export interface ClientOptions extends Omit<TransportOptions, 'url'> {
  readonly organization: Organization;
  readonly clock: Clock;
  /** How long a look may be held back or wait in vain, all in all. */
  readonly maxWaitMs: number;
}

type Query = Readonly<Record<string, string>>;

interface Page {
  readonly body: Reading<unknown>;
  /** Of the next page, when there is one. */
  readonly continuationToken: string | undefined;
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
  ) => Promise<Reading<unknown>>;
}

export function openClient(options: ClientOptions): WritingClient {
  const { organization, clock, maxWaitMs, requestTimeoutMs } = options;
  const { url } = organization;
  const transport = openTransport({ ...options, url });
  const retryBudget = createRetryBudget(clock, maxWaitMs);
  let trouble = exhausted(maxWaitMs);

  async function ask(request: Request): Promise<Page> {
    const isRead = request.method === 'GET';
    let page: Page | undefined;
    for (let tries = 1; await retryBudget.turn(); tries += 1) {
      const answer = await transport.send(request);
      page = pageOf(answer, (isRead ? readJson : readReply)(answer, organization));
      if (spendsBudget(answer, tries) && page.body.state === 'unknown') trouble = page.body;
      // It comes with 200 as well, as a wish about the requests that follow (azure-devops-docs, rate-limits).
      retryBudget.holdBack(retryAfterMs(answer, clock.now()));
      if (isTimeout(answer)) retryBudget.spend(requestTimeoutMs);
      if (!(isRead ? isWorthAnother(answer, tries) : isHeldBack(answer))) return page;
      retryBudget.holdBack(backOffMs(tries));
    }
    return page ?? { body: notAsked(trouble), continuationToken: undefined };
  }

  const target = (path: string, query: Query) => `${url}${path}?${new URLSearchParams(query).toString()}`;
  return {
    get: (path, query) => ask({ method: 'GET', url: target(path, query) }),
    async send(method, path, query, body) {
      const text = body === undefined ? {} : { text: JSON.stringify(body) };
      return (await ask({ method, url: target(path, query), ...text })).body;
    },
    requests: () => transport.sent(),
    close: () => {
      transport.close();
    },
  };
}

function spendsBudget(answer: Answer | Failure, tries: number): boolean {
  return isTimeout(answer) || isWorthAnother(answer, tries);
}

function isTimeout(answer: Answer | Failure): boolean {
  return 'failure' in answer && answer.failure === 'timed-out';
}

/** vsts-rest-api-specs does not name the header; public clients of the project list do. */
function pageOf(answer: Answer | Failure, body: Reading<unknown>): Page {
  const token = 'failure' in answer ? undefined : answer.headers['x-ms-continuationtoken'];
  return {
    body,
    continuationToken: typeof token === 'string' && token !== '' ? token : undefined,
  };
}
