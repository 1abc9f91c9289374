import { parsePairedRole } from './coverage-schema.ts';
import { checkCoverage } from './coverage-checks.ts';
import { refuseValue, type Complaint, type FieldPath } from './field.ts';
import { policyArnPattern } from './grant-schema.ts';
import { findPartition, type GrantOutline, type ConfigurationOutline } from './outline.ts';
import { suggestWord } from './protected-checks.ts';
import { NO_BOUNDARY } from '../domain/configuration/configuration.ts';
import { listIf } from '../domain/kernel/group-by.ts';

/** IAM takes 50 tags a role (IAM service model), and azfed writes three of its own. */
const MOST_TAGS = 47;

export function checkGrant(
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  return [
    ...checkCoverage(grant, path, outline),
    ...checkPermissions(grant, path),
    ...checkAccounts(grant, path, outline),
    ...checkArns(grant, path, outline),
    ...checkTags(grant, path),
  ];
}

function checkAccounts(
  { accounts, isEverywhere, given = [] }: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  if (isEverywhere && given.includes('roles')) {
    const what = '`accounts: all` stands beside `roles`, each of which lies in one account.';
    return refuseValue([...path, 'accounts'], what, 'Give ARNs of roles, or ids of accounts.');
  }
  if (isEverywhere) return [];
  const known = outline.accounts.flatMap(({ id }) => id ?? []);
  return accounts.flatMap((account, index): Complaint[] => {
    // Anything but twelve digits has been complained about as such.
    if (account === undefined || !/^\d{12}$/.test(account)) return [];
    const where = { path: [...path, 'accounts', index], at: 'value' } as const;
    if (accounts.indexOf(account) < index)
      return [
        { ...where, what: `Account ${account} stands in the list twice.`, fix: 'Keep one of the two.' },
      ];
    if (known.includes(account) || outline.hasListing) return [];
    const fix = `Add it under \`accounts\`. ${suggestWord(account, known)}`;
    return [{ ...where, what: `Account ${account} is not configured.`, fix }];
  });
}

/** A policy lies in one account and partition; roles of another one cannot have it. */
function checkArns(
  grant: GrantOutline,
  path: FieldPath,
  outline: ConfigurationOutline,
): readonly Complaint[] {
  const { boundary, managedPolicies } = grant;
  const own = listGrantAccounts(grant);
  const partitions = own.map((account) => findPartition(outline, account));
  const repeated = managedPolicies.flatMap((arn, index): Complaint[] =>
    arn !== undefined && managedPolicies.indexOf(arn) < index
      ? [
          {
            path: [...path, 'managedPolicies', index],
            at: 'value',
            what: 'This policy stands in the list twice.',
            fix: 'Keep one of the two.',
          },
        ]
      : [],
  );
  return [
    ...misplaced(boundary, [...path, 'boundary'], own, partitions),
    ...managedPolicies.flatMap((arn, index) =>
      misplaced(arn, [...path, 'managedPolicies', index], own, partitions),
    ),
    ...repeated,
  ];
}

/** Those that a grant lists, or that its pairs name. */
export function listGrantAccounts({ accounts, roles, given = [] }: GrantOutline): readonly string[] {
  if (given.includes('accounts')) return accounts.flatMap((id) => id ?? []);
  const paired = roles.flatMap(({ role = '' }) => parsePairedRole(role)?.arn?.account ?? []);
  return [...new Set<string>(paired)];
}

function misplaced(
  arn: string | undefined,
  path: FieldPath,
  accounts: readonly string[],
  partitions: readonly string[],
): readonly Complaint[] {
  const [, partition = '', account = ''] = policyArnPattern.exec(arn ?? '') ?? [];
  const complaints: Complaint[] = [];
  const otherAccount = /^\d/.test(account) ? accounts.find((id) => id !== account) : undefined;
  if (otherAccount !== undefined) {
    const what = `The policy lies in account ${account}, but the grant lists ${otherAccount} too.`;
    complaints.push({ path, at: 'value', what, fix: 'Write {account} in place of the id.' });
  }
  const otherPartition = partition.startsWith('aws')
    ? partitions.find((name) => name !== partition)
    : undefined;
  if (otherPartition !== undefined) {
    const what = `The policy lies in partition ${partition}, but the grant lists an account of ${otherPartition}.`;
    complaints.push({ path, at: 'value', what, fix: 'Write {partition} in place of the name.' });
  }
  return complaints;
}

