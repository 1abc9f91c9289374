import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import type { LoopbackOutcome, LoopbackServer } from '../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../infra/local/loopback/loopback-server.ts';

/**
 * What befalls one request: lost on its way there, lost on its way back, or the process ends before the answer comes,
 * so that nothing that it would send later arrives.
 */
export type Mishap = 'lost-request' | 'lost-answer' | 'end';

/** Counts the requests on all its wires, and lets one of them go wrong. */
export interface Trouble {
  /** The request with this number, from 1. */
  plan(request: number, mishap: Mishap): void;
  /** Somebody comes once, right after this operation of AWS was carried out and before its answer arrives. */
  visit(operation: string, visitor: () => Promise<unknown>): void;
  /** AWS refuses these operations from now on, as it does where an SCP denies them. */
  refuse(...operations: readonly string[]): void;
  /** Nothing goes wrong from now on. */
  fix(): void;
  readonly requests: number;
  /** Stands before a server. */
  startWire(target: string): Promise<LoopbackServer>;
}

export function createTrouble(): Trouble {
  let requests = 0;
  let planned: { readonly request: number; readonly mishap: Mishap } | undefined;
  let expected: { readonly operation: string; readonly visitor: () => Promise<unknown> } | undefined;
  let refused: readonly string[] = [];
  const isRefused = (text: string) => refused.some((operation) => text.startsWith(`Action=${operation}&`));
  const runVisitor = async (text: string) => {
    if (!expected || !text.startsWith(`Action=${expected.operation}&`)) return;
    const { visitor } = expected;
    expected = undefined;
    await visitor();
  };
  const findMishap = (request: number): Mishap | undefined => {
    if (!planned || request < planned.request) return undefined;
    if (request === planned.request) return planned.mishap;
    return planned.mishap === 'end' ? 'lost-request' : undefined;
  };
  return {
    plan(request, mishap) {
      planned = { request: requests + request, mishap };
    },
    visit(operation, visitor) {
      expected = { operation, visitor };
    },
    refuse(...operations) {
      refused = operations;
    },
    fix() {
      refused = [];
      planned = undefined;
    },
    get requests() {
      return requests;
    },
    startWire: (target) =>
      startLoopbackServer(async ({ method, path, headers, text }): Promise<LoopbackOutcome> => {
        const mishap = findMishap(++requests);
        if (mishap === 'lost-request') return 'drop';
        if (isRefused(text)) return { status: 403, headers: { 'content-type': 'text/xml' }, text: REFUSAL };
        const answer = await fetch(`${target}${path}`, { method, headers: copyHeaders(headers), body: text });
        const body = await answer.text();
        await runVisitor(text);
        if (mishap !== undefined) return 'drop';
        const type = answer.headers.get('content-type') ?? '';
        return { status: answer.status, headers: { 'content-type': type }, text: body };
      }),
  };
}

/** As IAM words it (Query API, error responses; IAM User Guide, troubleshoot access denied error messages). */
const REFUSAL = `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized to perform this action with an explicit deny in a service control policy</Message></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`;

const ofTheConnection = ['host', 'connection', 'content-length', 'expect', 'transfer-encoding'];

function copyHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || ofTheConnection.includes(name) ? [] : [[name, String(value)]],
  );
}

/** Where azfed finds AWS. */
export interface Wires {
  readonly aws: string;
  readonly dynamoDb: string;
  close(): Promise<void>;
}

export async function startWires(
  { aws, dynamoDb }: LocalCloud,
  trouble: Trouble | undefined,
): Promise<Wires> {
  if (!trouble) return { aws: aws.url, dynamoDb: dynamoDb.url, close: () => Promise.resolve() };
  const [first, second] = [await trouble.startWire(aws.url), await trouble.startWire(dynamoDb.url)];
  return {
    aws: first.url,
    dynamoDb: second.url,
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
}
