import type { OrganizationInventory, ProjectSnapshot } from '../azure-devops/inventory.ts';
import { isReadToItsEnd } from '../azure-devops/inventory.ts';
import type { Organization } from '../configuration/configuration.ts';
import { isSevere, type Finding } from '../findings/finding.ts';
import type { AccountObservation } from '../iam/role.ts';
import { digest } from '../kernel/digest.ts';
import type { ProjectId } from '../kernel/ids.ts';
import { unknown, type Reading, type Unknown } from '../kernel/result.ts';
import { appendEvent } from '../records/outbox.ts';
import type { RecordedReading, UnreadPart } from '../records/reading-record.ts';
import { formatInstant } from '../kernel/durations.ts';

/** What one look could not read. */
interface Unread {
  readonly project?: { readonly id: ProjectId; readonly name: string };
  readonly why: Unknown;
}

/** What one look at an account or an organization says of what can be read. */
export interface ReadingFacts {
  readonly unread: readonly Unread[];
  /** Of a part that the look says nothing of: it stays as it was. */
  readonly isOpen: (part: UnreadPart) => boolean;
}

/** The accounts of AWS Organizations are read whole or not at all. */
export const listListFacts = (reading: Reading<unknown>): ReadingFacts => ({
  unread: reading.state === 'unknown' ? [{ why: reading }] : [],
  isOpen: () => false,
});

/** An account is read whole or not at all. */
export function listAccountFacts({ roles, providers }: AccountObservation): ReadingFacts {
  const [why] = [roles, providers].filter((reading) => reading.state === 'unknown');
  return { unread: why ? [{ why }] : [], isOpen: () => false };
}

/** Of a look at a whole organization. Where its projects are not known, those that could not be read before stay so. */
export function listOrganizationFacts(
  { id }: Pick<Organization, 'id'>,
  { identity, projects, unreadable }: OrganizationInventory,
): ReadingFacts {
  const whole =
    findOrganizationTrouble(id, identity) ?? (projects.state === 'unknown' ? projects : undefined);
  if (whole || projects.state === 'unknown')
    return {
      unread: whole ? [{ why: whole }] : [],
      isOpen: ({ project }) => project !== undefined,
    };
  const [hidden] = unreadable ?? [];
  return {
    unread: [
      ...(hidden ? [{ why: hidden }] : []),
      ...projects.value.flatMap((project) => listProjectTrouble(project)),
    ],
    isOpen: () => false,
  };
}

/** Of a look at one project: it says nothing of the others, and of the organization only that it answers. */
export function listProjectFacts(
  { id }: Pick<Organization, 'id'>,
  projectId: ProjectId,
  { identity, project }: ProjectSnapshot,
): ReadingFacts {
  const whole = findOrganizationTrouble(id, identity);
  if (whole) return { unread: [{ why: whole }], isOpen: (part) => part.project !== undefined };
  return {
    // A project that is not there, or that the look did not find, is for the whole look to say.
    unread: project.state === 'complete' ? listProjectTrouble(project.value) : [],
    isOpen: (part) => part.project !== projectId || project.state === 'unknown',
  };
}

function findOrganizationTrouble(
  id: Organization['id'],
  identity: OrganizationInventory['identity'],
): Unknown | undefined {
  if (identity.state === 'unknown') return identity;
  return identity.value.id === id
    ? undefined
    : unknown('identity-mismatch', 'Another organization answers under this name.');
}

function listProjectTrouble(
  project: Extract<OrganizationInventory['projects'], { state: 'complete' }>['value'][number],
): readonly Unread[] {
  if (isReadToItsEnd(project)) return [];
  const { id, name, connections, unreadable } = project;
  const why = connections.state === 'unknown' ? connections : unreadable?.[0];
  return why ? [{ project: { id, name }, why }] : [];
}

/**
 * The record with what can be read now, and one event for each transition: when something cannot be read that could be read
 * before, and when all of it can be read again. The same value where nothing has changed.
 */
export function recordReading(
  before: RecordedReading,
  { unread, isOpen }: ReadingFacts,
  now: number,
  name = '',
): RecordedReading {
  // What was notified is not known.
  if (before.unreadable) return before;
  const known = new Map(before.unread.map((part) => [partKey(part.project), part]));
  const seen = new Set(unread.map(({ project }) => partKey(project?.id)));
  const fresh = unread.filter(({ project }) => !known.has(partKey(project?.id)));
  const kept = before.unread.filter((part) => seen.has(partKey(part.project)) || isOpen(part));
  if (fresh.length === 0 && kept.length === before.unread.length) return before;
  const added = fresh.map(({ project, why }) => ({
    ...(project && { project: project.id }),
    code: why.code,
    since: now,
  }));
  const after = { ...before, unread: [...kept, ...added] };
  if (fresh.length > 0) return notifyUnread(after, fresh, now, name);
  return after.unread.length === 0 ? notifyReadable(after, before.unread, now, name) : after;
}

