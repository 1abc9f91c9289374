import { splitRoleArn, readIssuer } from '../../shared/domain/kernel/arn.ts';
import type { ProviderArn, RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import type { ObservedProvider, ObservedRole, RoleState } from '../../shared/domain/iam/role.ts';
import { ABSENT, showFields } from '../../shared/domain/iam/role-fields.ts';
import { listWrites } from '../../shared/domain/plan/revocation.ts';
import type { Step, WriteStep } from '../../shared/domain/iam/iam-operation.ts';

/** IAM as a value: what a step makes of it is another value, so that every prefix of a change can be looked at. */
export interface IamModel {
  readonly roles: ReadonlyMap<RoleArn, ObservedRole>;
  readonly providers: ReadonlyMap<ProviderArn, ObservedProvider>;
  /** Roles that were ever made: the next one gets another RoleId. */
  readonly made: number;
}

export const emptyIam: IamModel = { roles: new Map(), providers: new Map(), made: 0 };

type StepOf<Action extends Step['action']> = Extract<Step, { action: Action }>;
type RoleEdit = Exclude<
  WriteStep,
  { action: 'createProvider' | 'addAudience' | 'createRole' | 'deleteRole' }
>;

/** Throws where IAM would refuse, and where a read-back does not show what was written. */
export function applyStep(iam: IamModel, step: Step, now: number): IamModel {
  if (step.action === 'createProvider') return createProvider(iam, step);
  if (step.action === 'addAudience') return addAudience(iam, step);
  if (step.action === 'createRole') return createRole(iam, step, now);
  if (step.action === 'readBack') return readBack(iam, step);
  if (step.action === 'readBackGone') return readBackGone(iam, step);
  const role = existing(iam, step.role);
  if (step.action === 'deleteRole') return deleteRole(iam, role);
  const write = step.action === 'revokeSessions' ? revoking(step, now) : step;
  return withRole(iam, { ...role, ...edited(role, write) });
}

function deleteRole(iam: IamModel, { arn, managedPolicies, inlinePolicies }: ObservedRole): IamModel {
  if (managedPolicies.length + Object.keys(inlinePolicies).length > 0)
    throw new Error(`${arn} is deleted, but it has policies.`);
  return withoutRole(iam, arn);
}

function readBackGone(iam: IamModel, { role }: StepOf<'readBackGone'>): IamModel {
  if (iam.roles.has(role)) throw new Error(`${role} is still there.`);
  return iam;
}

function revoking(step: StepOf<'revokeSessions'>, now: number): RoleEdit {
  const [write] = listWrites(step, now);
  if (write?.action !== 'putInlinePolicy') throw new Error('Sessions are revoked by an inline policy.');
  return write;
}

export function withRole(iam: IamModel, role: ObservedRole): IamModel {
  return { ...iam, roles: new Map(iam.roles).set(role.arn, role) };
}

export function withoutRole(iam: IamModel, arn: RoleArn): IamModel {
  return { ...iam, roles: new Map([...iam.roles].filter(([other]) => other !== arn)) };
}

function edited(role: ObservedRole, step: RoleEdit): Partial<RoleState> {
  switch (step.action) {
    case 'setBoundary':
      return { boundary: step.boundary };
    case 'setTrust':
      return { trust: step.trust };
    case 'attachManagedPolicy':
      return { managedPolicies: [...new Set([...role.managedPolicies, step.policy])] };
    case 'detachManagedPolicy':
      return { managedPolicies: role.managedPolicies.filter((policy) => policy !== step.policy) };
    case 'putInlinePolicy':
      return { inlinePolicies: { ...role.inlinePolicies, [step.name]: document(step) } };
    case 'deleteInlinePolicy':
      return { inlinePolicies: without(role.inlinePolicies, [step.name]) };
    case 'updateRole':
      return { maxSessionDuration: step.maxSessionDuration, description: step.description };
    case 'tagRole':
      return { tags: { ...role.tags, ...step.tags } };
    case 'untagRole':
      return { tags: without(role.tags, step.keys) };
  }
}

/** What is no document reaches the service as nothing at all. */
function document(step: StepOf<'putInlinePolicy'>) {
  if (typeof step.document !== 'object') throw new Error(`${step.name} is put without a document.`);
  return step.document;
}

function createRole(iam: IamModel, step: StepOf<'createRole'>, now: number): IamModel {
  const parsed = splitRoleArn(step.role);
  const names = [...iam.roles.values()].map(({ name }) => name.toLowerCase());
  if (names.includes(parsed.name.toLowerCase())) throw new Error(`A role ${parsed.name} exists already.`);
  const { trust, boundary, maxSessionDuration, description, tags } = step;
  const role: ObservedRole = {
    ...{ trust, boundary, maxSessionDuration, description, tags },
    ...{ arn: parsed.arn, account: parsed.account, path: parsed.path, name: parsed.name },
    id: `AROA${String(iam.made + 1).padStart(17, '0')}` as RoleId,
    createdAt: now,
    lastUsedAt: 0,
    instanceProfiles: [],
    isFromTemplate: false,
    managedPolicies: [],
    inlinePolicies: {},
  };
  return { ...withRole(iam, role), made: iam.made + 1 };
}

function createProvider(iam: IamModel, { provider, audiences }: StepOf<'createProvider'>): IamModel {
  if (iam.providers.has(provider)) throw new Error(`${provider} exists already.`);
  return withProvider(iam, { arn: provider, issuer: readIssuer(provider), audiences });
}

function addAudience(iam: IamModel, { provider, audience }: StepOf<'addAudience'>): IamModel {
  const known = iam.providers.get(provider);
  if (!known) throw new Error(`There is no ${provider}.`);
  return withProvider(iam, { ...known, audiences: [...new Set([...known.audiences, audience])] });
}

function withProvider(iam: IamModel, provider: ObservedProvider): IamModel {
  return { ...iam, providers: new Map(iam.providers).set(provider.arn, provider) };
}

function readBack(iam: IamModel, { role, expected }: StepOf<'readBack'>): IamModel {
  const fields = showFields(existing(iam, role), expected);
  const unlike = Object.keys(expected).filter((path) => (fields[path] ?? ABSENT) !== expected[path]);
  if (unlike.length > 0) throw new Error(`${role} does not show what was written: ${unlike.join(', ')}.`);
  return iam;
}

function existing(iam: IamModel, arn: RoleArn): ObservedRole {
  const role = iam.roles.get(arn);
  if (!role) throw new Error(`There is no ${arn}.`);
  return role;
}

function without<Value>(
  values: Readonly<Record<string, Value>>,
  names: readonly string[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
