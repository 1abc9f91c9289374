import type { LoopbackAnswer, LoopbackOutcome, LoopbackRequest } from '../../loopback/loopback-server.ts';
import type { ApiReply, ListBody } from './route.ts';
import { errorAnswer, htmlAnswer, jsonAnswer, signInPage } from './wire.ts';
import { sameName } from '../state/world.ts';

interface FaultContext {
  readonly http: LoopbackRequest;
  /** The other origin, where a redirect leads. */
  readonly elsewhere: string;
  /** The project that the fault was asked for. */
  readonly project: string | undefined;
}

const throttled = (headers: Readonly<Record<string, string>>): LoopbackAnswer =>
  errorAnswer(
    429,
    'RequestBlockedException',
    'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource.',
    headers,
  );

// azure-devops-docs, rate-limits: seconds; sent with 200 as well as with 429.
const slowDown = {
  'retry-after': '1',
  'x-ratelimit-resource': 'Core',
  'x-ratelimit-delay': '0.5',
  'x-ratelimit-limit': '200',
  'x-ratelimit-remaining': '0',
};

/** Answers that come instead of the true one; the request has no effect. */
const refusals = {
  'ok-empty-list': () => jsonAnswer({ status: 200, body: { count: 0, value: [] } }),
  'ok-bare-array': () => jsonAnswer({ status: 200, body: [] }),
  'ok-null': () => jsonAnswer({ status: 200, body: null }),
  'ok-empty-body': () => ({ ...jsonAnswer({ status: 200, body: null }), text: '' }),
  'no-content-204': () => jsonAnswer({ status: 204 }),
  'sign-in-page-203': () => signInPage,
  'html-200': () => htmlAnswer(200, 'Azure DevOps'),
  'redirect-302': ({ elsewhere, http }) => ({
    status: 302,
    headers: { location: `${elsewhere}${http.path}` },
    text: '',
  }),
  '401': () =>
    errorAnswer(
      401,
      'UnauthorizedRequestException',
      'TF400813: The user is not authorized to access this resource.',
    ),
  '403': () => errorAnswer(403, 'AccessCheckException', 'VS800075: Access denied.'),
  // GitClear help, Debugging Azure Error Codes; azure-devops-docs, conditional-access-policies.
  '403-conditional-access': () =>
    errorAnswer(
      403,
      'ConditionalAccessPolicyException',
      'VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed.',
    ),
  '404': () => errorAnswer(404, 'VssResourceNotFoundException', 'The resource cannot be found.'),
  '429': () => throttled({}),
  '429-retry-after': () => throttled(slowDown),
  '500': () => errorAnswer(500, 'VssServiceException', 'TF400898: An Internal Error Occurred.'),
  '503': () => htmlAnswer(503, 'Service Unavailable'),
  hang: () => 'hang',
  'drop-connection': () => 'drop',
} satisfies Record<string, (context: FaultContext) => LoopbackOutcome>;

/** Answers made of the true one. A reply that is not a list passes the list faults unchanged. */
const distortions = {
  'retry-after-on-200': (reply) => jsonAnswer({ ...reply, headers: { ...reply.headers, ...slowDown } }),
  'cut-json': (reply) => {
    const whole = jsonAnswer(reply);
    return { ...whole, text: whole.text.slice(0, Math.ceil(whole.text.length / 2)) };
  },
  'count-mismatch': (reply) => withList(reply, ({ count, value }) => ({ count: count + 1, value })),
  'duplicate-ids': (reply) =>
    withList(reply, ({ count, value }) => ({
      count: count + value.slice(-1).length,
      value: [...value, ...value.slice(-1)],
    })),
  'missing-project': (reply, { project }) =>
    withList(reply, ({ value }) => {
      const left = value.filter((entry, index) =>
        project === undefined ? index > 0 : !isNamed(entry, project),
      );
      return { count: left.length, value: left };
    }),
  'repeated-continuation-token': (reply, { http }) => {
    const token = http.query.get('continuationToken') ?? reply.headers?.['x-ms-continuationtoken'] ?? '0';
    return jsonAnswer({ ...reply, headers: { ...reply.headers, 'x-ms-continuationtoken': token } });
  },
  'wrong-type': (reply) =>
    isList(reply.body)
      ? withList(reply, ({ count, value }) => ({ count, value: value.map(withAnotherType) }))
      : jsonAnswer({ ...reply, body: withAnotherType(reply.body) }),
} satisfies Record<string, (reply: ApiReply, context: FaultContext) => LoopbackOutcome>;

type Refusal = keyof typeof refusals;
export type Fault = Refusal | keyof typeof distortions;

export const faultNames: readonly Fault[] = [...listKeys(refusals), ...listKeys(distortions)];

export function isRefusal(fault: Fault): fault is Refusal {
  return fault in refusals;
}

export function refuse(fault: Refusal, context: FaultContext): LoopbackOutcome {
  return refusals[fault](context);
}

export function distort(
  fault: Exclude<Fault, Refusal>,
  reply: ApiReply,
  context: FaultContext,
): LoopbackOutcome {
  return distortions[fault](reply, context);
}

function listKeys<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}

function withList(reply: ApiReply, change: (list: ListBody) => ListBody): LoopbackAnswer {
  return jsonAnswer(isList(reply.body) ? { ...reply, body: change(reply.body) } : reply);
}

function isList(body: unknown): body is ListBody {
  return typeof body === 'object' && body !== null && 'value' in body && Array.isArray(body.value);
}

function isNamed(entry: unknown, nameOrId: string): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  return Object.entries(entry).some(
    ([key, value]) =>
      (key === 'name' || key === 'id') && typeof value === 'string' && sameName(value, nameOrId),
  );
}

function withAnotherType(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !('type' in entry)) return entry;
  return { ...entry, type: entry.type === 'Generic' ? 'AWS' : 'Generic' };
}
