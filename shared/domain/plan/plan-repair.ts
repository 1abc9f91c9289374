import type { RoleChange, Revoking, Cause, WideningHold } from './change.ts';
import type { Grant } from '../configuration/configuration.ts';
import { isToQuarantine, isDisputed } from './repair-loop.ts';
import type { Difference } from '../kernel/difference.ts';
import { severityRank, selectWorstSeverity, type Severity } from '../kernel/severity.ts';
import { finding } from '../findings/finding.ts';
import { fieldSeverity } from './drift-severity.ts';
import { deniedFields, heldByDenials, keepDenials } from './foreign-deny.ts';
import { isOurs, markProblem } from './ownership.ts';
import { CONNECTION_MARK_PATH } from '../desired/role-design.ts';
import { keepDescription } from './kept-part.ts';
import { lackingFields } from '../desired/policy-needs.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { ObservedRole, FieldDigests } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import { names, roleChange, type RoleFacts, type RolePlan } from './role-facts.ts';
import { REVOCATION_PATH, isRevocationPending, withRevocation } from './revocation.ts';
import { describeField, differingFields, roleFields, trustDigest } from '../iam/role-fields.ts';
import { withRevoking, isDrift } from './change.ts';
import { adoptionReason, repairReason, hadBeenWider } from './repair-reason.ts';
import type { Steps } from '../iam/iam-operation.ts';
import { repairSteps } from './role-steps.ts';
import {
  narrowedTrust,
  admitsNewcomers,
  closedTrust,
  ownPart,
  forgiveIdleConditions,
} from '../policy/trust-narrowing.ts';
import { compareRole, syncRecord, PROPAGATION_MS, type Compared } from './role-comparison.ts';
import { repairFindings } from './repair-findings.ts';
import type { RoleOperation } from '../records/operation.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import { formatInstant } from '../kernel/durations.ts';

/** The role is there and ours: one change for all fields that differ, or a record that lags behind, or nothing. */
export function planRepair(
  facts: RoleFacts,
  grant: Grant,
  bare: RoleDesign,
  observed: ObservedRole,
): RolePlan {
  const { recorded, now } = facts;
  const own = recorded.filter(({ id }) => id === observed.id);
  const kept = withOwnRevocation(grant, keepDescription(grant, bare, observed), own, now);
  const asked = takeOverTrust(facts, kept, observed);
  // Where something is to be fixed, what may be propagation goes along: nothing widens beside what may be too wide.
  const isPending = isRevoking(grant) && isRevocationPending(own, observed);
  const isTakenOver = adoptsForeignRole(facts, observed);
  const { design, compared } = compareRole(facts, grant, asked, observed, isPending || isTakenOver);
  if (compared.moved.length === 0 && !isPending && !isTakenOver)
    return {
      ...syncRecord(facts, grant, observed, compared),
      ...planSettling(facts, observed, own[0], compared),
    };
  const isKept = compared.fields.length > 0 && !isPending && !isTakenOver && isKeptWhole(design, observed);
  return {
    ...(isKept ? syncRecord(facts, grant, observed, { ...compared, fields: [] }) : {}),
    ...fix(facts, grant, design, observed, { ...compared, isPending, isTakenOver }),
  };
}

function takeOverTrust({ asks }: RoleFacts, design: RoleDesign, observed: ObservedRole): RoleDesign {
  if (asks !== 'adopt') return design;
  return { ...design, trust: forgiveIdleConditions(observed.trust, design.trust) };
}

const isRevoking = ({ revokeSessions, quarantine }: Grant): boolean => revokeSessions || quarantine === true;

/** A revocation is a policy: where the permissions are somebody else's, so is one that azfed once wrote. */
function withOwnRevocation(
  { permissions }: Grant,
  design: RoleDesign,
  own: readonly RecordedRole[],
  now: number,
): RoleDesign {
  if (permissions === 'unmanaged') return design;
  return { ...design, state: withRevocation(design.state, own, now) };
}

/** A person lets azfed have a role that it does not know as its own, or whose mark says that it is another's. */
function adoptsForeignRole(facts: RoleFacts, observed: ObservedRole): boolean {
  if (facts.asks !== 'adopt') return false;
  return !isOurs(facts, observed) || markProblem(facts, observed) === 'foreign';
}

/** All that the role differs in is what somebody added and what stays: the record says so, or what was begun is never known to be done. */
function isKeptWhole(design: RoleDesign, observed: ObservedRole): boolean {
  return differingFields(roleFields(keepDenials(design, observed)), roleFields(observed)).length === 0;
}

