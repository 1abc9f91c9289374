import { splitRoleArn } from '../kernel/arn.ts';
import { listSeenRoles, type AccountObservation, type ObservedRole } from '../iam/role.ts';
import type { Binding } from '../desired/bindings.ts';
import { CONNECTION_MARK, neededProviders, designTrust } from '../desired/role-design.ts';
import type { Target } from '../desired/claims.ts';
import type { DesiredRoles } from '../desired/desired-roles.ts';
import type { Finding } from '../findings/finding.ts';
import type { Plan } from '../plan/change.ts';
import { isAllowed, type AllowedChange, type GuardedChange } from '../guard/guard.ts';
import type { AccountId, ProviderArn, RoleArn } from '../kernel/ids.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import { recordedRole, type RecordedConnection } from '../records/connection-record.ts';
import { allowingPart, hasAdmission } from '../policy/live-trust.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import type { BoundaryCut } from '../policy/cut-use.ts';
import type { NeverWorksReason } from '../policy/trust-liveness.ts';
import { listLostAccess, excludesSomebody, type LostAccess, type TrustChange } from './lost-access.ts';
import type { ConnectionsBySubject, NamedConnection } from './named-connections.ts';
import { listTokens, selectLostConnections } from './named-connections.ts';
import type { UnknownUse, UseEvidence } from './use-evidence.ts';

/**
 * What an adoption changes, from the least to the most.
 *
 *     ownership   the tags and the description of azfed; a trust that lets in the same is at most spelled anew
 *     trust       beside that the trust lets in fewer
 *     policies    policies, boundary, session duration or tags of others as well
 */
type AdoptionEffect = 'ownership' | 'trust' | 'policies';

/** Why a role is not adopted. */
export type AdoptionRefusal =
  /** The plan has no adoption for it: `code` says why. */
  | { readonly reason: 'finding'; readonly code: Finding['code']; readonly message: string }
  /** Something holds the change, as it would hold any other. */
  | { readonly reason: 'blocked'; readonly blockedBy: BlockedReason }
  /** Somebody made the role anew under the ARN of one that azfed managed. */
  | { readonly reason: 'replaced' }
  /** Its tag names another connection. */
  | { readonly reason: 'foreign-mark' }
  /** The role lets its connection in only after the adoption. That widens, and needs a yes of its own. */
  | { readonly reason: 'opens' }
  /** Somebody assumed it in the last 90 days whose access the adoption would end. */
  | { readonly reason: 'in-use' }
  /** It is not known who assumed it. */
  | { readonly reason: 'use-unknown'; readonly why: UnknownUse }
  /** The role has used actions that its new boundary cuts off. */
  | { readonly reason: 'cuts-used'; readonly actions: readonly string[] };

/** A role that somebody else made and that a connection asks for inside its grant. */
export interface AdoptionCandidate {
  readonly roleArn: RoleArn;
  readonly account: AccountId;
  readonly grant: string;
  readonly bindings: readonly Binding[];
  readonly effect: AdoptionEffect;
  readonly change?: GuardedChange;
  /** The trust before and after. Left out where nothing of it is known. */
  readonly trust?: TrustChange;
  readonly lost: readonly LostAccess[];
  /** Connections of any type whose tokens the live trust lets in and the next one does not. */
  readonly lostConnections: readonly NamedConnection[];
  /** A connection gets in only after the adoption. */
  readonly opens: boolean;
  /** Why the live trust never let anybody in; empty: it may have. */
  readonly neverWorks: readonly NeverWorksReason[];
  /** What the boundary cuts off that the adoption attaches. */
  readonly cut?: BoundaryCut;
  readonly refusal?: AdoptionRefusal;
  readonly role?: ObservedRole;
}

/** What adoption would do, before anybody asks who used the roles. */
export interface AdoptionSurvey {
  readonly candidates: readonly AdoptionCandidate[];
  /** Roles that azfed manages already. */
  readonly managed: readonly RoleArn[];
  /** Roles that connections ask for and that do not exist. */
  readonly missing: readonly RoleArn[];
}

interface SurveyFacts {
  readonly desiredRoles: Pick<DesiredRoles, 'targets' | 'claimed'>;
  readonly observations: readonly AccountObservation[];
  readonly recorded: readonly RecordedConnection[];
  /** Made for somebody who asks to adopt every role. */
  readonly changes: readonly GuardedChange[];
  /** Says of a role why the plan has no change for it. */
  readonly plan: Pick<Plan, 'roles'>;
  /** Roles whose trust never let anybody in, with the reasons. */
  readonly neverWorks: ReadonlyMap<RoleArn, readonly NeverWorksReason[]>;
  readonly connections: ConnectionsBySubject;
  /** What new boundaries cut off; left out: nobody looked. */
  readonly cuts?: ReadonlyMap<RoleArn, BoundaryCut>;
}

