import { listSeenRoles } from '../../domain/iam/role.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import type { ReachingRole, ReachedRoles } from '../../domain/entries/reached-roles.ts';
import { buildReachedFinding, findReachedRoles } from '../../domain/entries/reached-roles.ts';
import type { AccountReader } from '../../ports/accounts.ts';
import { addFindings, type Snapshot } from '../observe/observe.ts';

/** What is reached through each hub, over all roles of the accounts. Reads the bulk lists of each account once. */
export async function readReachedRoles(
  reader: AccountReader,
  accounts: readonly Account[],
  hubs: readonly ReachingRole[],
): Promise<readonly ReachedRoles[]> {
  if (hubs.length === 0) return [];
  const observations = await Promise.all(
    accounts.map((account) => reader.observe(account, { paths: ['/'], providers: [] })),
  );
  return hubs.map((hub) => findReachedRoles(hub, observations));
}

/** Adds what is reached through each role that the plan deletes or makes again. Costs nothing where it does neither. */
export async function addReachedFindings(
  reader: AccountReader,
  { accounts }: Pick<Configuration, 'accounts'>,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const doomed = listDoomed(snapshot);
  const reached = await readReachedRoles(
    reader,
    accounts,
    doomed.map(({ hub }) => hub),
  );
  const found = doomed.flatMap(({ hub, kind }, index) => {
    const one = reached[index];
    return one ? (buildReachedFinding(hub, kind, one) ?? []) : [];
  });
  return addFindings(snapshot, found);
}

interface Doomed {
  readonly hub: ReachingRole;
  readonly kind: 'delete' | 'create';
}

function listDoomed({ plan, observations, recorded }: Snapshot): readonly Doomed[] {
  const roles = observations.flatMap(listSeenRoles);
  const known = recorded.flatMap((item) => [...(item.role ? [item.role] : []), ...item.earlier]);
  return plan.changes.flatMap((change): readonly Doomed[] => {
    if (change.target !== 'role') return [];
    const { kind, roleArn: arn, account } = change;
    const live = roles.find((role) => role.arn === arn);
    if (kind === 'delete') return live ? [{ hub: live, kind }] : [];
    const before = known.find((role) => role.arn === arn);
    if (kind !== 'create' || !before) return [];
    return [{ hub: { arn, account, ...(before.id ? { id: before.id } : {}) }, kind }];
  });
}
