import { parseSession } from '../kernel/arn.ts';
import type { Change } from '../plan/change.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import type { RoleArn } from '../kernel/ids.ts';
import {
  listRecordedRoles,
  type RecordedConnection,
  type RecordedRole,
} from '../records/connection-record.ts';
import type {
  Approval,
  BreakerScope,
  Controls,
  Pause,
  PauseScope,
  Person,
  RecordedControls,
} from '../records/deployment-record.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { canApprove, isSsoRole, type People } from '../configuration/people.ts';
import { timeText, type Instant } from '../kernel/durations.ts';
import { displayName } from '../azure-devops/service-connection.ts';

type WithPauses = Pick<Controls, 'pauses'>;
type WithApprovals = Pick<Controls, 'approvals'>;

const isRunning = (now: Instant) => (decision: { readonly until: Instant }) => decision.until > now;

/** What holds in these accounts: what is decided about the deployment, and about each of them. */
export function joinControls(
  deployment: RecordedControls,
  accounts: readonly RecordedControls[],
): RecordedControls {
  const unreadable = [deployment, ...accounts].find((one) => one.unreadable)?.unreadable;
  const onboardings = [...accounts, deployment].flatMap((one) => one.onboardings ?? []);
  return {
    ...deployment,
    ...(onboardings.length > 0 ? { onboardings } : {}),
    pauses: [deployment, ...accounts].flatMap(({ pauses }) => pauses),
    // What a former release has left of an account in the item of the deployment is older.
    breakers: [...accounts, deployment].flatMap(({ breakers }) => breakers),
    ...(unreadable ? { unreadable } : {}),
  };
}

/** Without what has ended: breakers that are left have tripped, or are kept from tripping for a while. */
export function inForce<Decisions extends Controls>(controls: Decisions, now: number): Decisions {
  const isOn = isRunning(now);
  return {
    ...controls,
    pauses: controls.pauses.filter(isOn),
    approvals: controls.approvals.filter(isOn),
    breakers: controls.breakers.filter(({ resumed }) => !resumed || isOn(resumed)),
  };
}

/** The pause that holds a change now; `undefined` when none does. */
export function findPause({ pauses }: WithPauses, change: Change, now: number): Pause | undefined {
  const running = pauses.filter(isRunning(now));
  const holding = splitNeeds(change).map((one) => running.find(({ scope }) => covers(scope, one)));
  return holding.every((pause) => pause !== undefined) ? holding[0] : undefined;
}

/**
 * The change as each organization needs it. A provider that several organizations share waits only when all of them wait,
 * so that what stops one of them does not lock out the others.
 */
export function splitNeeds(change: Change): readonly Change[] {
  if (change.target === 'role') return [change];
  return change.neededBy.map((need) => ({ ...change, ...need, neededBy: [need] }));
}

function covers(scope: PauseScope, change: Change): boolean {
  const bindings = change.target === 'role' ? change.bindings : [];
  switch (scope.of) {
    case 'everything':
      return true;
    case 'account':
      return change.account === scope.id;
    case 'organization':
      return change.target === 'provider'
        ? change.organizationId === scope.id
        : bindings.some(({ organization }) => organization.id === scope.id);
    case 'grant':
      return change.target === 'role' && change.grant === scope.name;
    case 'connection':
      return bindings.some(({ connectionId }) => connectionId === scope.id);
  }
}

/** Whether two scopes are the same one. */
export function sameScope(a: PauseScope | BreakerScope, b: PauseScope | BreakerScope): boolean {
  return scopeKey(a) === scopeKey(b);
}

/** `account 123456789012`: how people and logs name a scope. */
export function scopeKey(scope: PauseScope | BreakerScope): string {
  switch (scope.of) {
    case 'everything':
      return 'everything';
    case 'grant':
      return `grant ${scope.name}`;
    case 'drift':
      return `drift in account ${scope.account}`;
    case 'absence':
      return scope.project === undefined
        ? `absence in organization ${scope.organization}`
        : `absence in project ${scope.project} of organization ${scope.organization} in account ${scope.account ?? ''}`;
    case 'account':
    case 'organization':
    case 'connection':
      return `${scope.of} ${scope.id}`;
  }
}

/** tripped: a person has to resume. allowed: a person has, and for a while it does not trip again. */
export function breakerState(
  { breakers }: Pick<Controls, 'breakers'>,
  scope: BreakerScope,
  now: number,
): 'closed' | 'tripped' | 'allowed' {
  const breaker = breakers.find((one) => sameScope(one.scope, scope));
  if (!breaker) return 'closed';
  if (!breaker.resumed) return 'tripped';
  return breaker.resumed.until > now ? 'allowed' : 'closed';
}

/** The connections whose roles a scope is about. A role that several connections share waits for all of them. */
export function listCoveredConnections(
  scope: PauseScope,
  recorded: readonly RecordedConnection[],
): readonly RecordedConnection[] {
  const held = new Set<RoleArn>(
    recorded.flatMap((item) =>
      listRecordedRoles(item)
        .filter((role) => coversRecordedRole(scope, item, role))
        .map(({ arn }) => arn),
    ),
  );
  return recorded.filter((item) => listRecordedRoles(item).some(({ arn }) => held.has(arn)));
}