/** Roles of accounts that could not be read are in no list: the plan says that they are unread. */
export function surveyAdoption(facts: SurveyFacts): AdoptionSurvey {
  const roles = new Map(facts.observations.flatMap(listSeenRoles).map((role) => [role.arn, role] as const));
  const changes = new Map(
    facts.changes.flatMap((change) =>
      change.target === 'role' && isAdopting(change, facts.recorded)
        ? [[change.roleArn, change] as const]
        : [],
    ),
  );
  const read = new Set(
    facts.observations.flatMap(({ account, roles: { state } }) => (state === 'complete' ? [account] : [])),
  );
  const granted = facts.desiredRoles.targets.filter(({ grant, role }) => grant && read.has(role.account));
  const opening = new Set(
    facts.changes.flatMap((change) => (change.target === 'provider' ? [change.providerArn] : [])),
  );
  const candidates = granted.flatMap((target) => {
    const role = roles.get(target.role.arn);
    const change = changes.get(target.role.arn);
    if (change && role) return [judgeChange(target, change, role, { ...facts, opening })];
    return role ? refusePlanned(target, facts.plan) : [];
  });
  const listed = new Set(candidates.map(({ roleArn }) => roleArn));
  const arns = granted.map(({ role }) => role.arn).filter((arn) => !listed.has(arn));
  return {
    candidates: [...candidates, ...listClaimed(facts, listed)].sort(inOrder),
    managed: arns.filter((arn) => roles.has(arn)),
    missing: arns.filter((arn) => !roles.has(arn)),
  };
}

/** An adoption, or what is left of one that was begun and has failed. */
const isAdopting = (
  { kind, roleArn }: Extract<GuardedChange, { target: 'role' }>,
  recorded: readonly RecordedConnection[],
): boolean =>
  kind === 'adopt' ||
  (kind === 'repair' && recorded.some((item) => recordedRole(item, roleArn)?.intent?.operation === 'adopt'));

const inOrder = (a: AdoptionCandidate, b: AdoptionCandidate) =>
  a.account === b.account
    ? Number(a.roleArn > b.roleArn) - Number(a.roleArn < b.roleArn)
    : a.account < b.account
      ? -1
      : 1;

function judgeChange(
  target: Target,
  change: Extract<GuardedChange, { target: 'role' }>,
  role: ObservedRole,
  parts: Pick<SurveyFacts, 'recorded' | 'neverWorks' | 'connections' | 'cuts'> & {
    readonly opening: ReadonlySet<ProviderArn>;
  },
): AdoptionCandidate {
  const { recorded, opening, neverWorks, connections, cuts } = parts;
  const reasons = neverWorks.get(target.role.arn) ?? [];
  const trust = { live: role.trust, next: findNextTrust(change) ?? role.trust };
  const lost = listLostAccess(trust, listTokens(connections, target.role));
  const opens =
    reasons.length > 0 ||
    admitsSomebodyNew(target, trust) ||
    neededProviders(target.role, target.bindings).some((arn) => opening.has(arn));
  const refusal = refuseChange(change, role, recorded);
  return {
    roleArn: target.role.arn,
    account: target.role.account,
    grant: target.grant?.name ?? '',
    bindings: target.bindings,
    effect: classifyEffect(change, lost),
    change,
    trust,
    lost,
    lostConnections: lost.some(excludesSomebody)
      ? selectLostConnections(trust, connections, target.role)
      : [],
    opens,
    neverWorks: reasons,
    role,
    ...findCut(cuts, target.role.arn),
    ...(refusal ? { refusal } : {}),
  };
}

function findCut(cuts: SurveyFacts['cuts'], arn: RoleArn): Pick<AdoptionCandidate, 'cut'> {
  const cut = cuts?.get(arn);
  return cut ? { cut } : {};
}

/** The last trust that the change writes; `undefined`: it writes none. */
function findNextTrust({ narrowing, widening, atOnce }: GuardedChange): PolicyDocument | undefined {
  const steps = atOnce ?? [...narrowing, ...widening];
  return steps.findLast((step) => step.action === 'setTrust')?.trust;
}

function admitsSomebodyNew({ role, bindings }: Target, { live }: TrustChange): boolean {
  const allowing = allowingPart(live);
  return designTrust(role, bindings).some((binding) =>
    binding.subjects.some((subject) => !hasAdmission(allowing, binding, subject)),
  );
}

const ownFields = /^(?:tags\.azfed:|description$|trust(?:\.|$))/;

function classifyEffect(
  { differences }: Pick<GuardedChange, 'differences'>,
  lost: readonly LostAccess[],
): AdoptionEffect {
  if (differences.some(({ path }) => !ownFields.test(path))) return 'policies';
  return lost.length > 0 ? 'trust' : 'ownership';
}

