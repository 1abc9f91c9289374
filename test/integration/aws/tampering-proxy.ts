import type { LoopbackOutcome } from '../../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';

/** Changes what AWS answers to an operation. */
export type Tamper = (operation: string, answer: string) => string;

/** Stands between a client and the embedded AWS. */
export async function startTamperingProxy(target: string, tamper: Tamper) {
  return startLoopbackServer(async ({ headers, text }): Promise<LoopbackOutcome> => {
    const { authorization = '', 'x-amz-security-token': token } = headers;
    const response = await fetch(target, {
      method: 'POST',
      body: text,
      headers: {
        authorization,
        'content-type': 'application/x-www-form-urlencoded',
        ...(typeof token === 'string' ? { 'x-amz-security-token': token } : {}),
      },
    });
    const operation = new URLSearchParams(text).get('Action') ?? '';
    const answer = tamper(operation, await response.text());
    return { status: response.status, headers: { 'content-type': 'text/xml' }, text: answer };
  });
}
