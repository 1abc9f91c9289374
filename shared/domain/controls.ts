import type { Change } from './change.ts';
import type { BreakerScope, Controls, Pause, PauseScope, Person } from './recorded-controls.ts';

/** The pause that holds a change now; `undefined` when none does. */
export function pauseOn(
  { pauses }: Pick<Controls, 'pauses'>,
  change: Change,
  now: number,
): Pause | undefined {
  return pauses.find(({ scope, until }) => Date.parse(until) > now && covers(scope, change));
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
      return `absence in organization ${scope.organization}`;
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
  return Date.parse(breaker.resumed.until) > now ? 'allowed' : 'closed';
}

/** Whether somebody else than the one who acts has said yes to this very change, not long ago. */
export function isApproved(
  { approvals }: Pick<Controls, 'approvals'>,
  changeId: string,
  actor: Person | undefined,
  now: number,
): boolean {
  return approvals.some(
    ({ changes, by, until }) => changes.includes(changeId) && Date.parse(until) > now && !isSame(by, actor),
  );
}

/** Only identities that are known can be told to be the same. */
const isSame = (a: Person, b: Person | undefined) => a !== '' && a === b;