/** What differs is what stood there before azfed's own write: IAM may show it late, or somebody has undone the write. */
function planSettling(
  { target }: RoleFacts,
  { arn }: ObservedRole,
  record: RecordedRole | undefined,
  { fields }: Compared,
): RolePlan {
  if (!record || fields.length === 0) return { findings: [] };
  const until = formatInstant(record.writtenAt + PROPAGATION_MS);
  const connectionId = target.bindings[0]?.connectionId;
  const message = `${arn} is settling until ${until.slice(11, 16)}: ${fields.join(', ')} not shown as written yet.`;
  const about = { roleArn: arn, ...(connectionId ? { connectionId } : {}) };
  const evidence = { fields, until };
  return { isSettling: true, findings: [finding('role.settling', message, { ...about, evidence })] };
}

/** Why there may be something to do although no field differs. */
interface Occasion {
  /** A revocation that an ended run had meant is still to be made. */
  readonly isPending: boolean;
  /** A person lets azfed take the role over: that is recorded and told also where it is as it should be. */
  readonly isTakenOver: boolean;
}

function fix(
  facts: RoleFacts,
  grant: Grant,
  design: RoleDesign,
  observed: ObservedRole,
  { desired, seen, written, fields, moved, isPending, isTakenOver }: Compared & Occasion,
): RolePlan {
  const { target } = facts;
  const denied = deniedFields(design, observed);
  // The revocation that azfed wrote is no answer to an incident, also when it is to go.
  const isOwn = (path: string) => path === REVOCATION_PATH && seen[path] === written[path];
  const denials = fields.filter((path) => denied.includes(path) && !isOwn(path));
  const heldBy = heldByDenials(denials, design, observed);
  const allowed: FieldDigests = { ...seen, trust: trustDigest(observed.trust) };
  const cause = determineCause(moved, desired, written, allowed, decideTrustCause(facts, design, observed));
  const isForeign = !isTakenOver && markProblem(facts, observed) === 'foreign';
  const lacking = listLacking(facts, design, fields, denials);
  const isIncident = heldBy === 'role';
  const wideningHold = decideWideningHold(facts, { lacking, isIncident, isForeign, cause, fields });
  const movedInIam = cause === 'new' ? [] : moved.filter((path) => written[path] !== allowed[path]);
  const revoking = decideRevoking(facts, grant, isPending, () =>
    hadBeenWider(facts, design, observed, movedInIam),
  );
  const isAsWritten = (path: string) => written[path] !== undefined && written[path] === allowed[path];
  const steps = repairSteps(target.role.arn, design, observed, {
    // The mark that names another connection stays for who looks into it.
    fields: isForeign ? fields.filter((path) => path !== CONNECTION_MARK_PATH) : fields,
    denials,
    asWritten: fields.filter(isAsWritten),
    lacking,
    isWideningHeld: wideningHold !== undefined,
    isTrustHeld: heldBy !== undefined,
    ...revoking,
  });
  const why = isTakenOver
    ? adoptionReason(facts, fields)
    : repairReason(cause, names(target.bindings), fields);
  const rateSeverity = (path: string) => fieldSeverity(path, design, observed, isAsWritten(path));
  const change = roleChange(facts, {
    kind: isTakenOver ? 'adopt' : 'repair',
    cause,
    grant: grant.name,
    mode: grant.mode,
    retire: grant.retire,
    severity: selectWorstSeverity(fields.map(rateSeverity), 'low'),
    ...withRevoking(why, revoking),
    differences: describeFields(fields, design, observed, rateSeverity),
    desired: heldBy === 'trust' ? { ...desired, trust: leftTrust(design, observed) } : desired,
    steps,
  });
  return {
    change: {
      ...change,
      ...(wideningHold ? { wideningHold } : {}),
      ...decideHold(steps, denials),
    },
    findings: repairFindings(facts, grant, design, observed, { fields, denials, lacking, cause }),
  };
}

/** Whether sessions are revoked, as the grant asks; `isPending`: an ended run meant to. */
function decideRevoking(
  { recorded }: RoleFacts,
  grant: Grant,
  isPending: boolean,
  isWide: () => boolean,
): Revoking {
  const quarantines = isToQuarantine(grant, recorded);
  return { quarantines, revokes: isPending || ((grant.revokeSessions || quarantines) && isWide()) };
}

/** A trust that a Deny holds stays as it is, but for what is narrowed: it is not recorded as opened. */
function leftTrust({ trust }: RoleDesign, observed: ObservedRole): string {
  return trustDigest(narrowedTrust(observed.trust, trust) ?? observed.trust);
}

