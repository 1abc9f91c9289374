import { managedPolicyDocument, managedPolicyNames } from './managed-policies.ts';
import type { Call } from '../protocol/operation.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { PolicyRecord } from '../state/state.ts';
import { fixedQuotas } from './quotas.ts';

/** A policy that the account can see: its own, or one of AWS's. Throws NoSuchEntity. */
export function getPolicy(call: Call, arn = ''): PolicyRecord {
  const policy = call.account.policies.get(arn, call.asOf) ?? managedPolicy(call.account.partition, arn);
  if (policy === undefined) throw noSuchPolicy(arn);
  return policy;
}

/** Throws NoSuchEntity; AccessDenied for a policy of AWS. */
export function getOwnPolicy(call: Call, arn = ''): PolicyRecord {
  const policy = call.account.policies.get(arn);
  if (policy !== undefined) return policy;
  if (managedPolicy(call.account.partition, arn) === undefined) throw noSuchPolicy(arn);
  throw new ServiceError('AccessDenied', `${arn} belongs to AWS.`);
}

export function changePolicy({ account, now }: Call, policy: PolicyRecord): void {
  account.policies.set(policy.arn, { ...policy, updatedAt: now }, now);
}

/** Throws LimitExceeded. */
export function newVersion(
  policy: PolicyRecord,
  document: string,
  isDefault: boolean,
  now: number,
): PolicyRecord {
  if (policy.versions.length >= fixedQuotas.policyVersions) {
    throw new ServiceError(
      'LimitExceeded',
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
  }
  const latestVersion = policy.latestVersion + 1;
  const id = `v${latestVersion}`;
  return {
    ...policy,
    latestVersion,
    versions: [{ id, document, createdAt: now }, ...policy.versions],
    defaultVersion: isDefault ? id : policy.defaultVersion,
  };
}

export function knownPolicies({ account, asOf }: Call, scope: string): readonly PolicyRecord[] {
  const own = scope === 'AWS' ? [] : account.policies.list(asOf);
  const names = scope === 'Local' ? [] : managedPolicyNames;
  const managed = names.map((name) =>
    managedPolicy(account.partition, `arn:${account.partition}:iam::aws:policy/${name}`),
  );
  return [...own, ...managed.filter((policy) => policy !== undefined)];
}

/** How many roles have the policy attached, and how many as their boundary. */
export function countUsers({ account, asOf }: Call, arn: string): { attached: number; bounded: number } {
  const roles = account.roles.list(asOf);
  return {
    attached: roles.filter((role) => role.attached.includes(arn)).length,
    bounded: roles.filter((role) => role.boundary === arn).length,
  };
}

const MADE_AT = Date.parse('2015-02-06T18:39:46Z');

function managedPolicy(partition: string, arn: string): PolicyRecord | undefined {
  const document = managedPolicyDocument(partition, arn);
  if (document === undefined) return undefined;
  const resource = arn.slice(arn.indexOf(':policy/') + ':policy'.length);
  const name = resource.slice(resource.lastIndexOf('/') + 1);
  return {
    arn,
    id: `ANPA${name.toUpperCase()}`,
    name,
    path: resource.slice(0, -name.length),
    createdAt: MADE_AT,
    updatedAt: MADE_AT,
    defaultVersion: 'v1',
    latestVersion: 1,
    versions: [{ id: 'v1', document, createdAt: MADE_AT }],
    tags: [],
  };
}

function noSuchPolicy(arn: string): ServiceError {
  return new ServiceError('NoSuchEntity', `Policy ${arn} was not found.`);
}
