import { makeConnectionKey } from '../records/outbox.ts';
import type { Change } from './change.ts';
import type { EventData } from '../records/event-catalogue.ts';
import type {
  ChangeKind,
  FailingChange,
  RecordedConnection,
  RecordedProvider,
} from '../records/connection-record.ts';
import type { ExplainedFailure, FailureNature } from '../kernel/errors.ts';
import { finding, type Finding } from '../findings/finding.ts';
import type { ProviderArn, RoleArn } from '../kernel/ids.ts';
import { inert } from '../kernel/sanitize.ts';
import { formatInstant, DAY_MS, HOUR_MS, MINUTE_MS, timeText } from '../kernel/durations.ts';

/** Texts of AWS that name a policy of the organization take up to about 400 characters. */
const LONGEST_MESSAGE = 500;
const LONGEST_CODE = 64;

type FailingItem = Pick<RecordedConnection, 'failing'> | Pick<RecordedProvider, 'failing'>;
type Since = Pick<FailingChange, 'since' | 'toldAt' | 'reminders'>;
type Place = RoleArn | ProviderArn;

/** ARN of the role or provider that the change is of. */
export const changedArn = (change: Change): Place =>
  change.target === 'role' ? change.roleArn : change.providerArn;

export function findFailingChange({ failing }: FailingItem, arn: Place): FailingChange | undefined {
  return failing?.find((one) => one.arn === arn);
}

/**
 * The item with one more failure of the change. Changes of one role or provider count together, since what is to be
 * done may differ from run to run while AWS refuses all of it. `isTold`: an event tells of this failure.
 */
export function recordFailing<Item extends FailingItem>(
  item: Item,
  change: Change,
  { code, message, awsCode, nature }: ExplainedFailure,
  isNotified: boolean,
  now: number,
): Item {
  const arn = changedArn(change);
  const known = findFailingChange(item, arn);
  const {
    awsCode: _,
    nextAttemptAt: __,
    ...kept
  }: Partial<FailingChange> & Since = known ?? {
    since: now,
    toldAt: now,
    reminders: 0,
  };
  const failing: FailingChange = {
    ...kept,
    arn,
    changeId: change.id,
    kind: change.kind,
    times: (known?.times ?? 0) + 1,
    lastAt: now,
    ...planNextAttempt(known, change, nature, now),
    nature,
    code,
    message: bounded(message, LONGEST_MESSAGE),
    ...(awsCode === undefined ? {} : { awsCode: bounded(awsCode, LONGEST_CODE) }),
    ...(isNotified ? { toldAt: now } : {}),
  };
  return { ...item, failing: [...(item.failing ?? []).filter((one) => one.arn !== arn), failing] };
}

const FIRST_WAIT_MS = 30 * MINUTE_MS;
const LONGEST_WAIT_MS = 6 * HOUR_MS;

/**
 * AWS refuses until somebody changes something there, and trying costs an error of the run each time. The first failure may
 * be chance: the next run tries again. From the second on the wait doubles, up to six hours. What is transient, and what
 * somebody else was writing, is tried again by the next run.
 */
