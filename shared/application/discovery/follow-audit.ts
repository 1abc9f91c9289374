import type { AuditCursor, DeletionEvidence } from '../../domain/discovery/audit-entry.ts';
import {
  advance,
  selectFreshEntries,
  isWorthWriting,
  limitDeletions,
  nextWindow,
  listAttributedChanges,
  classifyAuditEntries,
} from '../../domain/discovery/audit-entry.ts';
import { decideDeletionFate, recordDeletion } from '../../domain/discovery/audit-deletion.ts';
import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { DiscoverMessage } from '../../domain/discovery/queue-message.ts';
import { complete, unknown, type Reading, type Unknown } from '../../domain/kernel/result.ts';
import { listClaims, type RecordedConnection } from '../../domain/records/connection-record.ts';
import { assembleInventory } from '../../domain/discovery/stored-inventory.ts';
import { isUnreadableItem } from '../../domain/kernel/errors.ts';
import type { AttributedChangeStore } from '../../ports/accounts.ts';
import type { AuditCursorStore, AuditLogReader } from '../../ports/service-connections.ts';
import type { StateStore } from '../../ports/state.ts';
import { decideOnConnection } from '../records/records.ts';
import { discover, type DiscoverOptions, type DiscoverPorts, type Discovery } from './discover.ts';

export interface AuditPorts extends DiscoverPorts {
  readonly auditLog: AuditLogReader;
  readonly cursors: AuditCursorStore;
  readonly attributedChanges: AttributedChangeStore;
  readonly state: DiscoverPorts['state'] & Pick<StateStore, 'readConnections' | 'write'>;
}

/** What came of one reading of an audit log. */
export interface AuditReport {
  /** Why it could not be read to its end; the next reading begins at the same place. */
  readonly trouble?: Unknown;
  /** Entries that may be of interest and could not be used. Their changes are seen at the next scheduled look. */
  readonly unreadable: number;
  readonly discoveries: readonly Discovery[];
}

/**
 * Looks at what the audit log reports since the last time. Entries only say where to look; none of them is believed, but that
 * a connection which is missing from a whole list was deleted. Looked first, remembered then: a crash in between looks again.
 */
export async function followAudit(
  ports: AuditPorts,
  configuration: Configuration,
  organization: Organization,
  options: DiscoverOptions,
): Promise<AuditReport> {
  const stored = await readCursor(ports, organization);
  if (stored.state === 'unknown') return { trouble: stored, unreadable: 0, discoveries: [] };
  const cursor = stored.value;
  const window = nextWindow(cursor, ports.clock.now());
  const reading = await ports.auditLog.read(organization, window);
  if (reading.state === 'unknown') return { trouble: reading, unreadable: 0, discoveries: [] };
  const { entries, unreadable } = reading.value;
  const fresh = selectFreshEntries(cursor, entries);
  // First: the runs that a look calls for say who it was.
  for (const change of listAttributedChanges(fresh, organization))
    await ports.attributedChanges.remember(change);
  const { isWhole, projects, deletions } = classifyAuditEntries(fresh);
  const organizationId = organization.id;
  const messages: readonly DiscoverMessage[] = isWhole
    ? [{ organizationId }]
    : projects.map((projectId) => ({ organizationId, projectId }));
  const discoveries: Discovery[] = [];
  for (const message of messages) {
    const seen = await discover(ports, configuration, message, options);
    if (seen) discoveries.push(seen);
  }
  await storeCursor(ports, organization, cursor, advance(cursor, window, fresh, deletions));
  return { unreadable, discoveries };
}

/** After a look that nothing of the log has led to: what waits may be decided by it. */
export async function syncDeletions(ports: AuditPorts, organization: Organization): Promise<void> {
  const stored = await readCursor(ports, organization);
  if (stored.state === 'unknown' || stored.value.deletions.length === 0) return;
  await storeCursor(ports, organization, stored.value, stored.value);
}

/**
 * Unknown where this release cannot read it. The log is left alone then: how far it was read is not known, and nothing is
 * written over the cursor. Nothing is lost, for the log is kept for 90 days and is read on from where the cursor says.
 */
async function readCursor(
  { cursors }: Pick<AuditPorts, 'cursors'>,
  { id }: Organization,
): Promise<Reading<AuditCursor>> {
  try {
    return complete(await cursors.read(id));
  } catch (error) {
    if (!isUnreadableItem(error)) throw error;
    const fix =
      'The audit log is not read meanwhile. Install the release that wrote the item, or delete it: the log is read again from 24 hours ago.';
    return unknown(error.code, `${error.message} ${fix}`);
  }
}

async function storeCursor(
  ports: AuditPorts,
  organization: Organization,
  before: AuditCursor,
  advanced: AuditCursor,
): Promise<void> {
  const deletions = await believeDeletions(ports, organization, advanced.deletions);
  const after = limitDeletions({ ...advanced, deletions });
  if (isWorthWriting(before, after)) await ports.cursors.write(after);
}

/** Those that wait on. Believed first, forgotten then. */
async function believeDeletions(
  ports: AuditPorts,
  organization: Organization,
  deletions: readonly DeletionEvidence[],
): Promise<readonly DeletionEvidence[]> {
  if (deletions.length === 0) return [];
  const [parts, recorded] = await Promise.all([
    ports.inventory.read(organization.id),
    ports.state.readConnections(organization.id),
  ]);
  const inventory = assembleInventory(organization, parts);
  const waiting: DeletionEvidence[] = [];
  for (const evidence of deletions) {
    const item = recorded.find(({ connectionId }) => connectionId === evidence.connectionId);
    const fate = decideDeletionFate(evidence, item, inventory, ports.clock.now());
    if (fate === 'wait') waiting.push(evidence);
    if (fate === 'believe' && item) await believe(ports, item, evidence);
  }
  return waiting;
}

async function believe(
  { state, reconcileQueue, ids }: AuditPorts,
  item: RecordedConnection,
  evidence: DeletionEvidence,
): Promise<void> {
  await decideOnConnection(state, item, (known) => recordDeletion(known, evidence));
  await reconcileQueue.send(listAccounts(item).map((account) => ({ message: { account }, key: ids.next() })));
}

const listAccounts = (item: RecordedConnection): readonly AccountId[] => [
  ...new Set(listClaims(item).map(({ role }) => role.account)),
];
