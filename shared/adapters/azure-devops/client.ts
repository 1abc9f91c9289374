import type { Organization } from '../../domain/configuration.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../ports/clock.ts';
import { notAsked, outOfPatience, readJson } from './errors.ts';
import { createPatience } from './patience.ts';
import { backOffMs, isWorthAnother, retryAfterMs } from './retry.ts';
import { openTransport } from './transport.ts';
import type { Answer, Failure, TransportOptions } from './transport.ts';

export interface ClientOptions extends Omit<TransportOptions, 'url'> {
  readonly organization: Organization;
  readonly clock: Clock;
  /** How long a look may be held back or wait in vain, all in all. */
  readonly maxWaitMs: number;
}

interface Page {
  readonly body: Reading<unknown>;
  /** Of the next page, when there is one. */
  readonly continuationToken: string | undefined;
}

/** Asks one organization during one look, patiently. It can only read. */
export interface Client {
  /** `path` begins after the organization's address. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<Page>;
  /** Requests that were sent, repetitions included. */
  requests(): number;
  close(): void;
}

export function openClient(options: ClientOptions): Client {
  const { organization, clock, maxWaitMs, requestTimeoutMs } = options;
  const { url } = organization;
  const transport = openTransport({ ...options, url });
  const patience = createPatience(clock, maxWaitMs);
  let trouble = outOfPatience(maxWaitMs);

  async function ask(target: string): Promise<Page> {
    let page: Page | undefined;
    for (let tries = 1; await patience.turn(); tries += 1) {
      const answer = await transport.get(target);
      page = pageOf(answer, organization);
      if (spendsPatience(answer, tries) && page.body.state === 'unknown') trouble = page.body;
      // It comes with 200 as well, as a wish about the requests that follow (azure-devops-docs, rate-limits).
      patience.holdBack(retryAfterMs(answer, clock.now()));
      if (isTimeout(answer)) patience.spend(requestTimeoutMs);
      if (!isWorthAnother(answer, tries)) return page;
      patience.holdBack(backOffMs(tries));
    }
    return page ?? { body: notAsked(trouble), continuationToken: undefined };
  }

  return {
    get: (path, query) => ask(`${url}${path}?${new URLSearchParams(query).toString()}`),
    requests: () => transport.sent(),
    close: () => {
      transport.close();
    },
  };
}

function spendsPatience(answer: Answer | Failure, tries: number): boolean {
  return isTimeout(answer) || isWorthAnother(answer, tries);
}

function isTimeout(answer: Answer | Failure): boolean {
  return 'failure' in answer && answer.failure === 'timed-out';
}

/** vsts-rest-api-specs does not name the header; public clients of the project list do. */
function pageOf(answer: Answer | Failure, organization: Organization): Page {
  const token = 'failure' in answer ? undefined : answer.headers['x-ms-continuationtoken'];
  return {
    body: readJson(answer, organization),
    continuationToken: typeof token === 'string' && token !== '' ? token : undefined,
  };
}