function planNextAttempt(
  known: FailingChange | undefined,
  { id }: Change,
  nature: FailureNature,
  now: number,
): Pick<FailingChange, 'nextAttemptAt'> {
  if (known?.changeId !== id || (nature !== 'refused' && nature !== 'rejected')) return {};
  const waited = known.nextAttemptAt && known.nextAttemptAt - known.lastAt;
  const wait = waited ? Math.min(2 * waited, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
  return { nextAttemptAt: now + wait };
}

/**
 * The changes, those that back off with the time before which no automatic run tries them again. Later than azfed itself
 * writes it, the time counts for nothing.
 */
export function addNextAttempts(
  changes: readonly Change[],
  recorded: readonly RecordedConnection[],
  providers: readonly RecordedProvider[],
): readonly Change[] {
  const failing = [...recorded, ...providers].flatMap((item): readonly FailingChange[] => item.failing ?? []);
  const isPlausible = ({ lastAt, nextAttemptAt = lastAt }: FailingChange) =>
    nextAttemptAt <= lastAt + LONGEST_WAIT_MS;
  const byChange = new Map(failing.filter(isPlausible).map((one) => [one.changeId, one.nextAttemptAt]));
  return changes.map((change) => {
    const nextAttemptAt = byChange.get(change.id);
    return nextAttemptAt === undefined ? change : { ...change, nextAttemptAt };
  });
}

/** The item as it is after a reminder that names the failure. */
export function recordFailingReminded<Item extends FailingItem>(item: Item, arn: Place, now: number): Item {
  const failing = item.failing?.map((one) =>
    one.arn === arn ? { ...one, toldAt: now, reminders: one.reminders + 1 } : one,
  );
  return failing ? { ...item, failing } : item;
}

/** `reminderDays`: 0 for never. */
export function isFailingReminderDue(
  failing: FailingChange | undefined,
  reminderDays: number,
  now: number,
): failing is FailingChange {
  if (!failing || reminderDays === 0) return false;
  return now >= failing.toldAt + reminderDays * DAY_MS;
}

/** The item without the failures that are over; the same value when there are none of them. */
export function withoutFailing<Item extends FailingItem>(
  item: Item,
  isResolved: (failing: NonNullable<Item['failing']>[number]) => boolean,
): Item {
  const { failing = [], ...rest }: Pick<Item, 'failing'> = item;
  const left = failing.filter((one) => !isResolved(one));
  if (left.length === failing.length) return item;
  return (left.length > 0 ? { ...rest, failing: left } : rest) as Item;
}

/** As `withoutFailing`, after a change of this role or provider was done. */
export function removeFailingChange<Item extends FailingItem>(item: Item, arn: Place): Item {
  return withoutFailing(item, (failing) => failing.arn === arn);
}

/** What people and receivers are shown of a failing change; times are ISO text. */
export type FailingDetails = NonNullable<EventData<'connection.failed.v1'>['failing']>;

export function failingDetails(change: FailingChange): FailingDetails {
  const { arn, kind, since, lastAt, times, nextAttemptAt, nature, code, awsCode, message } = change;
  return {
    arn,
    kind,
    since: formatInstant(since),
    lastAt: formatInstant(lastAt),
    times,
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: formatInstant(nextAttemptAt) }),
    nature,
    code,
    ...(awsCode === undefined ? {} : { awsCode }),
    message,
  };
}

/** For data of events: what `failing` says of this role or provider, and nothing where its changes do not fail. */
export function failingData(item: FailingItem, arn: Place): { readonly failing?: FailingDetails } {
  const failing = findFailingChange(item, arn);
  return failing ? { failing: failingDetails(failing) } : {};
}

const nouns: Readonly<Record<ChangeKind, string>> = {
  create: 'creation',
  repair: 'repair',
  adopt: 'adoption',
  close: 'closing',
  delete: 'deletion',
};

const natures: Readonly<Record<FailingChange['nature'], string>> = {
  refused: 'refused',
  rejected: 'never accepted as it is',
  transient: 'it may work later',
  conflict: 'changed by somebody else meanwhile',
  defect: 'an error of azfed itself',
};

/** `The repair of the role has failed 12 times since 2026-11-03 09:12 UTC, last at 2026-11-29 21:00 UTC (refused, AccessDenied): No.` */
export function failingSentence(details: FailingDetails): string {
  const { arn, kind, times, since, lastAt, nature, awsCode, code, message } = details;
  const what = `${nouns[kind]} of ${arn.includes(':oidc-provider/') ? 'the OIDC provider' : 'the role'}`;
  const notified =
    times === 1
      ? `has failed once, at ${timeText(lastAt)}`
      : `has failed ${times} times since ${timeText(since)}, last at ${timeText(lastAt)}`;
  const text = message.replace(/\.?$/, '.');
  return `The ${what} ${notified} (${natures[nature]}, ${awsCode ?? code}): ${text}`;
}

/** Changes of the plan that have failed whenever they were tried. */
export function failingFindings(
  changes: readonly Change[],
  recorded: readonly RecordedConnection[],
  providers: readonly RecordedProvider[],
): readonly Finding[] {
  const items = new Map(recorded.map((item) => [makeConnectionKey(item), item]));
  const formatMessage = (arn: Place, failing: FailingChange) =>
    `${arn}: ${failingSentence(failingDetails(failing))}`;
  return changes.flatMap((change) => {
    if (change.target === 'provider') {
      const { providerArn: arn, account } = change;
      const failing = findFailingChange(providers.find((item) => item.arn === arn) ?? {}, arn);
      if (!failing) return [];
      const evidence = { account, ...failingDetails(failing) };
      return [finding('provider.failing', formatMessage(arn, failing), { evidence })];
    }
    const { roleArn } = change;
    return change.bindings.flatMap(({ organization, connectionId }) => {
      const failing = findFailingChange(
        items.get(makeConnectionKey({ organizationId: organization.id, connectionId })) ?? {},
        roleArn,
      );
      if (!failing) return [];
      const about = { connectionId, roleArn, evidence: failingDetails(failing) };
      return [finding('role.failing', formatMessage(roleArn, failing), about)];
    });
  });
}

function bounded(text: string, longest: number): string {
  const characters = Array.from(inert(text));
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}
