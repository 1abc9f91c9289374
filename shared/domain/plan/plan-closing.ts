import { hasImpostor, type Binding } from '../desired/bindings.ts';
import { changeSeverity } from './drift-severity.ts';
import { looseFindings } from './repair-findings.ts';
import { markFindings } from './ownership.ts';
import { planReplaced, finishRestoration, planRestoration } from './plan-restoration.ts';
import { because, withRevoking, type Cause, type RoleChange, type Reasons, type Revoking } from './change.ts';
import type { Finding } from '../findings/finding.ts';
import { policyDifferences } from '../policy/canonical-policy.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { planRepair } from './plan-repair.ts';
import { sameBinding } from './role-comparison.ts';
import { designWholeTrust } from '../desired/role-design.ts';
import type { RoleFacts, RolePlan } from './role-facts.ts';
import { REVOCATION_PATH, isRevocationPending, ownRevocation } from './revocation.ts';
import { isToQuarantine } from './repair-loop.ts';
import { conditionsToRecord, designKept, names, roleChange } from './role-facts.ts';
import { roleFields, trustDigest } from '../iam/role-fields.ts';
import type { Step } from '../iam/iam-operation.ts';
import type { Steps } from '../iam/iam-operation.ts';
import { closingSteps } from './role-steps.ts';
import { narrowedTrust, type TrustDesign } from '../policy/trust-narrowing.ts';
import { isOurs, isReplaced } from './ownership.ts';
import { planDeletion, syncDeletion } from './plan-deletion.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { ObservedRole } from '../iam/role.ts';

/**
 * Nobody wishes the role any more, or it is not known whether anybody does. Only the trust is touched, and it is only
 * ever narrowed: without those who are revoked, to what those who are left as recorded are to have in it.
 */
export function planClosing(facts: RoleFacts): RolePlan {
  const { target, observed } = facts;
  if (!observed) return planGone(facts);
  if (!isOurs(facts, observed)) return planForeign(facts, observed);
  const known = facts.recorded.find(({ id }) => id === observed.id) ?? facts.recorded[0];
  if (!known) return { findings: [] };
  const trust = designWholeTrust(target.role, target.bindings, facts.closingGrant);
  const findings = [...looseFindings(facts, observed, trust), ...marksOfOpen(facts, observed)];
  const restoration = finishRestoration(facts, observed);
  if (restoration) return { change: restoration, findings };
  return keepAsRecorded(facts, known, observed) ?? closeTrust(facts, known, observed, { trust, findings });
}

/** The trust is narrowed, or a role that is closed for good is deleted, or the record catches up. */
function closeTrust(
  facts: RoleFacts,
  known: RecordedRole,
  observed: ObservedRole,
  { trust, findings }: { readonly trust: TrustDesign; readonly findings: readonly Finding[] },
): RolePlan {
  const remaining = narrowedTrust(observed.trust, trust);
  const isPending = facts.closingRevokes && isRevocationPending(facts.recorded, observed);
  const isShut = !remaining && !isPending;
  if (isShut && withRest(facts, known, observed, { narrowing: [], widening: [] }).narrowing.length === 0) {
    const synced = syncClosedRecord(facts, known, observed);
    if (synced.recordSync) return { ...synced, findings };
    const deletion = planDeletion(facts, observed);
    return { ...deletion, findings: [...findings, ...deletion.findings] };
  }
  return { change: closing(facts, known, observed, { remaining, isPending }), findings };
}

/** A role that is not azfed's. Where nobody had the recorded one any more, it is nobody's loss that another stands there. */
function planForeign(facts: RoleFacts, observed: ObservedRole): RolePlan {
  const isLeft = facts.recorded.every(({ closed }) => closed !== undefined);
  return isLeft || !isReplaced(facts, observed) ? { findings: [] } : planReplaced(facts, observed);
}

function marksOfOpen(facts: RoleFacts, observed: ObservedRole): readonly Finding[] {
  return facts.target.bindings.every(({ closed }) => closed) ? [] : markFindings(facts, observed);
}

/**
 * Nobody is revoked, and it is not known whether anybody still asks for the role: it has no more than the record and its
 * grant give. `undefined`: there is nothing to take away, or the grant is gone and the trust alone can be judged.
 */
function keepAsRecorded(facts: RoleFacts, known: RecordedRole, observed: ObservedRole): RolePlan | undefined {
  const { target, closingGrant } = facts;
  const closed = target.bindings.filter((binding) => binding.closed);
  if (!closingGrant || closed.length === target.bindings.length) return undefined;
  if (closed.length > 0 && !isRevoked(facts, known, observed)) return undefined;
  const design = designKept(facts, closingGrant);
  const planned = planRepair(facts, { ...closingGrant, retire: known.retire }, design, observed);
  return planned.change && planned.change.narrowing.length > 0 ? planned : undefined;
}

/** Whoever is to be revoked is so, and the record says it. */
function isRevoked(facts: RoleFacts, known: RecordedRole, observed: ObservedRole): boolean {
  const { role, bindings } = facts.target;
  const trust = designWholeTrust(role, bindings, facts.closingGrant);
  return (
    !narrowedTrust(observed.trust, trust) && syncClosedRecord(facts, known, observed).recordSync === undefined
  );
}

