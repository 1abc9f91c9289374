import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { canonicalJson } from '../../../shared/domain/kernel/canonical-json.ts';
import { MINUTE_MS } from '../../../shared/domain/kernel/durations.ts';

const TARGET = 'DynamoDB_20120810.';

interface Put {
  readonly TableName: string;
  readonly Item: Readonly<Record<string, unknown>>;
  readonly [condition: string]: unknown;
}

interface Transaction {
  readonly TransactItems: readonly { readonly Put?: Put }[];
  readonly ClientRequestToken?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Call = (operation: string, input: object) => Promise<Answer>;

/**
 * Adds TransactWriteItems with Put alone, of one item for each key, which is what azfed calls. While a transaction runs every other
 * request waits, so that nobody sees a part of it; a machine that ends in the middle leaves a part behind. A cancelled one
 * answers with a reason for each item, in their order (DynamoDB API Reference, TransactWriteItems).
 */
export function addTransactions(server: Server, getUrl: () => string, now: () => number): void {
  const [inner] = server.listeners('request') as RequestListener[];
  if (!inner) throw new Error('The table has no listener.');
  server.removeAllListeners('request');
  const runOnce = createTokenMemory(now);
  let tail: Promise<unknown> = Promise.resolve();
  let open = new Set<Promise<void>>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers[INTERNAL] !== undefined) {
      inner(request, response);
      return;
    }
    const done = new Promise<void>((resolve) => response.once('close', resolve));
    if (request.headers['x-amz-target'] !== `${TARGET}TransactWriteItems`) {
      void tail.then(() => {
        open.add(done);
        void done.then(() => open.delete(done));
        inner(request, response);
      });
      return;
    }
    const earlier = tail;
    tail = (async () => {
      await earlier;
      await Promise.all(open);
      open = new Set();
      const input = JSON.parse(await readText(request)) as Transaction;
      const answer = await runOnce(input, () => transact(input, makeCall(getUrl(), request)));
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.text);
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
}

/** Marks the parts of a transaction. */
export const INTERNAL = 'x-azfed-transaction';

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const makeCall =
  (url: string, { headers: { authorization = '' } }: IncomingMessage): Call =>
  async (operation, input) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization,
        [INTERNAL]: '1',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ''),
        'x-amz-target': `${TARGET}${operation}`,
      },
      body: JSON.stringify(input),
    });
    return { status: response.status, text: await response.text() };
  };

const TOKEN_VALID_MS = 10 * MINUTE_MS;
/** Service model, shape ClientRequestToken. */
const LONGEST_TOKEN = 36;

/**
 * A token is valid for ten minutes after its request is completed: within them the same request succeeds and is not applied again, and
 * another request with the token is refused (DynamoDB API Reference, TransactWriteItems, ClientRequestToken). What becomes of the token of
 * a cancelled transaction is not documented; here it is forgotten, and the request counts as new. So do all tokens when the machine ends.
 */
function createTokenMemory(now: () => number) {
  const completed = new Map<string, { readonly request: string; readonly at: number }>();
  return async (
    { ClientRequestToken: token, ...others }: Transaction,
    run: () => Promise<Answer>,
  ): Promise<Answer> => {
    if (token === undefined) return run();
    if (token.length < 1 || token.length > LONGEST_TOKEN)
      return refuse('ValidationException', `clientRequestToken must have 1 to ${LONGEST_TOKEN} characters.`);
    for (const [other, { at }] of completed) if (now() - at >= TOKEN_VALID_MS) completed.delete(other);
    const request = canonicalJson(others);
    const earlier = completed.get(token);
    if (earlier && earlier.request !== request)
      return refuse(
        'IdempotentParameterMismatchException',
        'The request has another payload than the one that the token was used for.',
      );
    if (earlier) return { status: 200, text: '{}' };
    const answer = await run();
    if (answer.status === 200) completed.set(token, { request, at: now() });
    return answer;
  };
}

/** Bytes of all items of a transaction (DynamoDB API Reference, TransactWriteItems). JSON takes a little more than the service counts. */
const LARGEST = 4 * 1_024 * 1_024;

/** Puts one after the other; what was there before is put back when one of them is refused. */
async function transact({ TransactItems: items }: Transaction, call: Call): Promise<Answer> {
  const puts = items.map(({ Put: put }) => put);
  if (puts.length < 1 || puts.length > 100 || puts.some((put) => put === undefined))
    return refuse('ValidationException', 'Only 1 to 100 Put are known here.');
  const bytes = puts.reduce((sum, put) => sum + Buffer.byteLength(JSON.stringify(put?.Item)), 0);
  if (bytes > LARGEST) return refuse('ValidationException', 'The items have more than 4 MB together.');
  const undo: (() => Promise<Answer>)[] = [];
  for (const [at, put] of puts.entries()) {
    if (!put) continue;
    const answer = await call('PutItem', { ...put, ReturnValues: 'ALL_OLD' });
    if (answer.status !== 200) {
      for (const back of undo.reverse()) await back();
      return cancel(answer, at, puts.length);
    }
    const { Attributes: before } = JSON.parse(answer.text) as { Attributes?: object };
    undo.push(() => restore(call, put, before));
  }
  return { status: 200, text: '{}' };
}

const restore = (call: Call, { TableName, Item }: Put, before: object | undefined): Promise<Answer> =>
  before
    ? call('PutItem', { TableName, Item: before })
    : call('DeleteItem', { TableName, Key: { pk: Item['pk'], sk: Item['sk'] } });

const refuse = (type: string, message: string, more: object = {}): Answer => ({
  status: 400,
  text: JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${type}`,
    message,
    Message: message,
    ...more,
  }),
});

function cancel({ status, text }: Answer, at: number, count: number): Answer {
  const { __type: type = '', message } = JSON.parse(text) as { __type?: string; message?: string };
  if (!type.endsWith('ConditionalCheckFailedException')) return { status, text };
  const reasons = Array.from({ length: count }, (_, index) =>
    index === at ? { Code: 'ConditionalCheckFailed', Message: message } : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const what = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return refuse('TransactionCanceledException', what, { CancellationReasons: reasons });
}