/** What asks for a look at this role alone: azfed adopt CONNECTION. */
function refuseChange(
  change: Extract<GuardedChange, { target: 'role' }>,
  { id, tags }: ObservedRole,
  recorded: readonly RecordedConnection[],
): AdoptionRefusal | undefined {
  const ids = new Set<string>(change.bindings.map(({ connectionId }) => connectionId));
  const known = recorded.flatMap((item) => recordedRole(item, change.roleArn) ?? []);
  if (known.some((record) => record.id !== undefined && record.id !== id)) return { reason: 'replaced' };
  const mark = tags[CONNECTION_MARK];
  if (mark !== undefined && mark !== 'shared' && !ids.has(mark)) return { reason: 'foreign-mark' };
  if (isAllowed(change) && !isHeldInPart(change)) return undefined;
  return { reason: 'blocked', blockedBy: change.blockedBy ?? 'not-reviewed' };
}

/** Of an adoption that could not be finished nothing is begun. */
const isHeldInPart = ({ isWideningHeld }: AllowedChange) => isWideningHeld;

/** Of a role that is there. */
function refusePlanned(target: Target, { roles }: Pick<Plan, 'roles'>): readonly AdoptionCandidate[] {
  const refusal = roles.get(target.role.arn)?.refusal;
  if (!refusal) return [];
  const { code, message } = refusal.finding;
  return [
    {
      roleArn: target.role.arn,
      account: target.role.account,
      grant: target.grant?.name ?? '',
      bindings: target.bindings,
      effect: 'ownership',
      lost: [],
      lostConnections: [],
      opens: false,
      neverWorks: [],
      refusal: { reason: 'finding', code, message },
    },
  ];
}

/** Roles that several connections ask for, none of which has them. */
function listClaimed(
  { desiredRoles, recorded }: SurveyFacts,
  listed: ReadonlySet<RoleArn>,
): readonly AdoptionCandidate[] {
  const managed = new Set(recorded.flatMap(({ role }) => (role?.id === undefined ? [] : [role.arn])));
  const byRole = new Map(
    desiredRoles.claimed
      .filter(({ roleArn }) => !listed.has(roleArn) && !managed.has(roleArn))
      .map((claimed) => [claimed.roleArn, claimed]),
  );
  return [...byRole.values()].map(({ roleArn, finding: { code, message } }) => ({
    roleArn,
    account: splitRoleArn(roleArn).account,
    grant: '',
    bindings: [],
    effect: 'ownership',
    lost: [],
    lostConnections: [],
    opens: false,
    neverWorks: [],
    refusal: { reason: 'finding', code, message },
  }));
}

/** What a person has said about single roles. */
export interface AdoptionConsent {
  readonly open: ReadonlySet<RoleArn>;
  readonly despiteUse: ReadonlySet<RoleArn>;
}

/** Only of these it matters who used the role: adopting them shuts somebody out, and nothing else keeps them from it. */
export function needsEvidence({ refusal, lost }: AdoptionCandidate): boolean {
  return refusal === undefined && lost.some(excludesSomebody);
}

/** The candidate with the reason for which it is not adopted now, if there is one. */
export function decideAdoption(
  candidate: AdoptionCandidate,
  evidence: UseEvidence | undefined,
  consent: AdoptionConsent,
): AdoptionCandidate {
  const refusal =
    candidate.refusal ??
    refuseOpening(candidate, consent) ??
    refuseNarrowing(candidate, evidence, consent) ??
    refuseCut(candidate, consent);
  return refusal ? { ...candidate, refusal } : candidate;
}

function refuseOpening(
  { roleArn, opens }: AdoptionCandidate,
  { open }: AdoptionConsent,
): AdoptionRefusal | undefined {
  return opens && !open.has(roleArn) ? { reason: 'opens' } : undefined;
}

function refuseNarrowing(
  { roleArn, lost }: AdoptionCandidate,
  evidence: UseEvidence | undefined,
  { despiteUse }: AdoptionConsent,
): AdoptionRefusal | undefined {
  if (!lost.some(excludesSomebody) || despiteUse.has(roleArn)) return undefined;
  if (!evidence) return { reason: 'use-unknown', why: 'unread' };
  if (evidence.state === 'unused') return undefined;
  return evidence.state === 'used' ? { reason: 'in-use' } : { reason: 'use-unknown', why: evidence.reason };
}

/** Only what IAM names as used keeps a role from a boundary: for most actions it cannot say that they were not. */
function refuseCut(
  { roleArn, cut }: AdoptionCandidate,
  { despiteUse }: AdoptionConsent,
): AdoptionRefusal | undefined {
  const actions = cut?.usedActions ?? [];
  return actions.length > 0 && !despiteUse.has(roleArn) ? { reason: 'cuts-used', actions } : undefined;
}
