import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';

export interface LoopbackRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly path: string;
  /** The path's parts, percent-decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** `hang` keeps the connection open without a word; `drop` closes it without an answer. */
export type LoopbackOutcome = LoopbackAnswer | 'hang' | 'drop';

export interface LoopbackServer {
  readonly url: string;
  close(): Promise<void>;
}

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Plain HTTP on 127.0.0.1 alone. Port 0 or none takes a free one. Answers bear the date of its clock (epoch milliseconds). */
export async function startLoopbackServer(
  answer: (request: LoopbackRequest) => Promise<LoopbackOutcome>,
  port = 0,
  now: () => number = Date.now,
): Promise<LoopbackServer> {
  const server = createServer((message, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    void respond(message, response, answer);
  });
  const url = await listenOnLoopback(server, port);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Listens on 127.0.0.1 alone and says where. Port 0 takes a free one. */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.');
  return `http://127.0.0.1:${address.port}`;
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  answer: (request: LoopbackRequest) => Promise<LoopbackOutcome>,
): Promise<void> {
  try {
    const url = new URL(message.url ?? '/', `http://${message.headers.host ?? ''}`);
    // A page in a browser may resolve its own name to 127.0.0.1; the name that it asked for gives it away.
    const outcome = loopbackNames.has(url.hostname) ? await answer(await read(message, url)) : 'drop';
    send(response, outcome);
  } catch (error) {
    send(response, { status: 500, headers: { 'content-type': 'text/plain' }, text: String(error) });
  }
}

async function read(message: IncomingMessage, url: URL): Promise<LoopbackRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return {
    method: message.method ?? 'GET',
    path: message.url ?? '/',
    segments: url.pathname.split('/').filter(Boolean).map(decodeURIComponent),
    query: url.searchParams,
    headers: message.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

function send(response: ServerResponse, outcome: LoopbackOutcome): void {
  if (outcome === 'hang') return;
  if (outcome === 'drop') {
    response.destroy();
    return;
  }
  response.writeHead(outcome.status, outcome.headers);
  response.end(outcome.text);
}
