import http from 'node:http';
import https from 'node:https';
import { ForbiddenAddressError, checkedLookup } from './checked-lookup.ts';
import type { ResolveHost } from './checked-lookup.ts';
import type { Target } from './target.ts';

export type Answer =
  | { readonly status: number; readonly retryAfter: string | undefined }
  /** There was none; a sentence for a person. */
  | { readonly failure: string };

export interface PostOptions {
  readonly resolve: ResolveHost;
  /** From the first step to the status line. */
  readonly deadlineMs: number;
}

/**
 * One request on a connection of its own. Redirects are not followed (node:https never does) and the answer's body is
 * not read: nothing that a receiver says but its status and Retry-After gets in.
 */
export function post(
  target: Target,
  headers: Readonly<Record<string, string>>,
  body: string,
  { resolve: resolveHost, deadlineMs }: PostOptions,
): Promise<Answer> {
  const { request: open } = target.url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const request = open(target.url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      lookup: checkedLookup(resolveHost, (address) => target.isAllowed(address)),
      signal: AbortSignal.timeout(deadlineMs),
    });
    request.on('response', (response) => {
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      response.destroy();
    });
    request.on('error', (error) => {
      resolve({ failure: failureOf(error, deadlineMs) });
    });
    // An answer that switches protocols is neither a response nor an error.
    request.on('close', () => {
      resolve({ failure: 'The connection was closed without an answer.' });
    });
    request.end(body);
  });
}

function failureOf(error: Error, deadlineMs: number): string {
  if (error.name === 'AbortError') return `No answer within ${deadlineMs / 1000} s.`;
  if (error instanceof ForbiddenAddressError) return error.message;
  return `The request failed (${'code' in error ? String(error.code) : error.name}).`;
}
