import type * as z from 'zod';
import { isOnPath } from '../domain/configuration/grant-coverage.ts';
import { isNarrowRolePattern } from '../domain/configuration/protected-roles.ts';
import { parseRoleArn } from '../domain/kernel/arn.ts';
import { matchesPattern } from '../domain/kernel/glob.ts';
import { parsePairedRole } from './coverage-schema.ts';
import { refuseValue, type Complaint, type FieldPath } from './field.ts';
import { listPatterns, type GrantOutline, type ConfigurationOutline } from './outline.ts';
import { checkPairs } from './pair-checks.ts';
import { organizationNames, refuseProtected, suggestWord } from './protected-checks.ts';

/** Which connections and roles a grant is about, and whether it may be. */
export function checkCoverage(
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  return [
    ...checkForm(grant, path),
    ...checkOrganizationPatterns(grant, path, outline),
    ...checkRepeatedPatterns(grant, path),
    ...checkRootPath(grant, path),
    ...checkOwnRoles(grant, path, outline),
    ...checkPairs(grant, path, outline),
  ];
}

/** Fields that only some grants have to have, told as every missing field is. */
export function findMissingFields({ grants }: ConfigurationOutline): readonly z.core.$ZodIssue[] {
  return grants.flatMap((grant, index) =>
    missingKeys(grant).map((key) => ({
      code: 'invalid_type' as const,
      expected: 'string' as const,
      input: undefined,
      path: ['grants', index, key],
      message: '',
    })),
  );
}

function missingKeys({ given, roles, permissions }: GrantOutline): readonly string[] {
  if (given === undefined) return [];
  const hasPairs = given.includes('roles');
  const isPlaced = hasPairs && roles.every(({ role }) => role === undefined || role.includes(':'));
  return [
    ...(hasPairs ? [] : ['connections', 'role']),
    ...(isPlaced ? [] : ['accounts']),
    ...(permissions === 'unmanaged' ? [] : ['boundary']),
  ].filter((key) => !given.includes(key));
}

function checkForm({ given = [] }: GrantOutline, path: FieldPath): readonly Complaint[] {
  const beside = ['connections', 'role'].filter((key) => given.includes(key));
  if (!given.includes('roles') || beside.length === 0) return [];
  const what = `\`roles\` stands beside \`${beside.join('` and `')}\`.`;
  const fix =
    'Give `connections` and `role` with patterns, or `roles` with pairs; two grants may have one each.';
  return [{ path: [...path, 'roles'], at: 'key', what, fix }];
}

function checkOrganizationPatterns(
  { connections }: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const names = organizationNames(outline);
  if (names.length === 0) return [];
  return listPatterns(connections.organization, [...path, 'connections', 'organization'])
    .filter(({ pattern }) => pattern !== '' && !names.some((name) => matchesPattern(pattern, name)))
    .map(({ pattern, path: at }) => ({
      path: at,
      at: 'value',
      what: `${pattern} matches none of the organizations.`,
      fix: suggestWord(pattern, names),
    }));
}

function checkRepeatedPatterns({ connections, role }: GrantOutline, path: FieldPath): readonly Complaint[] {
  const lists = [
    listPatterns(connections.organization, [...path, 'connections', 'organization']),
    listPatterns(connections.project, [...path, 'connections', 'project']),
    listPatterns(connections.name, [...path, 'connections', 'name']),
    listPatterns(role.name, [...path, 'role', 'name']),
  ];
  return lists.flatMap((list) =>
    list
      .filter(({ pattern }, index) => list.findIndex((one) => one.pattern === pattern) < index)
      .map(({ pattern, path: at }) => ({
        path: at,
        at: 'value',
        what: `${pattern} stands in the list twice.`,
        fix: 'Keep one of the two.',
      })),
  );
}

/** All roles of an account that nobody has given a path lie at the root path, those of AWS and of other tools among them. */
function checkRootPath({ role }: GrantOutline, path: FieldPath): readonly Complaint[] {
  if (role.path !== '/') return [];
  return listPatterns(role.name, [...path, 'role', 'name']).flatMap(({ pattern, path: at }) => {
    if (!isNarrowRolePattern(pattern))
      return refuseValue(
        at,
        `${pattern} is too broad for the root path, where roles of everybody lie.`,
        'Give the name itself, or a pattern that begins with three characters at least before its first wildcard, such as web-*; or a `path` below the root.',
      );
    return refuseProtected(pattern, at);
  });
}

/** A connection that may have a role that azfed itself works with may have everything that azfed may do. */
function checkOwnRoles(
  { role, roles }: GrantOutline,
  path: FieldPath,
  { accounts, accountDefaults, hasListing }: ConfigurationOutline,
): readonly Complaint[] {
  const listRoles = ({ assumeRole, readRole, retireRole }: ConfigurationOutline['accountDefaults']) =>
    [assumeRole, readRole, retireRole].flatMap((written) => written ?? []);
  const own = [
    ...accounts.flatMap(listRoles).flatMap((arn) => parseRoleArn(arn) ?? []),
    ...(hasListing ? listRoles(accountDefaults) : []).flatMap((written) => {
      const named = parsePairedRole(written);
      return named ? [{ ...named, arn: `role${named.path}${named.name}` }] : [];
    }),
  ];
  // In whatever account: the same roles stand in each, also in one that names none of them.
  const find = (rolePath: string | undefined, names: readonly string[]) =>
    own.find(
      (one) =>
        rolePath !== undefined &&
        isOnPath(rolePath, one.path) &&
        names.some((name) => matchesPattern(name.toLowerCase(), one.name.toLowerCase())),
    );
  const refuse = (covered: (typeof own)[number], at: FieldPath) =>
    refuseValue(
      at,
      `It covers ${covered.arn}, which azfed itself works with: no connection may have that role.`,
      "Grant a path of its own, such as /azure-devops/<team>/, and keep azfed's roles out of it.",
    );
  const names = listPatterns(role.name, []).map(({ pattern }) => pattern);
  const covered = find(role.path, names);
  return [
    ...(covered ? refuse(covered, [...path, 'role']) : []),
    ...roles.flatMap((pair, index) => {
      const paired = parsePairedRole(pair.role ?? '');
      const found = paired && find(paired.path, [paired.name]);
      return found ? refuse(found, [...path, 'roles', index, 'role']) : [];
    }),
  ];
}