/** Where somebody is revoked from a role and others stay in it, what the role has beyond its grant goes with them. */
function withRest(
  facts: RoleFacts,
  known: RecordedRole,
  observed: ObservedRole,
  { narrowing }: Steps,
): Steps {
  const { target, closingGrant } = facts;
  if (!closingGrant || target.bindings.every(({ closed }) => closed)) return { narrowing, widening: [] };
  const grant = { ...closingGrant, retire: known.retire };
  const { change } = planRepair(facts, grant, designKept(facts, closingGrant), observed);
  const rest = (change?.narrowing ?? []).filter(({ action }) => !ofClosing.includes(action));
  if (rest.every(({ action }) => action === 'readBack')) return { narrowing, widening: [] };
  const isLast = ({ action }: Step) => action === 'revokeSessions';
  const [first, last] = [narrowing.filter((step) => !isLast(step)), narrowing.filter(isLast)];
  return { narrowing: [...first, ...rest, ...last], widening: [] };
}

/** What a closing does by itself. */
const ofClosing: readonly Step['action'][] = ['setTrust', 'revokeSessions'];

function planGone(facts: RoleFacts): RolePlan {
  const restoration = facts.asks === 'restore' ? planRestoration(facts) : { findings: [] };
  return syncDeletion(facts) ?? restoration;
}

function closing(
  facts: RoleFacts,
  known: RecordedRole,
  observed: ObservedRole,
  { remaining, isPending }: { readonly remaining: PolicyDocument | undefined; readonly isPending: boolean },
): RoleChange {
  const { bindings } = facts.target;
  const trust = remaining ?? observed.trust;
  const [seen, left] = [trustDigest(observed.trust), trustDigest(trust)];
  const cause = remaining && known.written['trust'] !== seen && isOld(facts) ? 'drift' : 'change';
  const revoking = decideRevoking(facts, cause, isPending);
  const why = closingReason(bindings);
  return roleChange(facts, {
    kind: bindings.some(({ closed }) => closed) ? 'close' : 'repair',
    cause,
    grant: known.grant,
    retire: known.retire,
    mode: facts.closingMode,
    severity: changeSeverity('close', cause, hasImpostor(bindings)),
    ...withRevoking(why, revoking),
    differences: policyDifferences('trust', trust, observed.trust),
    desired: { ...known.written, trust: left },
    steps: withRest(facts, known, observed, closingSteps(observed.arn, remaining, revoking)),
  });
}

function decideRevoking(facts: RoleFacts, cause: Cause, isPending: boolean): Revoking {
  const { closingGrant, closingRevokes, recorded, target } = facts;
  const quarantines = cause === 'drift' && isToQuarantine(closingGrant, recorded);
  const isWide = cause === 'drift' || hasImpostor(target.bindings);
  return { quarantines, revokes: isPending || quarantines || (closingRevokes && isWide) };
}

function closingReason(bindings: readonly Binding[]): Reasons {
  const closed = bindings.filter((binding) => binding.closed);
  if (closed.length === 0)
    return because(`The role of ${names(bindings)} lets in more than is recorded`, 'it is narrowed');
  if (hasImpostor(closed))
    return because(`Another connection holds the name of ${names(closed)}`, 'its role is closed');
  if (closed.some((binding) => binding.closed?.reason === 'missing'))
    return because(
      `${names(closed)} is missing, and nothing says that it was deleted`,
      'its role is closed until the connection is seen again',
    );
  return because(`${names(closed)} no longer asks for the role`, 'it is closed');
}

/** Everybody who is to be revoked was so already: somebody has opened the role since. */
function isOld({ target, recorded }: RoleFacts): boolean {
  return target.bindings.every(({ closed }, index) => !closed || recorded[index]?.closed !== undefined);
}

/** Nobody is let in who should not be; is that recorded? */
function syncClosedRecord(
  facts: RoleFacts,
  known: RecordedRole,
  observed: ObservedRole,
): Pick<RolePlan, 'recordSync'> {
  const { target, recorded } = facts;
  const { grant, retire } = known;
  const trust = trustDigest(observed.trust);
  const revoked = ownRevocation(known, observed);
  // Whoever comes here with a restoration under way finds it carried out.
  const isBack = known.intent?.operation === 'restore';
  const written = isBack ? roleFields(observed) : { ...known.written, ...revoked };
  const isRecorded = recorded.every((role, index) => {
    const binding = target.bindings[index];
    if (!binding || !sameBinding(role, binding)) return false;
    if (role.written[REVOCATION_PATH] !== written[REVOCATION_PATH]) return false;
    // What somebody narrowed by hand is not what we wrote, as long as nobody is to be revoked.
    // A run that ended after its last write has narrowed the role, and has not told so.
    if (!binding.closed) return role.intent?.operation !== 'repair' || role.id !== observed.id;
    const isAsRecorded = role.id === observed.id && role.written['trust'] === trust;
    return isAsRecorded && (!role.intent || role.intent.operation === 'delete');
  });
  if (isRecorded) return {};
  return {
    recordSync: {
      target: 'role',
      account: target.role.account,
      roleArn: observed.arn,
      roleId: observed.id,
      grant,
      retire,
      bindings: target.bindings,
      fields: target.bindings.some(({ closed }) => closed) ? { ...written, trust } : written,
      ...conditionsToRecord(facts),
    },
  };
}