const partKey = (project: ProjectId | undefined) => project ?? '';

/** An event is a message, not a list. */
const MOST_NAMED = 20;

function notifyUnread(
  item: RecordedReading,
  fresh: readonly Unread[],
  now: number,
  name: string,
): RecordedReading {
  const { subject } = item;
  const [first] = fresh;
  const error = { code: first?.why.code ?? '', message: first?.why.message ?? '' };
  if (subject.of === 'account-list')
    return appendEvent(
      item,
      'account-list.unreadable.v1',
      {
        reason: `azfed cannot read the accounts of AWS Organizations. It continues with the last list; accounts that join are not seen. ${error.message}`,
        error,
      },
      now,
    );
  if (subject.of === 'account')
    return appendEvent(
      item,
      'account.unreadable.v1',
      {
        aws: { account: subject.id },
        reason: `azfed cannot read the account, so nothing in it is watched or repaired. ${error.message}`,
        error,
      },
      now,
    );
  const projects = fresh.flatMap(({ project, why: { code, message } }) =>
    project ? [{ project, error: { code, message } }] : [],
  );
  const isWhole = projects.length < fresh.length;
  const what = isWhole ? 'the organization' : 'some projects of the organization';
  return appendEvent(
    item,
    'organization.unreadable.v1',
    {
      organization: { id: subject.id, name },
      reason: `azfed cannot read ${what}, so changes there are not seen. ${error.message}`,
      ...(isWhole ? { error } : {}),
      projects: projects.slice(0, MOST_NAMED),
      ...(projects.length > MOST_NAMED ? { furtherProjects: projects.length - MOST_NAMED } : {}),
    },
    now,
  );
}

function notifyReadable(
  item: RecordedReading,
  ended: readonly UnreadPart[],
  now: number,
  name: string,
): RecordedReading {
  const { subject } = item;
  const since = formatInstant(Math.min(now, ...ended.map((part) => part.since)));
  const reason = 'azfed reads everything again.';
  if (subject.of === 'account-list')
    return appendEvent(item, 'account-list.readable.v1', { since, reason }, now);
  if (subject.of === 'account')
    return appendEvent(item, 'account.readable.v1', { aws: { account: subject.id }, since, reason }, now);
  const organization = { id: subject.id, name };
  return appendEvent(item, 'organization.readable.v1', { organization, since, reason }, now);
}

/** Seconds since the first run that could not read the part that has waited longest; 0 where everything can be read. */
export function computeReadingAge({ unread }: Pick<RecordedReading, 'unread'>, now: number): number {
  const ages = unread.map(({ since }) => (now - since) / 1_000);
  return Math.max(0, ...ages);
}

/** More are counted each time: an item of the table holds 400 kB. */
const MOST_SEVERE = 5_000;

/** What is dangerous, and what nobody has accepted for a while. */
export const isUrgent = (found: Finding): boolean => isSevere(found) && found.accepted === undefined;

/**
 * The severe findings that were not there before, and the record that knows them. `isWhole`: everything was read, so that a
 * finding that is not there is over; otherwise the others stay.
 */
export function recordSevere(
  before: RecordedReading,
  findings: readonly Finding[],
  isWhole: boolean,
): { readonly item: RecordedReading; readonly fresh: number } {
  const seen = [...new Set(findings.filter(isUrgent).map(digestFinding))].sort();
  const known = new Set(before.severe);
  const fresh = seen.filter((one) => !known.has(one)).length;
  if (before.unreadable) return { item: before, fresh };
  const kept = isWhole ? seen : [...new Set([...before.severe, ...seen])].sort();
  const severe = kept.slice(0, MOST_SEVERE);
  const isSame = severe.length === before.severe.length && severe.every((one) => known.has(one));
  return { item: isSame ? before : { ...before, severe }, fresh };
}

/** What it is about, and not what it says: numbers in a sentence may change. */
function digestFinding({ code, connectionId, roleArn, evidence }: Finding): string {
  const about = ['organization', 'project', 'account', 'provider'].map((key) => evidence[key] ?? '');
  return digest(JSON.stringify([code, connectionId, roleArn, about]));
}
