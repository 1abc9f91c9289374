import type { ParsedRoleArn } from '../domain/kernel/arn.ts';
import { parsePairedRole } from './coverage-schema.ts';
import { refuseValue, type Complaint, type FieldPath } from './field.ts';
import { findPartition, type GrantOutline, type ConfigurationOutline } from './outline.ts';
import { organizationNames, refuseProtected, suggestWord } from './protected-checks.ts';
import { listIf } from '../domain/kernel/group-by.ts';

type Pair = GrantOutline['roles'][number];

/** Pairs of a connection and its role, by exact names. */
export function checkPairs(
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const at = (index: number, key?: string) => [...path, 'roles', index, ...(key === undefined ? [] : [key])];
  return [
    ...grant.roles.flatMap((pair, index) => [
      ...checkPairOrganization(pair, at(index), at(index, 'organization'), outline),
      ...checkPairRole(pair, grant, at(index, 'role'), outline),
    ]),
    ...checkDoubleConnections(grant, path, outline),
    ...checkDoubleRoles(grant, path, outline),
  ];
}

function checkPairOrganization(
  { organization }: Pair,
  pairPath: FieldPath,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const names = organizationNames(outline);
  if (names.length === 0 || organization === '') return [];
  if (organization === undefined)
    return listIf(names.length !== 1, {
      path: pairPath,
      at: 'value',
      what: '`organization` is missing, and the configuration has several.',
      fix: `Give one of ${names.join(', ')}.`,
    });
  if (names.includes(organization)) return [];
  const what = `${organization} is none of the organizations.`;
  return refuseValue(path, what, suggestWord(organization, names));
}

function checkPairRole(
  { role: written = '', type }: Pair,
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const role = parsePairedRole(written);
  if (!role) return [];
  const isProtected = role.path === '/' ? refuseProtected(role.name, path) : [];
  if (role.arn) return [...isProtected, ...checkPairArn(role.arn, grant, path, outline)];
  if (type !== 'any' || new Set(grant.accounts).size <= 1) return isProtected;
  const what = `${written} may lie in several accounts, and with \`type: any\` nothing but this line says which one is meant.`;
  return [...isProtected, { path, at: 'value', what, fix: 'Give the ARN of the role.' }];
}

function checkPairArn(
  { account, partition }: ParsedRoleArn,
  { accounts, given = [] }: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const complain = (what: string, fix: string): readonly Complaint[] => refuseValue(path, what, fix);
  const ids = outline.accounts.flatMap(({ id }) => id ?? []);
  if (!ids.includes(account) && !outline.hasListing) {
    const fix = `Add it under \`accounts\`. ${suggestWord(account, ids)}`;
    return complain(`Account ${account} is not configured.`, fix);
  }
  const configured = findPartition(outline, account);
  if (configured !== partition)
    return complain(
      `The role is of the partition ${partition}, but account ${account} lies in ${configured}.`,
      `Its ARN begins with arn:${configured}:iam::${account}:role/.`,
    );
  if (!given.includes('accounts') || accounts.includes(account)) return [];
  const what = `The role lies in account ${account}, which the \`accounts\` of the grant leave out.`;
  return complain(what, 'Add the account there, or take `accounts` out.');
}

/** A record of a connection has one role that is its own; the others that it had are closed. */
const ONE_ROLE = 'Keep one of the two pairs, and make another connection for the other role.';

/** A connection has one role. */
function checkDoubleConnections(
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const keys = grant.roles.map((pair) => makeConnectionKey(pair, outline));
  return grant.roles.flatMap(({ project, connection }, index): readonly Complaint[] => {
    const first = keys.indexOf(keys[index] ?? '');
    if (project === undefined || connection === undefined || first === index) return [];
    const what = `${project} / ${connection} stands in roles[${first}] already: a connection has one role.`;
    return refuseValue([...path, 'roles', index], what, ONE_ROLE);
  });
}

