import type { Lookup } from '../../../../shared/domain/policy/policy-variable.ts';
import { principalArn, type Caller } from '../protocol/caller.ts';
import { policyDocument } from './managed-policies.ts';
import type { Target } from '../protocol/operation.ts';
import { evaluatePolicies, type AccessRequest, type Verdict } from './policy-verdict.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RoleRecord } from '../state/state.ts';
import { AWS_ORGANIZATION, type Account } from '../state/world.ts';

/** Policies of one kind: what the caller may do is what every layer allows and none denies. */
interface Layer {
  readonly name: string;
  readonly denial: string;
  readonly documents: readonly string[];
}

/** Throws AccessDenied, in AWS's words, naming the layer that is to blame (IAM User Guide, access denied messages). */
export function authorize(caller: Caller, action: string, target: Target, now: number, asOf: number): void {
  if (caller.kind === 'admin') return;
  const request = { action, resource: target.resource, lookup: buildContext(caller, target.context, now) };
  const judged = listLayers(caller, asOf).map((layer) => ({
    layer,
    verdict: evaluatePolicies(layer.documents, request),
  }));
  const refuse = (why: string) =>
    new ServiceError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${target.resource} ${why}`,
    );

  const denying = judged.find(({ verdict }) => verdict === 'denies');
  if (denying) throw refuse(`with an explicit deny in ${denying.layer.denial}`);
  const silent = judged.find(({ verdict }) => verdict !== 'allows');
  if (silent) throw refuse(`because no ${silent.layer.name} allows the ${action} action`);
}

/** What the identity policies of a role, without its boundary and session policies, say. */
export function identityVerdict(caller: Caller, request: AccessRequest, asOf: number): Verdict {
  return caller.kind === 'admin'
    ? 'allows'
    : evaluatePolicies(identityDocuments(caller.account, caller.role, asOf), request);
}

/** A key that is not in the request is surely absent from it. */
export function buildContext(caller: Caller, context: Target['context'] = {}, now: number): Lookup {
  const held = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(now).toISOString()]],
    ['aws:epochtime', [String(Math.floor(now / 1000))]],
    ['aws:principalarn', [principalArn(caller)]],
    ['aws:principalaccount', [caller.account.id]],
    ['aws:principalorgid', [AWS_ORGANIZATION]],
    ['aws:principaltype', [caller.kind === 'admin' ? 'User' : 'AssumedRole']],
    ['aws:userid', [caller.id]],
    ['aws:securetransport', ['false']],
    ['aws:sourceip', ['127.0.0.1']],
    ...(caller.kind === 'session' ? sessionKeys(caller) : []),
    ...Object.entries(context).map(([key, values]) => [key.toLowerCase(), values] as const),
  ]);
  return (key) => held.get(key.toLowerCase()) ?? [];
}

function sessionKeys({
  session,
  role,
}: Extract<Caller, { kind: 'session' }>): readonly (readonly [string, readonly string[]])[] {
  return [
    ['aws:tokenissuetime', [new Date(session.issuedAt).toISOString()]],
    ...[...role.tags, ...(session.tags ?? [])].map(
      ({ key, value }) => [`aws:principaltag/${key.toLowerCase()}`, [value]] as const,
    ),
    ...(session.sourceIdentity === undefined
      ? []
      : [['aws:sourceidentity', [session.sourceIdentity]] as const]),
  ];
}

/** What a role may do by its policies and its boundary, whoever holds it. */
export function roleVerdict(
  account: Account,
  role: RoleRecord,
  request: AccessRequest,
  asOf: number,
): Verdict {
  const verdicts = roleLayers(account, role, asOf).map(({ documents }) =>
    evaluatePolicies(documents, request),
  );
  if (verdicts.includes('denies')) return 'denies';
  return verdicts.every((verdict) => verdict === 'allows') ? 'allows' : 'says nothing';
}

function listLayers(
  { account, role, session }: Extract<Caller, { kind: 'session' }>,
  asOf: number,
): readonly Layer[] {
  const layers = roleLayers(account, role, asOf);
  return session.policies.length === 0
    ? layers
    : [...layers, { name: 'session policy', denial: 'a session policy', documents: session.policies }];
}

function roleLayers(account: Account, role: RoleRecord, asOf: number): readonly Layer[] {
  const documents = identityDocuments(account, role, asOf);
  const identity = { name: 'identity-based policy', denial: 'an identity-based policy', documents };
  if (role.boundary === undefined) return [identity];
  const boundary = policyDocument(account, role.boundary, asOf);
  // A boundary whose policy is gone allows nothing.
  const bounds = boundary === undefined ? [] : [boundary];
  return [identity, { name: 'permissions boundary', denial: 'a permissions boundary', documents: bounds }];
}

/** The permissions policies of a role: inline ones and attached ones. */
export function identityDocuments(account: Account, role: RoleRecord, asOf: number): readonly string[] {
  const attached = role.attached.map((arn) => policyDocument(account, arn, asOf));
  return [
    ...role.inline.map(({ document }) => document),
    ...attached.filter((document) => document !== undefined),
  ];
}
