import { isLoopbackUrl } from '../../domain/kernel/loopback.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import { explainSilence } from '../../domain/kernel/unreached.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import type { Clock } from '../../ports/clock.ts';

export interface RestOptions {
  readonly token: string;
  /** The right that a refusal means. */
  readonly right: string;
  readonly clock: Clock;
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RestAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

const REQUEST_TIMEOUT_MS = 15_000;
const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 30_000;

/**
 * One request with a bearer token, and its JSON. What made something may have been done although no answer came: only what
 * was held back (429) is sent again then.
 */
export async function askRest(options: RestOptions, request: RestRequest): Promise<RestAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await askOnce(options, request);
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === ATTEMPTS) throw error;
      if (request.method === 'POST' && error.code !== HELD_BACK) throw error;
      await options.clock.sleep(Math.min(error.retryAfterMs ?? 500 * 2 ** attempt, LONGEST_PAUSE_MS));
    }
  }
}

const HELD_BACK = 'pull-request.throttled';

async function askOnce(
  options: RestOptions,
  { method, url, headers, body }: RestRequest,
): Promise<RestAnswer> {
  const place = `${method} ${url.split('?', 1)[0] ?? ''}`;
  if (!url.startsWith('https://') && !isLoopbackUrl(url))
    throw new ConfigError({
      where: url,
      what: 'A token is sent over https alone.',
      fix: 'Correct the address of the host.',
    });
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${options.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return readAnswer(options, place, answer.status, answer.headers, await answer.text());
  } catch (error) {
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError'))
      throw new TransientError(
        'pull-request.unreachable',
        `${place}: ${explainSilence(error, new URL(url).host)}.`,
        { cause: error },
      );
    throw error;
  }
}

function readAnswer(
  { right }: RestOptions,
  place: string,
  status: number,
  headers: Headers,
  text: string,
): RestAnswer {
  if (refusals.includes(status))
    throw new PermissionError(right, `${place}: ${status}. The token of the pipeline may not do this.`);
  if (status === 404)
    throw new ConfigError({
      where: place,
      what: 'There is no such pull request for the token of the pipeline.',
      fix: 'Let the pipeline read the repository of the pull request.',
    });
  if (status === 429) throw holdBack(place, Number(headers.get('retry-after')));
  if (status >= 500) throw new TransientError('pull-request.unavailable', `${place}: ${status}.`);
  const body = parseJson(text);
  if (status >= 300 || body === undefined)
    throw new UpstreamError('pull-request.refused', `${place}: ${status}, and no answer that is understood.`);
  return { body, headers };
}

/** A sign-in page comes with 203 or as a redirect (azure-devops-auth-samples issue 52). */
const refusals: readonly number[] = [203, 302, 401, 403];

function holdBack(place: string, seconds: number): TransientError {
  const wait = seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {};
  return new TransientError(HELD_BACK, `${place}: too many requests.`, wait);
}
