import type { MemoryAccount } from '../doubles/memory-account.ts';
import { splitRoleArn, providerArn } from '../../shared/domain/kernel/arn.ts';
import type { RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import { vstokenProfile } from '../../shared/domain/issuers/issuer.ts';
import { buildTrust } from '../../shared/domain/policy/trust-document.ts';
import { unknown } from '../../shared/domain/kernel/result.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { Tampering } from '../builders/arbitraries-tampering.ts';
import { tampered } from '../builders/arbitraries-tampering.ts';
import { contoso } from '../builders/configuration.ts';
import { beyond } from './admission.ts';
import { widens } from './role-write.ts';
import { widths } from './widths.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

/** Somebody deletes the role and makes another under its name, of the same fields, without our marks. */
export function replaceRole(world: World, arn: RoleArn, number: number): void {
  changeRole(world, arn, () => ({
    id: `AROASOMEBODY${String(number).padStart(9, '0')}` as RoleId,
    tags: {},
    createdAt: world.clock.now(),
  }));
}

/** A role that somebody made by hand: wide, without a boundary, and without our marks. */
export function makeForeignRole(world: World, arn: RoleArn, number: number, tampering: Tampering): void {
  const role = splitRoleArn(arn);
  const { id: account, roles } = getAccount(world);
  if (roles.has(arn)) return;
  const { issuer, audience } = vstokenProfile(contoso.id);
  const binding = { providerArn: providerArn('aws', account, issuer), issuer, audience };
  const bare: ObservedRole = {
    ...{
      arn,
      account,
      path: role.path,
      name: role.name,
      id: `AROAFOREIGN${String(number).padStart(10, '0')}` as RoleId,
    },
    ...{ createdAt: world.clock.now(), isFromTemplate: false, instanceProfiles: [], lastUsedAt: 0 },
    trust: buildTrust([{ ...binding, subjects: ['sc://contoso/P1/a'] }]),
    boundary: undefined,
    managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    inlinePolicies: {
      theirs: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    },
    maxSessionDuration: 3_600,
    description: 'by hand',
    tags: {},
  };
  roles.set(arn, tampered(bare, [tampering]));
}

/** The account in which a role lies. */
function getRoleAccount(world: World, role: RoleArn): MemoryAccount {
  return getAccount(world, splitRoleArn(role).account);
}

/** Somebody with rights in IAM changes a role; nothing when it is not there. */
export function changeRole(
  world: World,
  arn: RoleArn,
  change: (role: ObservedRole) => Partial<ObservedRole>,
): void {
  const { roles } = getRoleAccount(world, arn);
  const role = roles.get(arn);
  if (!role) return;
  const after = { ...role, ...change(role) };
  roles.set(arn, after);
  if (after.id !== role.id) return;
  const { widened } = world.memory;
  const was = widened.get(role.id)?.was ?? role;
  if (isWider(role, after)) widened.set(role.id, { at: world.clock.now(), processes: world.processes, was });
  // Somebody has taken it back before azfed came to it: nothing is left to be narrowed.
  else if (!isWider(was, after)) widened.delete(role.id);
}

function isWider(before: ObservedRole, after: ObservedRole): boolean {
  const more = beyond(widths(after), widths(before)).filter((width) => !width.startsWith('sessions'));
  return more.length > 0 || widens(before, after);
}

export function blindAccount(world: World, isBlind: boolean): void {
  const account = getAccount(world);
  account.unknown = isBlind ? { roles: unknown('throttled', 'Too many requests.') } : {};
}

export const allRoles = (world: World): readonly ObservedRole[] => [...getAccount(world).roles.values()];
