import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { INTERNAL } from './transactions.ts';
import type { TableGuard } from '../aws/requests/table-guard.ts';

const MARK = 'x-azfed-guarded';
const TYPE = 'application/x-amz-json-1.0';

/** Reads each request before the table does, and lets it through once it is judged. */
export function addGuard(server: Server, getUrl: () => string, guard: TableGuard): void {
  const [inner] = server.listeners('request') as RequestListener[];
  if (!inner) throw new Error('The table has no listener.');
  const mark = randomUUID();
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // Nothing but the keys of a session is judged, so that nothing else pays for it; a transaction has been judged as a whole.
    const isJudged = request.headers.authorization?.includes('Credential=ASIA');
    if (!isJudged || request.headers[MARK] === mark || request.headers[INTERNAL] !== undefined) {
      inner(request, response);
      return;
    }
    void judge(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });

  async function judge(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { authorization = '', 'x-amz-target': target, 'x-amz-date': date } = request.headers;
    const refusal = guard(request.headers, String(target).split('.').at(-1) ?? '', body);
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': TYPE }).end(refusal.json);
      return;
    }
    const headers = { authorization, 'x-amz-target': String(target), 'x-amz-date': String(date) };
    const answer = await fetch(getUrl(), {
      method: 'POST',
      headers: { ...headers, 'content-type': TYPE, [MARK]: mark },
      body,
    });
    response.writeHead(answer.status, { 'content-type': TYPE }).end(await answer.text());
  }
}