/** Tag keys of IAM are unique without regard to case (IAM User Guide, rules for tagging). */
function checkTags({ tags }: GrantOutline, path: FieldPath): readonly Complaint[] {
  const keys = Object.keys(tags);
  const lower = keys.map((key) => key.toLowerCase());
  const clashes = keys.flatMap((key): Complaint[] => {
    const first = keys[lower.indexOf(key.toLowerCase())];
    if (first === undefined || first === key) return [];
    const what = `The tag ${key} differs from ${first} in case alone; IAM takes both for one.`;
    return [{ path: [...path, 'tags', key], at: 'key', what, fix: 'Keep one of the two.' }];
  });
  if (keys.length <= MOST_TAGS) return clashes;
  const what = `\`tags\` has ${keys.length} tags; a role can have 50, and three are azfed's own.`;
  return [...clashes, { path: [...path, 'tags'], at: 'value', what, fix: `Keep ${MOST_TAGS} at most.` }];
}

/** Whether what a grant says of permissions goes together. */
function checkPermissions(grant: GrantOutline, path: FieldPath): readonly Complaint[] {
  if (grant.permissions === 'unmanaged') return checkUnmanaged(grant, path);
  return grant.boundary === NO_BOUNDARY ? checkUnbounded(grant, path) : [];
}

const MANAGE = 'Take it out, or choose `permissions: managed`.';

/** What would never be written is refused: who wrote it believes that it holds. */
function checkUnmanaged(grant: GrantOutline, path: FieldPath): readonly Complaint[] {
  const { boundary, managedPolicies, inlinePolicies, tags, given = [] } = grant;
  const idle = [
    ...(boundary !== undefined && boundary !== NO_BOUNDARY ? ['boundary'] : []),
    ...(managedPolicies.length > 0 ? ['managedPolicies'] : []),
    ...(Object.keys(inlinePolicies).length > 0 ? ['inlinePolicies'] : []),
    ...(given.includes('maxSessionDuration') ? ['maxSessionDuration'] : []),
    ...(Object.keys(tags).length > 0 ? ['tags'] : []),
    ...(given.includes('description') ? ['description'] : []),
  ];
  return [
    ...idle.map((key) => ({
      path: [...path, key],
      at: 'key' as const,
      what: `\`${key}\` would never be written: with \`permissions: unmanaged\` azfed keeps the trust alone.`,
      fix: MANAGE,
    })),
    ...refuseRevocation(grant, path, 'with `permissions: unmanaged` azfed writes none', MANAGE),
    ...listIf(grant.retire === 'delete', {
      path: [...path, 'retire'],
      at: 'value' as const,
      what: '`retire: delete` would take away policies that are somebody else’s: they are with `permissions: unmanaged`.',
      fix: 'Choose keep or close, or `permissions: managed`.',
    }),
  ];
}

/** Whatever is attached to such a role counts in full: so nothing is written into it, and policies are named one by one. */
function checkUnbounded(grant: GrantOutline, path: FieldPath): readonly Complaint[] {
  const fix =
    'Name a boundary, put the statements into a managed policy, or choose `permissions: unmanaged`.';
  const inline = Object.keys(grant.inlinePolicies).length > 0;
  return [
    ...listIf(inline, {
      path: [...path, 'inlinePolicies'],
      at: 'key' as const,
      what: 'Inline policies need a boundary, and `boundary` is none.',
      fix,
    }),
    ...refuseRevocation(
      grant,
      path,
      'with `boundary: none` azfed writes none',
      'Take it out, or name a boundary.',
    ),
  ];
}

/** Sessions are revoked by an inline policy. */
function refuseRevocation(
  grant: GrantOutline,
  path: FieldPath,
  because: string,
  fix: string,
): readonly Complaint[] {
  return (['revokeSessions', 'quarantine'] as const)
    .filter((key) => grant[key] === true)
    .map((key) => ({
      path: [...path, key],
      at: 'value',
      what: `\`${key}\` works by an inline policy, and ${because}.`,
      fix,
    }));
}
