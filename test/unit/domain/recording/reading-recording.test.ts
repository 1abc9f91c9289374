import type { Finding } from '../../../../shared/domain/findings/finding.ts';
import { finding } from '../../../../shared/domain/findings/finding.ts';
import type { AccountObservation } from '../../../../shared/domain/iam/role.ts';
import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { ReadingFacts } from '../../../../shared/domain/recording/reading-recording.ts';
import {
  computeReadingAge,
  listAccountFacts,
  listOrganizationFacts,
  listProjectFacts,
  recordReading,
  recordSevere,
} from '../../../../shared/domain/recording/reading-recording.ts';
import type { RecordedReading } from '../../../../shared/domain/records/reading-record.ts';
import { newReading } from '../../../../shared/domain/records/reading-record.ts';
import { ACCOUNT, organizationId, projectId } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const MINUTE = 60_000;
const account = newReading({ of: 'account', id: ACCOUNT });
const organization = newReading({ of: 'organization', id: organizationId(1) });
const denied = unknown('access-denied', 'sts:AssumeRole was refused.');

const allRead: ReadingFacts = { unread: [], isOpen: () => false };
const wholeUnread: ReadingFacts = { unread: [{ why: denied }], isOpen: (part) => part.project !== undefined };
const unreadProjects = (...numbers: readonly number[]): ReadingFacts => ({
  unread: numbers.map((number) => ({ project: { id: projectId(number), name: `P${number}` }, why: denied })),
  isOpen: () => false,
});
const types = ({ outbox }: RecordedReading) => outbox.pending.map(({ type }) => type);

/** The record after one look after another, a minute apart. */
function after(start: RecordedReading, ...looks: readonly ReadingFacts[]): RecordedReading {
  return looks.reduce(
    (item, facts, index) => recordReading(item, facts, NOW + index * MINUTE, 'contoso'),
    start,
  );
}

describe('an account', () => {
  it.each<[string, readonly ReadingFacts[], readonly string[]]>([
    ['that is read each time', [allRead, allRead], []],
    [
      'that cannot be read, run after run',
      [allRead, wholeUnread, wholeUnread, wholeUnread],
      ['account.unreadable.v1'],
    ],
    [
      'that comes back and goes again',
      [wholeUnread, allRead, allRead, wholeUnread],
      ['account.unreadable.v1', 'account.readable.v1', 'account.unreadable.v1'],
    ],
  ])('%s causes one event for each transition', (_what, looks, expected) => {
    expect(types(after(account, ...looks))).toEqual(expected);
  });

  it('is the same value where nothing has changed, so that nothing is written', () => {
    const unread = after(account, wholeUnread);
    expect(recordReading(account, allRead, NOW)).toBe(account);
    expect(recordReading(unread, wholeUnread, NOW + MINUTE)).toBe(unread);
  });

  it('says why, and since when it could not be read', () => {
    const [lost, back] = after(account, wholeUnread, allRead).outbox.pending;
    expect(lost?.data).toMatchObject({
      aws: { account: ACCOUNT },
      error: { code: 'access-denied', message: 'sts:AssumeRole was refused.' },
    });
    expect(back?.data).toMatchObject({ aws: { account: ACCOUNT }, since: '2026-11-22T09:00:00.000Z' });
    expect(back?.subject).toBe(`account/${ACCOUNT}/reading`);
  });

  it('keeps what it has, where an item of another release cannot be read', () => {
    const strange = { ...account, unreadable: { reason: 'a later release wrote it', roleArns: [] } };
    expect(recordReading(strange, wholeUnread, NOW)).toBe(strange);
  });

  it('counts as unread where its roles or its providers are unknown', () => {
    const whole = {
      roles: complete({ inScope: [], elsewhere: [] }),
      providers: complete({ arns: [], ours: [] }),
    };
    const observed = (part: object) => ({ ...whole, ...part }) as unknown as AccountObservation;
    expect(listAccountFacts(observed({})).unread).toEqual([]);
    expect(listAccountFacts(observed({ roles: denied })).unread).toEqual([{ why: denied }]);
    expect(listAccountFacts(observed({ providers: denied })).unread).toEqual([{ why: denied }]);
    // Quotas explain; nothing is watched by them.
    expect(listAccountFacts(observed({ quotas: denied })).unread).toEqual([]);
  });
});

