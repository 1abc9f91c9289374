import type {
  Approval,
  Breaker,
  BreakerScope,
  DisabledWebhook,
  Pause,
  PauseScope,
  Person,
  RecordedControls,
} from '../records/deployment-record.ts';
import type { ConfigurationOrigin } from '../configuration/published-version.ts';
import type { AccountId } from '../kernel/ids.ts';
import { inForce, joinControls, sameScope, scopeKey } from './controls.ts';
import { ConfigError, type ConfigurationProblem } from '../kernel/errors.ts';
import type { EventData } from '../records/event-catalogue.ts';
import { appendEvent } from '../records/outbox.ts';
import { ALLOWANCE_MS, APPROVAL_MS, LONGEST_PAUSE_MS, makePastCheck } from '../records/stored-limits.ts';
import { formatInstant } from '../kernel/durations.ts';

/** The reason lies in one item with everything else that people have decided. */
const LONGEST_REASON = 500;

/** A person lets this deployment write. The first time counts. */
export function recordBootstrap(controls: RecordedControls, by: Person, now: number): RecordedControls {
  if (controls.bootstrapped && makePastCheck(now)(controls.bootstrapped.at)) return controls;
  const { onboardings: _, ...rest } = controls;
  return appendEvent({ ...rest, bootstrapped: { by, at: now } }, 'deployment.bootstrapped.v1', { by }, now);
}

/**
 * Which configuration is in force; the same value when that is known, or when this is an earlier look than the recorded
 * one. Each published version causes one event, and so does each that cannot be used; the deployed one causes none.
 */
export function recordConfiguration(
  controls: RecordedControls,
  { version, sha256, published, refused }: ConfigurationOrigin,
  now: number,
): RecordedControls {
  const known = controls.configuration ?? { version: 0, sha256 };
  if (version < known.version && !refused) return controls;
  const isNew = !isSameText(known, { version, sha256 });
  const isRefusalKnown = known.refused === refused?.version;
  if (!isNew && isRefusalKnown) return controls;
  const next = {
    ...controls,
    configuration: { version, sha256, ...(refused && { refused: refused.version }) },
  };
  const data = { version, sha256, before: known.version };
  const changed = isNew ? appendPublication(next, data, published, now) : next;
  return isRefusalKnown ? changed : appendRefusal(changed, version, refused, now);
}

type Text = Pick<ConfigurationOrigin, 'version' | 'sha256'>;

const isSameText = (one: Text, other: Text) => one.version === other.version && one.sha256 === other.sha256;

function appendPublication(
  controls: RecordedControls,
  data: Pick<EventData<'deployment.configuration-changed.v1'>, 'version' | 'sha256' | 'before'>,
  published: ConfigurationOrigin['published'],
  now: number,
): RecordedControls {
  if (!published) return controls;
  return appendEvent(controls, 'deployment.configuration-changed.v1', { ...data, ...published }, now);
}

function appendRefusal(
  controls: RecordedControls,
  inForce: number,
  refused: ConfigurationOrigin['refused'],
  now: number,
): RecordedControls {
  if (!refused) return controls;
  return appendEvent(controls, 'deployment.configuration-refused.v1', { ...refused, inForce }, now);
}

/** What keeps a pause from being recorded; empty when nothing does. */
export function pauseProblems(
  { until, reason }: Pick<Pause, 'until' | 'reason'>,
  now: number,
): readonly ConfigurationProblem[] {
  const left = until - now;
  const wrong: readonly (readonly [boolean, ConfigurationProblem])[] = [
    [
      Number.isNaN(left),
      { where: 'until', what: 'It is missing, or no time.', fix: 'Write 30m, 4h, 2d, or 2026-11-22T18:00Z.' },
    ],
    [left <= 0, { where: 'until', what: 'That time has passed.', fix: 'Give a later one.' }],
    [
      left > LONGEST_PAUSE_MS,
      { where: 'until', what: 'A pause lasts at most 7 days.', fix: 'Give an earlier time, and renew it.' },
    ],
    [
      reason.trim() === '',
      { where: 'reason', what: 'There is none.', fix: 'Say why, for those who find nothing repaired.' },
    ],
    [
      reason.length > LONGEST_REASON,
      {
        where: 'reason',
        what: `It is longer than ${LONGEST_REASON} characters.`,
        fix: 'Say it in a sentence.',
      },
    ],
  ];
  return wrong.filter(([applies]) => applies).map(([, problem]) => problem);
}

/** The pause takes the place of one of the same scope. Throws ConfigError. */
export function recordPause(controls: RecordedControls, pause: Pause, now: number): RecordedControls {
  const problems = pauseProblems(pause, now);
  if (problems.length > 0) throw new ConfigError(problems);
  const known = inForce(controls, now);
  const others = known.pauses.filter(({ scope }) => !sameScope(scope, pause.scope));
  const { by, until, reason } = pause;
  return appendEvent(
    { ...known, pauses: [...others, pause] },
    'deployment.suspended.v1',
    { scope: scopeKey(pause.scope), by, until: formatInstant(until), reason },
    now,
  );
}