/** A role has one connection, unless the grant says otherwise. A whole pair that stands there twice is one mistake. */
function checkDoubleRoles(
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const keys = grant.roles.map((pair) => makeConnectionKey(pair, outline));
  const byRole = new Map<string, Place>();
  return grant.roles.flatMap((pair, index): readonly Complaint[] => {
    const places = listPlaces(pair, grant.accounts, index);
    const clash = places.flatMap(({ key: place, spelling }) => {
      const known = byRole.get(place);
      return known && (known.spelling !== spelling || grant.shareRole !== true) ? [{ known, spelling }] : [];
    })[0];
    for (const place of places) byRole.set(place.key, byRole.get(place.key) ?? place);
    return clash && keys[clash.known.index] !== keys[index]
      ? [refuseDoubleRole(clash.known, clash.spelling, [...path, 'roles', index, 'role'])]
      : [];
  });
}

/** A role in one account, as IAM tells roles apart: by name, without regard to case. */
interface Place {
  readonly key: string;
  readonly index: number;
  readonly spelling: string;
}

function listPlaces(
  { role: written = '' }: Pair,
  accounts: GrantOutline['accounts'],
  index: number,
): readonly Place[] {
  const role = parsePairedRole(written);
  if (!role) return [];
  const spelling = `${role.path}${role.name}`;
  const ids = role.arn ? [role.arn.account] : accounts.flatMap((id) => id ?? []);
  return ids.map((account) => ({ key: `${account} ${role.name.toLowerCase()}`, index, spelling }));
}

function refuseDoubleRole(known: Place, spelling: string, path: FieldPath): Complaint {
  const isSame = known.spelling === spelling;
  return {
    path,
    at: 'value',
    what: isSame
      ? `The role is that of roles[${known.index}] already.`
      : `The role differs from that of roles[${known.index}] in its path or in case alone; IAM takes both for one.`,
    fix: isSame
      ? 'Write shareRole: true if both connections are to have it, or give each its own.'
      : 'Spell it as IAM does.',
  };
}

/** Pairs of several grants: two would write one role in turn, or give one connection two roles. */
export function checkSharedPairs(outline: ConfigurationOutline): readonly Complaint[] {
  const roles = new Map<string, string>();
  const connections = new Map<string, { readonly grant: string; readonly type: string | undefined }>();
  return outline.grants.flatMap((grant, index) => {
    const name = grant.name ?? `${index}`;
    const pairs = grant.roles.map((pair, position) => ({
      pair,
      position,
      key: makeConnectionKey(pair, outline),
      places: listPlaces(pair, grant.accounts, position),
    }));
    const complaints = pairs.flatMap(({ pair, position, key, places }): readonly Complaint[] => {
      const path = ['grants', index, 'roles', position];
      const owner = places.map((place) => roles.get(place.key)).find((known) => known !== undefined);
      const taken: readonly Complaint[] = listIf(owner !== undefined, {
        path: [...path, 'role'],
        at: 'value',
        what: `The role is one of grant ${owner} already: one grant says what a role may do.`,
        fix: 'Keep it in one of the two grants.',
      });
      const other = connections.get(key);
      const isNamed = pair.project !== undefined && pair.connection !== undefined;
      if (!isNamed || !other || (pair.type !== 'any' && other.type !== 'any')) return taken;
      const what = `The connection has a role of grant ${other.grant} already, and with \`type: any\` nothing says which one is meant: a connection has one role.`;
      return [{ path, at: 'value', what, fix: ONE_ROLE }, ...taken];
    });
    for (const { pair, key, places } of pairs) {
      connections.set(key, connections.get(key) ?? { grant: name, type: pair.type });
      for (const place of places) roles.set(place.key, roles.get(place.key) ?? name);
    }
    return complaints;
  });
}

/** Without an organization it is the only one that is configured. */
function makeConnectionKey(
  { organization, project, connection }: Pair,
  outline: ConfigurationOutline,
): string {
  const [only, another] = organizationNames(outline);
  const owner = organization ?? (another === undefined ? only : undefined);
  return JSON.stringify([owner, project, connection]);
}