describe('an organization', () => {
  it('names each project once, when it cannot be read any more', () => {
    const item = after(organization, unreadProjects(1), unreadProjects(1, 2), unreadProjects(2), allRead);
    expect(types(item)).toEqual([
      'organization.unreadable.v1',
      'organization.unreadable.v1',
      'organization.readable.v1',
    ]);
    expect(item.outbox.pending.map(({ data }) => data['projects'])).toEqual([
      [
        {
          project: { id: projectId(1), name: 'P1' },
          error: { code: 'access-denied', message: denied.message },
        },
      ],
      [expect.objectContaining({ project: { id: projectId(2), name: 'P2' } })],
      undefined,
    ]);
  });

  it('does not call its projects readable while it cannot be read as a whole', () => {
    const item = after(organization, unreadProjects(1), wholeUnread, unreadProjects(1));
    expect(types(item)).toEqual(['organization.unreadable.v1', 'organization.unreadable.v1']);
    expect(item.unread).toMatchObject([
      { project: projectId(1), since: Date.parse('2026-11-22T09:00:00.000Z') },
    ]);
  });

  it('lists the first twenty projects of many', () => {
    const many = unreadProjects(...Array.from({ length: 33 }, (_, index) => index + 1));
    const [{ data } = { data: {} }] = after(organization, many).outbox.pending;
    expect(data).toMatchObject({ furtherProjects: 13 });
    expect((data as { projects: unknown[] }).projects).toHaveLength(20);
  });

  const seen = inventory([]);
  it.each([
    ['cannot be signed in to', { ...seen, identity: denied }, ['whole']],
    ['is another one under its name', { ...seen, organizationId: organizationId(9) }, ['whole']],
    ['hides its projects', { ...seen, projects: denied }, ['whole']],
    ['has projects of which some entries are strange', { ...seen, unreadable: [denied] }, ['whole']],
    ['is read to the end', seen, []],
  ])('that %s is told so', (_what, view, expected) => {
    const { unread } = listOrganizationFacts({ id: seen.organizationId }, view);
    const isOther = view.organizationId !== seen.organizationId;
    const { unread: other } = listOrganizationFacts({ id: view.organizationId }, view);
    expect((isOther ? other : unread).map(({ project }) => project?.name ?? 'whole')).toEqual(expected);
  });

  it('is said nothing of by a look at another project', () => {
    const before = after(organization, unreadProjects(1, 2));
    const project = { id: projectId(1), name: 'P1', connections: complete([]) };
    const view = { ...inventory([]), organizationId: organizationId(1), project: complete(project) };
    const { identity } = inventory([]);
    const id = identity.state === 'complete' ? identity.value.id : organizationId(1);
    const item = recordReading(before, listProjectFacts({ id }, projectId(1), view), NOW + MINUTE);
    expect(item.unread.map((part) => part.project)).toEqual([projectId(2)]);
    const gone = { ...view, project: unknown('not-found', 'There is no such project.') };
    expect(recordReading(before, listProjectFacts({ id }, projectId(1), gone), NOW)).toBe(before);
  });
});

it('grows older from the first run on that could not read', () => {
  const item = after(organization, unreadProjects(1), unreadProjects(1, 2));
  expect(computeReadingAge(item, NOW + 10 * MINUTE)).toBe(600);
  expect(computeReadingAge(organization, NOW)).toBe(0);
});

describe('severe findings', () => {
  const arn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}` as RoleArn;
  const severe = (name: string, message = 'x') => finding('role.not-owned', message, { roleArn: arn(name) });
  const high = (name: string, message = 'x'): Finding => ({ ...severe(name, message), severity: 'high' });

  it.each<[string, readonly (readonly Finding[])[], readonly number[]]>([
    ['that stay are counted once', [[high('a')], [high('a')], [high('a')]], [1, 0, 0]],
    ['that say another number count for nothing', [[high('a', '3 days')], [high('a', '4 days')]], [1, 0]],
    ['that come in addition are counted', [[high('a')], [high('a'), high('b')]], [1, 1]],
    ['that were over are counted anew', [[high('a')], [], [high('a')]], [1, 0, 1]],
    ['are not those of medium severity', [[{ ...severe('a'), severity: 'medium' }]], [0]],
  ])('%s', (_what, runs, counts) => {
    let item = account;
    const found = runs.map((findings) => {
      const counted = recordSevere(item, findings, true);
      ({ item } = counted);
      return counted.fresh;
    });
    expect(found).toEqual(counts);
  });

  it('that a partial run does not show are not over', () => {
    const { item } = recordSevere(account, [high('a')], true);
    const partial = recordSevere(item, [], false);
    expect(partial.item).toBe(item);
    expect(recordSevere(partial.item, [high('a')], true).fresh).toBe(0);
  });
});