function coversRecordedRole(scope: PauseScope, item: RecordedConnection, role: RecordedRole): boolean {
  switch (scope.of) {
    case 'everything':
      return true;
    case 'organization':
      return item.organizationId === scope.id;
    case 'account':
      return role.account === scope.id;
    case 'grant':
      return role.grant === scope.name;
    case 'connection':
      return item.connectionId === scope.id;
  }
}

/** Other pauses that hold something of this scope. */
export function otherPauses(
  { pauses }: WithPauses,
  scope: PauseScope,
  recorded: readonly RecordedConnection[],
  now: number,
): readonly Pause[] {
  const covered = listCoveredConnections(scope, recorded);
  return pauses.filter(isRunning(now)).filter((pause) => {
    if (sameScope(pause.scope, scope)) return false;
    return pause.scope.of === 'everything' || listCoveredConnections(pause.scope, covered).length > 0;
  });
}

/** What a second person's yes lets go on. */
const approvable: readonly (BlockedReason | undefined)[] = ['approval', 'conflict', 'disputed'];

/** Whether this person's yes to the change is wanted: it waits for one, and they have not given theirs. */
export function waitsForApproval(controls: WithApprovals, change: Change, by: Person, now: number): boolean {
  const isApprovable = [change.hold, change.wideningHold].some((hold) => approvable.includes(hold));
  return isApprovable && !ownApproval(controls, change.id, by, now);
}

/**
 * Whether somebody else than the one who acts has approved this very change, not long ago. Two people count as two only
 * when both are known: an unknown actor may be the approver, and an unknown approver may be anybody.
 */
export function isApproved(
  { approvals }: WithApprovals,
  changeId: string,
  initiator: Initiator,
  now: number,
): boolean {
  const isOther = (by: Person) =>
    initiator.trigger === 'schedule' || (initiator.actor !== undefined && !isSamePerson(by, initiator.actor));
  return approvals
    .filter(isRunning(now))
    .some(({ changes, by }) => by !== '' && changes.includes(changeId) && isOther(by));
}

/** Without the approvals of those whom the configuration of now does not list as approvers. */
export function keepApprovals<Decisions extends WithApprovals>(
  controls: Decisions,
  people: People | undefined,
): Decisions {
  return { ...controls, approvals: controls.approvals.filter(({ by }) => canApprove(people, by)) };
}

/** The yes of the one who acts: it lets others act, and themselves not. */
export function ownApproval(
  { approvals }: WithApprovals,
  changeId: string,
  actor: Person,
  now: number,
): Approval | undefined {
  return approvals
    .filter(isRunning(now))
    .find(({ changes, by }) => changes.includes(changeId) && isSamePerson(by, actor));
}

/** A scope as people call it: ids of organizations and connections give way to their names. */
export type ScopeNames = (scope: PauseScope | BreakerScope) => string;

export function scopeNames(
  { organizations }: Pick<Configuration, 'organizations'>,
  recorded: readonly RecordedConnection[],
): ScopeNames {
  const organization = (wanted: string) => organizations.find(({ id }) => id === wanted)?.name ?? wanted;
  const project = (wanted: string) =>
    recorded.flatMap(({ references }) => references).find(({ projectId }) => projectId === wanted)
      ?.projectName ?? wanted;
  return (scope) => {
    if (scope.of === 'organization') return `organization ${organization(scope.id)}`;
    if (scope.of === 'absence') {
      const where = `organization ${organization(scope.organization)}`;
      if (scope.project === undefined) return `absence in ${where}`;
      return `absence in project ${project(scope.project)} of ${where} in account ${scope.account ?? ''}`;
    }
    const item =
      scope.of === 'connection' ? recorded.find(({ connectionId }) => connectionId === scope.id) : undefined;
    return item ? `connection ${displayName(item.references)}` : scopeKey(scope);
  };
}

export const personName = (person: Person): string => (person === '' ? 'somebody unknown' : person);

/** What is suspended, until when, by whom and why. It holds what people have typed. */
export function pauseSentence({ scope, until, reason, by }: Pause, names: ScopeNames): string {
  return `${names(scope)} until ${timeText(until)}, by ${personName(by)}: ${reason}`;
}

/** Who asked for the run. A person has seen the plan and said yes to it; a schedule has nobody to ask. */
export type Initiator =
  | { readonly trigger: 'schedule' }
  | {
      readonly trigger: 'person';
      /** Who it is, where that is known. */
      readonly actor?: Person;
      /** At most so many changes now; left out: all that the plan shows. */
      readonly max?: number;
    };

/**
 * Whether two identities may be one person; only identities that are known can be. Whoever assumes a role chooses the name of
 * the session (STS API Reference, AssumeRole), so everybody in one role is taken for the same person; only IAM Identity
 * Center names sessions itself, after its users. A name that two sessions share is one person's, in any spelling, role and account.
 */
export function isSamePerson(a: Person, b: Person): boolean {
  if (a === '' || b === '') return false;
  const [one, other] = [parseSession(a), parseSession(b)];
  if (!one || !other) return a === b;
  if (one.name.toLowerCase() === other.name.toLowerCase()) return true;
  return !isSsoRole(one.role) && one.account === other.account && one.role === other.role;
}
