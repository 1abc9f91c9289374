import type { RoleArn } from '../kernel/ids.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { RoleState, FieldDigests } from '../iam/role.ts';
import { policyDigest, findValue } from '../iam/role-fields.ts';
import type { Step, WriteStep } from '../iam/iam-operation.ts';
import { QUARANTINE_MS } from '../records/stored-limits.ts';
import { formatInstant, HOUR_MS, type Instant } from '../kernel/durations.ts';

/** As the console calls it (IAM User Guide, revoke IAM role temporary security credentials). */
export const REVOCATION_POLICY = 'AWSRevokeOlderSessions';
export const REVOCATION_PATH = `policies.inline.${REVOCATION_POLICY}`;

/** No session of a role lives longer (IAM User Guide, maximum session duration). */
const LONGEST_SESSION_MS = 12 * HOUR_MS;

/** A trust that was narrowed may still let somebody in where IAM shows the write late: that is seconds, as a rule. */
const REPLICATION_MS = 30_000;

/** Sessions that were issued before this time are revoked by a revocation that is written at `now`. */
export function revocationTime(
  now: number,
  { quarantines = false }: { readonly quarantines?: boolean } = {},
): Instant {
  return now + (quarantines ? QUARANTINE_MS : REPLICATION_MS);
}

/** The role is quarantined: sessions that are issued now may do nothing. */
export function isQuarantined(
  { sessionsRevokedBefore }: Pick<RecordedRole, 'sessionsRevokedBefore'>,
  now: number,
): boolean {
  return sessionsRevokedBefore !== undefined && sessionsRevokedBefore > now + REPLICATION_MS;
}

/** Closing a trust ends no session. This does: `Deny` for all that were issued before. */
export const revocation = (issuedBefore: Instant): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Action: ['*'],
      Resource: ['*'],
      Condition: { DateLessThan: { 'aws:TokenIssueTime': formatInstant(issuedBefore) } },
    },
  ],
});

export function revokingWrite(role: RoleArn, issuedBefore: Instant): WriteStep {
  return { action: 'putInlinePolicy', role, name: REVOCATION_POLICY, document: revocation(issuedBefore) };
}

/** What a step writes when it is carried out at `now`; nothing when it only reads. */
export function listWrites(step: Step, now: number): readonly WriteStep[] {
  if (step.action === 'readBack' || step.action === 'readBackGone') return [];
  return [step.action === 'revokeSessions' ? revokingWrite(step.role, revocationTime(now, step)) : step];
}

/** The field of a revocation; none when there was no revocation. */
export function revocationField(issuedBefore: Instant | undefined): FieldDigests {
  return issuedBefore === undefined ? {} : { [REVOCATION_PATH]: policyDigest(revocation(issuedBefore)) };
}

/**
 * A revocation that azfed has recorded belongs to the role for as long as a session may live that it is about. One that
 * is not recorded is somebody else's: an answer to an incident.
 */
export function withRevocation(
  state: RoleState,
  recorded: readonly Pick<RecordedRole, 'sessionsRevokedBefore'>[],
  now: number,
): RoleState {
  const issuedBefore = lastRevocation(recorded);
  if (issuedBefore === undefined || now - issuedBefore >= LONGEST_SESSION_MS) return state;
  const inlinePolicies = { ...state.inlinePolicies, [REVOCATION_POLICY]: revocation(issuedBefore) };
  return { ...state, inlinePolicies };
}

/** The field of the revocation that azfed has recorded, when it stands on the role. */
export function ownRevocation(
  { sessionsRevokedBefore }: RecordedRole,
  { inlinePolicies }: RoleState,
): FieldDigests {
  const own = revocationField(sessionsRevokedBefore);
  const observed = findValue(inlinePolicies, REVOCATION_POLICY);
  return observed && policyDigest(observed) === own[REVOCATION_PATH] ? own : {};
}

/** A run that ended early meant to revoke what was issued before its narrowing, and that is not surely done. */
export function isRevocationPending(recorded: readonly RecordedRole[], observed: RoleState): boolean {
  return recorded.some((role) => {
    const { intent, sessionsRevokedBefore = 0 } = role;
    if (!intent?.revokes) return false;
    const isThere = REVOCATION_PATH in ownRevocation(role, observed);
    return !isThere || sessionsRevokedBefore < intent.at;
  });
}

/** The steps revoke what was issued before. */
export function revokes(steps: readonly Step[]): boolean {
  return steps.some(({ action }) => action === 'revokeSessions');
}

/** Connections that share a role have it recorded each. */
function lastRevocation(
  recorded: readonly Pick<RecordedRole, 'sessionsRevokedBefore'>[],
): Instant | undefined {
  const times = recorded.flatMap(({ sessionsRevokedBefore }) => sessionsRevokedBefore ?? []);
  return times.length > 0 ? Math.max(...times) : undefined;
}
