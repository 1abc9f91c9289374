import { splitRoleArn, readIssuer } from '../../shared/domain/kernel/arn.ts';
import { ConflictError, UpstreamError } from '../../shared/domain/kernel/errors.ts';
import type { ProviderArn, RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import { renderPolicy } from '../../shared/domain/policy/policy-document.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import type { ObservedProvider, ObservedRole, RoleState } from '../../shared/domain/iam/role.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import { frozenCopy } from './frozen-copy.ts';
import type { MemoryAccount } from './memory-account.ts';

type RoleStep = Extract<WriteStep, { role: RoleArn }>;
type ProviderStep = Extract<WriteStep, { provider: ProviderArn }>;
type StepOf<Name extends WriteStep['action']> = Extract<WriteStep, { action: Name }>;

/** What a step makes of a role that is there. */
type Edits = {
  readonly [Name in Exclude<RoleStep['action'], 'createRole' | 'deleteRole'>]: (
    role: ObservedRole,
    step: StepOf<Name>,
  ) => Partial<RoleState>;
};

const edits: Edits = {
  setBoundary: (_role, { boundary }) => ({ boundary }),
  setTrust: (_role, { trust }) => ({ trust }),
  attachManagedPolicy: ({ managedPolicies }, { policy }) => ({
    managedPolicies: [...new Set([...managedPolicies, policy])],
  }),
  detachManagedPolicy: ({ arn, managedPolicies }, { policy }) => {
    if (!managedPolicies.includes(policy)) throw missing(`${policy} on ${arn}`);
    return { managedPolicies: managedPolicies.filter((one) => one !== policy) };
  },
  putInlinePolicy: ({ inlinePolicies }, { name, document }) => ({
    inlinePolicies: { ...inlinePolicies, [name]: document },
  }),
  deleteInlinePolicy: ({ arn, inlinePolicies }, { name }) => {
    if (!Object.hasOwn(inlinePolicies, name)) throw missing(`${name} of ${arn}`);
    return { inlinePolicies: without(inlinePolicies, [name]) };
  },
  updateRole: (_role, { maxSessionDuration, description }) => ({ maxSessionDuration, description }),
  // Keys ignore case and keep the spelling that came last (IAM User Guide, tagging).
  tagRole: ({ tags }, step) => ({ tags: { ...without(tags, Object.keys(step.tags)), ...step.tags } }),
  untagRole: ({ tags }, { keys }) => ({ tags: without(tags, keys) }),
};

/** Carries out one step as IAM would. Throws ConflictError, UpstreamError; nothing is changed then. */
export function writeToMemory(
  account: MemoryAccount,
  step: WriteStep,
  newId: () => RoleId,
  now: number,
): void {
  if ('provider' in step) account.providers.set(step.provider, frozenCopy(applyProvider(account, step)));
  else if (step.action === 'createRole') account.roles.set(step.role, createdRole(account, step, newId, now));
  else if (step.action === 'deleteRole') deleteRole(account, step.role);
  else editRole(account, step.role, step.action, step);
  account.writes.push(frozenCopy(step));
}

function applyProvider({ providers }: MemoryAccount, step: ProviderStep): ObservedProvider {
  const arn = step.provider;
  const known = providers.get(arn);
  if (step.action === 'createProvider') {
    if (known) throw new ConflictError('exists', `${arn} exists already.`);
    return { arn, issuer: readIssuer(arn), audiences: step.audiences };
  }
  if (!known) throw missing(arn);
  return { ...known, audiences: [...new Set([...known.audiences, step.audience])] };
}

function createdRole(
  account: MemoryAccount,
  { action: _, role: arn, ...state }: StepOf<'createRole'>,
  newId: () => RoleId,
  now: number,
): ObservedRole {
  const { name, path } = splitRoleArn(arn);
  if (findNamesake(account, arn)) throw new ConflictError('exists', `A role ${name} exists already.`);
  if (account.roles.size >= account.quotas.roles) throw quota('roles');
  assertLength(account, state.trust);
  const identity = {
    arn,
    id: newId(),
    account: account.id,
    path,
    name,
    createdAt: now,
    lastUsedAt: 0,
    isFromTemplate: false,
  };
  return frozenCopy({
    ...identity,
    ...state,
    managedPolicies: [],
    inlinePolicies: {},
    instanceProfiles: [],
  });
}

function editRole<Name extends keyof Edits>(
  account: MemoryAccount,
  arn: RoleArn,
  name: Name,
  step: StepOf<Name>,
): void {
  const role = account.roles.get(arn);
  if (!role) throw missing(arn);
  const edit: Edits[Name] = edits[name];
  const next = { ...role, ...edit(role, step) };
  assertLength(account, next.trust);
  if (next.managedPolicies.length > account.quotas.managedPoliciesPerRole) throw quota('managed policies');
  account.roles.set(arn, frozenCopy(next));
}

/** IAM deletes a role only when nothing hangs on it (IAM API reference, DeleteRole). */
function deleteRole({ roles }: MemoryAccount, arn: RoleArn): void {
  const role = roles.get(arn);
  if (!role) throw missing(arn);
  const { managedPolicies, inlinePolicies, instanceProfiles = [] } = role;
  const inUse = [...managedPolicies, ...Object.keys(inlinePolicies), ...instanceProfiles];
  if (inUse.length > 0) throw new ConflictError('in-use', `${arn} still has ${inUse.join(', ')}.`);
  roles.delete(arn);
}

/** Role names are unique in an account, whatever their path and case (IAM User Guide, IAM and STS quotas). */
function findNamesake({ roles }: MemoryAccount, arn: RoleArn): ObservedRole | undefined {
  const name = splitRoleArn(arn).name.toLowerCase();
  return [...roles.values()].find((role) => role.name.toLowerCase() === name);
}

function assertLength({ quotas }: MemoryAccount, trust: PolicyDocument): void {
  if (renderPolicy(trust).replace(/\s/g, '').length > quotas.trustLength) throw quota('trust length');
}

function without<Value>(
  values: Readonly<Record<string, Value>>,
  keys: readonly string[],
): Readonly<Record<string, Value>> {
  const removed = new Set(keys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(values).filter(([key]) => !removed.has(key.toLowerCase())));
}

function missing(what: string): ConflictError {
  return new ConflictError('missing', `${what} does not exist.`);
}

function quota(what: string): UpstreamError {
  return new UpstreamError('quota', `Cannot exceed the quota for ${what}.`);
}
