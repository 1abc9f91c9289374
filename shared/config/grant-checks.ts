import { parsePairedRole } from './coverage-schema.ts';
import { checkCoverage } from './coverage-checks.ts';
import type { Complaint, FieldPath } from './field.ts';
import { policyArnPattern } from './grant-schema.ts';
import { findPartition, type GrantOutline, type ConfigurationOutline } from './outline.ts';
import { checkPermissions } from './permission-checks.ts';
import { suggestWord } from './protected-checks.ts';

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
    return [
      { path: [...path, 'accounts'], at: 'value', what, fix: 'Give ARNs of roles, or ids of accounts.' },
    ];
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
