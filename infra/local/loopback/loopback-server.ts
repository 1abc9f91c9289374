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

/**
 * Names that a service answers to beside those of loopback, and what it says to all others. A page in a browser may let its
 * own name resolve to 127.0.0.1; a name that nobody but the service's owner can give an address is safe.
 */
export interface HostRules {
  readonly acceptsHost: (name: string) => boolean;
  readonly refuse: (name: string) => LoopbackAnswer;
}

const loopbackAlone: HostRules = { acceptsHost: () => false, refuse: misdirected };

/**
 * Node.js closes an idle connection after 5 seconds. In a process that serves and asks, and that computed for so long, the
 * close overtakes the next request, which then counts twice. How a client takes a cut connection is shown by faults.
 */
const IDLE_CONNECTION_MS = 600_000;

/** Plain HTTP on 127.0.0.1 alone. Port 0 or none takes a free one. Answers bear the date of its clock (epoch milliseconds). */
export async function startLoopbackServer(
  answer: (request: LoopbackRequest) => Promise<LoopbackOutcome>,
  port = 0,
  now: () => number = Date.now,
  hosts: HostRules = loopbackAlone,
): Promise<LoopbackServer> {
  const server = createServer((message, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    void respond(message, response, answer, hosts);
  });
  server.keepAliveTimeout = IDLE_CONNECTION_MS;
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

/** What a server of this machine says to a name that is not its own (RFC 9110, 421 Misdirected Request). */
function misdirected(name: string): LoopbackAnswer {
  return {
    status: 421,
    headers: { 'content-type': 'text/plain' },
    text: `This is an embedded service, asked for as ${JSON.stringify(name)}. It answers to 127.0.0.1 and localhost. Send the request to one of these names.\n`,
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
  { acceptsHost: answersTo, refuse }: HostRules,
): Promise<void> {
  try {
    const { host = '' } = message.headers;
    if (!URL.canParse(`http://${host}`)) {
      send(response, refuse(host));
      return;
    }
    const url = new URL(message.url ?? '/', `http://${host}`);
    const isKnown = loopbackNames.has(url.hostname) || answersTo(url.hostname);
    send(response, isKnown ? await answer(await read(message, url)) : refuse(url.hostname));
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