/** The most dangerous first. What is kept is shown as a difference only where nothing else differs in its field. */
function describeFields(
  fields: readonly string[],
  design: RoleDesign,
  observed: ObservedRole,
  rateSeverity: (path: string) => Severity,
): readonly Difference[] {
  const kept = keepDenials(design, observed);
  const [keptFields, seen] = [roleFields(kept), roleFields(observed)];
  const byDanger = [...fields].sort((a, b) => severityRank(rateSeverity(a)) - severityRank(rateSeverity(b)));
  return byDanger.flatMap((path) =>
    describeField(path, keptFields[path] === seen[path] ? design.state : kept, observed).map((each) => ({
      ...each,
      severity: rateSeverity(path),
    })),
  );
}

/** Fields that differ and whose wanted value AWS does not have. Where a Deny stands, it is kept and nothing is needed. */
function listLacking(
  { missingPolicies }: RoleFacts,
  { state }: RoleDesign,
  fields: readonly string[],
  denials: readonly string[],
): readonly string[] {
  return lackingFields(state, missingPolicies).filter(
    (path) => fields.includes(path) && !denials.includes(path),
  );
}

/** Nothing is left to be done beside a Deny. */
function decideHold({ narrowing, widening }: Steps, denials: readonly string[]): Pick<RoleChange, 'hold'> {
  return denials.length > 0 && narrowing.length + widening.length === 0 ? { hold: 'incident' } : {};
}

/** What a repair meets. */
interface Circumstances {
  readonly lacking: readonly string[];
  readonly isIncident: boolean;
  readonly isForeign: boolean;
  readonly cause: Cause;
  readonly fields: readonly string[];
}

/** Why nothing may be widened, if so. Who was let out for good gets in again only when a second person says yes. */
function decideWideningHold(
  { target, recorded }: RoleFacts,
  { lacking, isIncident, isForeign, cause, fields }: Circumstances,
): WideningHold | undefined {
  if (lacking.length > 0) return 'missing-policy';
  if (isIncident) return 'incident';
  if (isForeign) return 'foreign-mark';
  // Before the conflict, which one person alone may decide: whoever meddles with a role must not do away with the second yes.
  const isRestored = recorded.some(({ restoredAt }) => restoredAt !== undefined);
  if (isRestored && fields.includes('trust')) return 'approval';
  if (!target.grant) return 'undecided';
  if (cause === 'conflict') return 'conflict';
  return isDrift({ cause }) && recorded.some(isDisputed) ? 'disputed' : undefined;
}

/** Who moved: the three states of each field compared, `ofTrust` where the trust changed on both sides. */
function determineCause(
  fields: readonly string[],
  desired: FieldDigests,
  written: FieldDigests,
  seen: FieldDigests,
  ofTrust: Cause,
): Cause {
  const causes = fields.map((path): Cause => {
    if (written[path] === desired[path]) return 'drift';
    if (written[path] === seen[path]) return 'change';
    return path === 'trust' ? ofTrust : 'conflict';
  });
  if (Object.keys(written).length === 0) return 'new';
  return (['conflict', 'drift'] as const).find((cause) => causes.includes(cause)) ?? 'change';
}

/** Operations that follow a change in Azure DevOps or in the configuration. */
const followed: readonly RoleOperation[] = ['update', 'rename'];

/** A run that followed a change ended after it had shut everybody out and before it let in who belongs there. */
function isHalfDone({ recorded }: RoleFacts, trust: RoleDesign['trust'], observed: ObservedRole): boolean {
  const isInterrupted = recorded.some(
    ({ id, intent }) => id === observed.id && intent !== undefined && followed.includes(intent.operation),
  );
  const closed = closedTrust({ ...trust, statements: [] });
  return isInterrupted && samePolicy(ownPart(observed.trust, trust), closed);
}

/**
 * What it is when the trust changed on both sides. Where everybody who is to be let in is in it already, perhaps under a
 * former name, what somebody added to it is put back or kept and a rename is followed: no person has to decide that, and a
 * connection that was let in is not locked out.
 */
function decideTrustCause(facts: RoleFacts, { trust, former }: RoleDesign, observed: ObservedRole): Cause {
  if (admitsNewcomers(observed.trust, trust, former))
    return isHalfDone(facts, trust, observed) ? 'change' : 'conflict';
  return narrowedTrust(observed.trust, trust) ? 'drift' : 'change';
}
