import type {
  Approval,
  BreakerScope,
  Pause,
  PauseScope,
  Person,
  RecordedControls,
} from './recorded-controls.ts';
import { sameScope, scopeKey } from './controls.ts';
import { appendEvent } from './outbox.ts';

/** A person who resumes lets hands-off passes go on for so long; what is still too much trips the breaker again. */
const ALLOWANCE_MS = 60 * 60_000;
const APPROVAL_MS = 60 * 60_000;

const iso = (time: number) => new Date(time).toISOString();

/** A person lets this deployment write. The first time counts. */
export function recordBootstrap(controls: RecordedControls, by: Person, now: number): RecordedControls {
  if (controls.bootstrapped) return controls;
  return appendEvent(
    { ...controls, bootstrapped: { by, at: iso(now) } },
    'deployment.bootstrapped.v1',
    { by },
    now,
  );
}

/** The pause takes the place of one of the same scope. */
export function recordPause(controls: RecordedControls, pause: Pause, now: number): RecordedControls {
  const others = running(controls, now).pauses.filter(({ scope }) => !sameScope(scope, pause.scope));
  const { by, until, reason } = pause;
  const data = { scope: scopeKey(pause.scope), by, until, reason };
  return appendEvent(
    { ...running(controls, now), pauses: [...others, pause] },
    'deployment.suspended.v1',
    data,
    now,
  );
}

/** Ends the pause of this very scope and the breakers below it; the same value when there is neither. */
export function recordResume(
  controls: RecordedControls,
  scope: PauseScope,
  by: Person,
  now: number,
): RecordedControls {
  const { pauses, breakers } = running(controls, now);
  const left = pauses.filter((pause) => !sameScope(pause.scope, scope));
  const tripped = breakers.filter((breaker) => !breaker.resumed && isBelow(breaker.scope, scope));
  if (left.length === pauses.length && tripped.length === 0) return controls;
  const resumed = { by, until: iso(now + ALLOWANCE_MS) };
  const allowed = breakers.map((breaker) => (tripped.includes(breaker) ? { ...breaker, resumed } : breaker));
  const data = { scope: scopeKey(scope), by, breakers: tripped.map((breaker) => scopeKey(breaker.scope)) };
  return appendEvent({ ...controls, pauses: left, breakers: allowed }, 'deployment.resumed.v1', data, now);
}

function isBelow(breaker: BreakerScope, scope: PauseScope): boolean {
  if (scope.of === 'everything') return true;
  return breaker.of === 'drift'
    ? scope.of === 'account' && scope.id === breaker.account
    : scope.of === 'organization' && scope.id === breaker.organization;
}

/** Each breaker is told once; one that has tripped already stays as it is. */
export function recordTrips(
  controls: RecordedControls,
  scopes: readonly BreakerScope[],
  now: number,
): RecordedControls {
  return scopes.reduce((known, scope) => {
    const others = known.breakers.filter((breaker) => !sameScope(breaker.scope, scope));
    const isKnown = known.breakers.some((breaker) => sameScope(breaker.scope, scope) && !breaker.resumed);
    if (isKnown) return known;
    const breakers = [...others, { scope, at: iso(now) }];
    return appendEvent(
      { ...known, breakers },
      'deployment.breaker-tripped.v1',
      { scope: scopeKey(scope) },
      now,
    );
  }, controls);
}

export function recordApproval(
  controls: RecordedControls,
  { planId, changes, by }: Pick<Approval, 'planId' | 'changes' | 'by'>,
  now: number,
): RecordedControls {
  const approval = { planId, changes, by, at: iso(now), until: iso(now + APPROVAL_MS) };
  const known = running(controls, now);
  return appendEvent(
    { ...known, approvals: [...known.approvals, approval] },
    'deployment.approved.v1',
    { planId, changes, by },
    now,
  );
}

/** Without what has ended. */
function running(controls: RecordedControls, now: number): RecordedControls {
  const isOn = ({ until }: { readonly until: string }) => Date.parse(until) > now;
  return {
    ...controls,
    pauses: controls.pauses.filter(isOn),
    approvals: controls.approvals.filter(isOn),
    breakers: controls.breakers.filter(({ resumed }) => !resumed || isOn(resumed)),
  };
}
