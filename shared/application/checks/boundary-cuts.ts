import { listSeenRoles } from '../../domain/iam/role.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { finding, sortFindings } from '../../domain/findings/finding.ts';
import type { ObservedRole } from '../../domain/iam/role.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import { listCutActions } from '../../domain/policy/boundary-cut.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import type { PolicyReader } from '../../ports/accounts.ts';
import type { Snapshot } from '../observe/observe.ts';

/** A role without a boundary, and the one that the plan attaches to it. */
interface NewBoundary {
  readonly account: Account;
  readonly role: ObservedRole;
  readonly boundary: string;
}

/**
 * Adds what each boundary would cut off that the plan newly attaches to a role with permissions. Reads the boundary and the
 * managed policies of these roles alone, so that it costs nothing where no boundary is new.
 */
export async function addBoundaryFindings(
  reader: PolicyReader,
  { accounts }: Pick<Configuration, 'accounts'>,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const added = listNewBoundaries(snapshot, accounts);
  if (added.length === 0) return snapshot;
  const used = [...new Set(added.map(({ account }) => account))];
  const documents = new Map(
    await Promise.all(
      used.map(async (account) => {
        const own = added.filter((one) => one.account === account);
        const arns = own.flatMap(({ role, boundary }) => [boundary, ...role.managedPolicies]);
        return [account, await reader.readPolicies(account, arns)] as const;
      }),
    ),
  );
  const found = added.flatMap((one) => judgeBoundary(one, documents.get(one.account) ?? new Map()) ?? []);
  const { plan } = snapshot;
  return { ...snapshot, plan: { ...plan, findings: sortFindings([...plan.findings, ...found]) } };
}

function listNewBoundaries(
  { plan, observations }: Snapshot,
  accounts: readonly Account[],
): readonly NewBoundary[] {
  const roles = observations.flatMap(listSeenRoles);
  return plan.changes.flatMap((change) => {
    // A boundary that somebody has taken away is no new one.
    if (change.target !== 'role' || (change.kind !== 'adopt' && change.cause !== 'change')) return [];
    const role = roles.find(({ arn }) => arn === change.roleArn);
    const account = accounts.find(({ id }) => id === change.account);
    const boundary = change.differences.find(({ path }) => path === 'boundary')?.expected;
    return role && account && role.boundary === undefined && typeof boundary === 'string'
      ? [{ account, role, boundary }]
      : [];
  });
}

/** A policy that could not be read may allow anything. */
function judgeBoundary(
  { role, boundary }: NewBoundary,
  documents: ReadonlyMap<string, Reading<PolicyDocument>>,
): Finding | undefined {
  const unread = [boundary, ...role.managedPolicies].filter(
    (arn) => documents.get(arn)?.state !== 'complete',
  );
  const [limit, ...attached] = [boundary, ...role.managedPolicies].map((arn) => {
    const reading = documents.get(arn);
    return reading?.state === 'complete' ? reading.value : undefined;
  });
  const policies = [...Object.values(role.inlinePolicies), ...attached.filter((one) => one !== undefined)];
  const actions = limit ? listCutActions(policies, limit) : [];
  if (actions.length === 0 && unread.length === 0) return undefined;
  const cut =
    actions.length > 0
      ? `${boundary} does not, or not everywhere, allow what policies of ${role.arn} allow: ${actions.join(', ')}. ${describeUse(role)}`
      : `What ${boundary} cuts off of ${role.arn} is not known.`;
  const rest = unread.length > 0 ? ` Could not be read: ${unread.join(', ')}.` : '';
  const use = role.lastUsedAt === 0 ? 'unused' : 'unknown';
  const evidence = { boundary, actions, unread, use };
  return finding('role.boundary-cuts', `${cut}${rest}`, { roleArn: role.arn, evidence });
}

/** Which of the actions it has used, azfed does not read. */
function describeUse({ lastUsedAt }: ObservedRole): string {
  return lastUsedAt === 0
    ? 'The role was not used within 400 days.'
    : 'Whether the role has used them is not known.';
}
