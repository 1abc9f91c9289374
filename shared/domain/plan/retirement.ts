import { pickKnown } from '../kernel/group-by.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { RoleState, FieldDigests, ObservedRole } from '../iam/role.ts';
import type { RoleArn } from '../kernel/ids.ts';
import { roleFields } from '../iam/role-fields.ts';
import type { Steps } from '../iam/iam-operation.ts';
import { buildRole } from './role-steps.ts';
import type { Instant } from '../kernel/durations.ts';
import type { Step } from '../iam/iam-operation.ts';

/** That everybody who had a role is revoked for good, and its grant says to delete it. */
export interface ClosedForGood {
  /** When the last of them was revoked, or the role was written to for the last time. */
  readonly since: Instant;
  readonly grant: string;
  /** The role as it stood when a deletion that was approved began: what stands now may be the half of it. */
  readonly begun: RoleState | undefined;
}

/** `undefined`: it is to be kept, somebody is not revoked, or somebody is revoked only while they are missing. */
export function findPermanentClosing(recorded: readonly RecordedRole[]): ClosedForGood | undefined {
  const [first] = recorded;
  if (!first) return undefined;
  const since = recorded.flatMap(({ closed, restoredAt, writtenAt }) =>
    [closed?.at, restoredAt, writtenAt].filter((at) => at !== undefined),
  );
  const isForGood = recorded.every(
    ({ retire, closed }) => retire === 'delete' && closed !== undefined && closed.reason !== 'missing',
  );
  if (!isForGood) return undefined;
  const isBegun = recorded.every((role) => isDeletionBegun(role) && role.snapshot !== undefined);
  return {
    since: Math.max(...since),
    grant: first.grant,
    begun: isBegun ? first.snapshot : undefined,
  };
}

/** A deletion was meant, and it is not recorded that it was done. */
export const isDeletionBegun = ({ intent }: RecordedRole): boolean => intent?.operation === 'delete';

/** What azfed has written and not taken off again: what a begun deletion took off, nobody else did. */
export function selectWrittenFields(role: RecordedRole | undefined, seen: FieldDigests): FieldDigests {
  if (!role || !isDeletionBegun(role)) return role?.written ?? {};
  const isLeft = (path: string) => !path.startsWith('policies.') || path in seen;
  return Object.fromEntries(Object.entries(role.written).filter(([path]) => isLeft(path)));
}

/** What a record goes on knowing of a deletion and a restoration until somebody is let in again. */
export const selectRetirement = (before: RecordedRole | undefined) =>
  pickKnown(before, 'snapshot', 'deletedAt', 'restoredAt');

/** Two looks that agree that a role is gone must lie at least this far apart. */
const ABSENCE_CONFIRMATION_MS = 30_000;

/** Only two looks that lie some time apart make a role gone: one may have met a replica that was behind. */
export function isAbsenceConfirmed({ absentSince }: Pick<RecordedRole, 'absentSince'>, now: number): boolean {
  return absentSince !== undefined && now - absentSince >= ABSENCE_CONFIRMATION_MS;
}

/** What gives access goes first: a crash leaves a closed role with less than it had. */
export const deletionSteps = ({ arn: role, managedPolicies, inlinePolicies }: ObservedRole): Steps => ({
  narrowing: [
    ...managedPolicies.map((policy): Step => ({ action: 'detachManagedPolicy', role, policy })),
    ...Object.keys(inlinePolicies).map((name): Step => ({ action: 'deleteInlinePolicy', role, name })),
    { action: 'deleteRole', role },
    { action: 'readBackGone', role },
  ],
  widening: [],
});

/** `state`: with a trust that nobody can satisfy. It stays closed. */
export const restorationSteps = (role: RoleArn, state: RoleState): Steps => ({
  narrowing: [],
  widening: [...buildRole(role, state), { action: 'readBack', role, expected: roleFields(state) }],
});
