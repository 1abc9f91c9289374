import { canonicalJson } from '../../shared/domain/kernel/digest.ts';
import type { RecordedItem, RecordedRole } from '../../shared/domain/records/connection-record.ts';
import { REVOCATION_PATH } from '../../shared/domain/plan/revocation.ts';
import { roleFields } from '../../shared/domain/iam/role-fields.ts';
import { isDone } from './record-invariants.ts';
import type { World } from './world.ts';
import { getAccount, listAllRoles } from './world.ts';
import type { FieldDigests } from '../../shared/domain/iam/role.ts';

/** Where a world has come to: IAM, the table and what was told, without what depends on when it came there. */
export function finalState(world: World): readonly string[] {
  const providers = world.configuration.accounts.flatMap(({ id }) => [
    ...getAccount(world, id).providers.values(),
  ]);
  const delivered = new Map(
    world.sender.sent.filter(({ event }) => isDone(event)).map(({ event }) => [event.id, event]),
  );
  return [
    ...listAllRoles(world).map(
      (role) => `role ${role.arn} ${renderText(role, (seen) => timelessFields(roleFields(seen)))}`,
    ),
    ...providers.map(({ arn, audiences }) => `provider ${arn} ${[...audiences].sort().join(' ')}`),
    ...listItems(world).map((item) => `record ${renderText(item, timeless)}`),
    ...[...delivered.values()].map(({ subject, type }) => `told ${subject} ${type}`),
  ].sort();
}

/** Without what is read no more: the first looks of accounts count until a person lets the deployment write. */
function listItems({ table }: World): readonly RecordedItem[] {
  const items = [...table.items.values()];
  const isBootstrapped = items.some((item) => item.kind === 'controls' && item.bootstrapped !== undefined);
  const isSpent = (item: RecordedItem) =>
    item.kind === 'controls' &&
    item.account !== undefined &&
    item.pauses.length + item.breakers.length + item.approvals.length === 0;
  return isBootstrapped ? items.filter((item) => !isSpent(item)) : items;
}

/** Roles and records are frozen: what is said of one is said once. */
const texts = new WeakMap<object, string>();

function renderText<Part extends object>(part: Part, view: (part: Part) => unknown): string {
  const text = texts.get(part) ?? canonicalJson(view(part));
  texts.set(part, text);
  return text;
}

function timeless(item: RecordedItem): unknown {
  if (item.kind === 'controls') {
    const { bootstrapped, onboardings = [], pauses, breakers, approvals } = item;
    return {
      isBootstrapped: bootstrapped !== undefined,
      onboardings: [...onboardings].sort(),
      pauses: pauses.map(({ scope }) => scope),
      breakers: breakers.map(({ scope }) => scope),
      approvals: approvals.length,
    };
  }
  if (item.kind === 'hooks') return { lost: item.lost };
  if (item.kind === 'reading')
    return { unread: item.unread.map(({ project, code }) => [project, code]), severe: item.severe };
  const { notified, outbox } = item;
  const failing = (item.failing ?? []).map(({ arn }) => arn).sort();
  const common = { notified: [...notified].sort(), pending: outbox.pending.length, failing };
  if (item.kind === 'provider')
    return { ...common, arn: item.arn, audiences: item.audiences, intent: item.intent !== undefined };
  return {
    ...common,
    id: item.connectionId,
    references: item.references,
    role: item.role && timelessRole(item.role),
    earlier: item.earlier.map(timelessRole),
    releasing: (item.releasing ?? []).map(({ arn }) => arn),
    unresolved: (item.unresolved ?? []).map(({ roleArn, changeId }) => `${roleArn} ${changeId}`).sort(),
  };
}

/** A revocation bears the time of its writing. */
function timelessFields(fields: FieldDigests): FieldDigests {
  return REVOCATION_PATH in fields ? { ...fields, [REVOCATION_PATH]: 'revoked' } : fields;
}

function timelessRole({
  arn,
  grant,
  retire,
  subjects,
  formerSubjects,
  written,
  intent,
  closed,
  absentSince,
  snapshot,
  deletedAt,
  restoredAt,
}: RecordedRole): unknown {
  return {
    ...{ arn, grant, retire, subjects, written: timelessFields(written) },
    closed: closed && { reason: closed.reason, subjects: closed.subjects },
    ...{ snapshot, isDeleted: deletedAt !== undefined, isRestored: restoredAt !== undefined },
    formerSubjects: formerSubjects.map(({ subject }) => subject),
    isMeant: intent !== undefined,
    isAbsent: absentSince !== undefined,
  };
}