/** The items that change where these very scopes are resumed, with the breakers below them. The event of each scope is the deployment's. */
export function recordResumes(
  deployment: RecordedControls,
  accounts: readonly RecordedControls[],
  scopes: readonly PauseScope[],
  by: Person,
  now: number,
): readonly RecordedControls[] {
  const before = [deployment, ...accounts];
  const after = scopes.reduce<readonly RecordedControls[]>((items, scope) => {
    const [first = deployment, ...others] = items;
    const joined = joinControls(first, others);
    const resumed = recordResume(joined, scope, by, now);
    if (resumed === joined) return items;
    const { pauses, breakers } = recordResume(first, scope, by, now);
    return [
      { ...first, pauses, breakers, outbox: resumed.outbox },
      ...others.map((item) => {
        const own = recordResume(item, scope, by, now).breakers;
        return own === item.breakers ? item : { ...item, breakers: own };
      }),
    ];
  }, before);
  return after.filter((item, index) => item !== before[index]);
}

/** What the item of the deployment holds of an account, as former releases left it: moved to the item of the account; `undefined`: nothing. */
export function moveAccountControls(
  deployment: RecordedControls,
  own: RecordedControls & { readonly account: AccountId },
): readonly RecordedControls[] | undefined {
  const isOwn = ({ scope }: Breaker) => scope.account === own.account;
  const { onboardings = [], ...rest } = deployment;
  const left = onboardings.filter((account) => account !== own.account);
  const breakers = deployment.breakers.filter((breaker) => !isOwn(breaker));
  if (left.length === onboardings.length && breakers.length === deployment.breakers.length) return undefined;
  const moved = deployment.breakers.filter(
    (breaker) => isOwn(breaker) && !own.breakers.some(({ scope }) => sameScope(scope, breaker.scope)),
  );
  return [
    { ...rest, ...(left.length > 0 ? { onboardings: left } : {}), breakers },
    {
      ...own,
      ...(left.length < onboardings.length ? { onboardings: [own.account] } : {}),
      breakers: [...own.breakers, ...moved],
    },
  ];
}

/** Ends the pause of this very scope and the breakers below it; the same value when there is neither. */
export function recordResume(
  controls: RecordedControls,
  scope: PauseScope,
  by: Person,
  now: number,
): RecordedControls {
  const { pauses, breakers } = inForce(controls, now);
  const left = pauses.filter((pause) => !sameScope(pause.scope, scope));
  const tripped = breakers.filter((breaker) => !breaker.resumed && isBelow(breaker.scope, scope));
  if (left.length === pauses.length && tripped.length === 0) return controls;
  const resumed = { by, until: now + ALLOWANCE_MS };
  const allowed = breakers.map((breaker) => (tripped.includes(breaker) ? { ...breaker, resumed } : breaker));
  const data = { scope: scopeKey(scope), by, breakers: tripped.map((breaker) => scopeKey(breaker.scope)) };
  return appendEvent({ ...controls, pauses: left, breakers: allowed }, 'deployment.resumed.v1', data, now);
}

function isBelow(breaker: BreakerScope, scope: PauseScope): boolean {
  if (scope.of === 'everything') return true;
  return breaker.of === 'drift'
    ? scope.of === 'account' && scope.id === breaker.account
    : (scope.of === 'organization' && scope.id === breaker.organization) ||
        (scope.of === 'account' && scope.id === breaker.account);
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
    const breakers = [...others, { scope, at: now }];
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
  const approval = { planId, changes, by, at: now, until: now + APPROVAL_MS };
  const known = inForce(controls, now);
  return appendEvent(
    { ...known, approvals: [...known.approvals, approval] },
    'deployment.approved.v1',
    { planId, changes, by },
    now,
  );
}

/** It is told once, to all others; a webhook that is disabled already stays as it is. */
export function recordWebhookDisabled(
  controls: RecordedControls,
  { name, reason }: Pick<DisabledWebhook, 'name' | 'reason'>,
  now: number,
): RecordedControls {
  if (controls.disabledWebhooks.some((one) => one.name === name)) return controls;
  const disabledWebhooks = [...controls.disabledWebhooks, { name, reason, at: now }];
  return appendEvent(
    { ...controls, disabledWebhooks },
    'webhook.disabled.v1',
    { webhook: name, reason },
    now,
  );
}

/** The same value when the webhook is not disabled. */
export function recordWebhookEnabled(
  controls: RecordedControls,
  name: string,
  by: Person,
  now: number,
): RecordedControls {
  const disabledWebhooks = controls.disabledWebhooks.filter((one) => one.name !== name);
  if (disabledWebhooks.length === controls.disabledWebhooks.length) return controls;
  return appendEvent({ ...controls, disabledWebhooks }, 'webhook.enabled.v1', { webhook: name, by }, now);
}
