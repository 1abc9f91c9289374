import type { EventType } from '../../../../shared/domain/records/event-catalogue.ts';
import { eventCatalogue } from '../../../../shared/domain/records/event-catalogue.ts';
import { buildEventMessage } from '../../../../shared/domain/notify/event-message.ts';
import { messageOfGroup } from '../../../../shared/domain/notify/group-message.ts';
import { nameAccount } from '../../../../shared/domain/notify/message.ts';
import { pendingEvent } from '../../../builders/recorded-items.ts';

const organization = { id: '11111111-2222-3333-4444-555555555555', name: 'contoso' };
const project = { id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'Shop' };
const connection = { id: 'bbbbbbbb-0000-4000-8000-000000000001', name: 'aws-prod' };
const roleArn = 'arn:aws:iam::123456789012:role/azure-devops/shop-prod';
const places = {
  organizations: [{ id: organization.id, url: 'https://dev.azure.com/contoso' }],
  reportUrl: 'https://reports.example.com/azfed.html',
};
const data = {
  organization,
  project,
  connection,
  reason: 'The trust was changed in IAM.',
  aws: { account: '123456789012', roleArn },
  drift: [
    { path: 'tags.team', expected: 'shop', actual: 'ops' },
    { path: 'boundary', expected: 'arn:aws:iam::123456789012:policy/b' },
    { path: 'policies.inline.extra', actual: { Version: '2012-10-17' } },
  ],
  actor: {
    source: 'event',
    principal: 'arn:aws:sts::123456789012:assumed-role/Admin/kim',
    sessionName: 'kim',
    link: 'https://us-east-1.console.aws.amazon.com/cloudtrailv2/home#/events/1',
  },
  action: { decision: 'mode-observe', changeId: 'c1' },
};
const drifted = pendingEvent(1, { type: 'connection.drift-detected.v1', data });

describe('the message of a drift', () => {
  it('says in words what happened, where, by whom, and what azfed does about it', () => {
    const { title, severity, text, facts } = buildEventMessage(drifted, places);
    expect(title).toBe('Somebody changed the role of Shop / aws-prod');
    expect(severity).toBe('high');
    expect(text).toBe('The trust was changed in IAM.');
    expect(facts).toEqual([
      { name: 'Organization', value: 'contoso' },
      { name: 'Project', value: 'Shop' },
      { name: 'Connection', value: 'aws-prod' },
      { name: 'Account', value: '123456789012' },
      { name: 'Role', value: roleArn },
      { name: 'By whom', value: 'kim (arn:aws:sts::123456789012:assumed-role/Admin/kim)' },
      {
        name: 'Action',
        value: 'held: its grant only observes; set `mode: repair` or `mode: enforce` to let azfed act',
      },
      { name: 'When', value: '2026-11-22T09:00:00.000Z' },
    ]);
  });

  it('has the name of the account beside its id, where the configuration gives one', () => {
    const findAccount = (accounts: readonly { readonly id: string; readonly name?: string }[]) =>
      buildEventMessage(nameAccount(drifted, { ...places, accounts }), places).facts.find(
        ({ name }) => name === 'Account',
      )?.value;
    expect(findAccount([{ id: '123456789012', name: 'shop-prod' }])).toBe('shop-prod (123456789012)');
    expect(findAccount([{ id: '123456789012' }, { id: '210987654321', name: 'other' }])).toBe('123456789012');
  });

  it('that stays says so, and since when', () => {
    const since = '2026-11-15T09:00:00.000Z';
    const reminder = pendingEvent(1, {
      type: 'connection.drift-unresolved.v1',
      data: { ...data, since, reminder: 1 },
    });
    const { title, facts, lines } = buildEventMessage(reminder, places);
    expect(title).toBe('The role of Shop / aws-prod still differs');
    expect(facts).toContainEqual({ name: 'Since', value: since });
    expect(lines).toHaveLength(3);
  });

  it('shows what is there and what is to be', () => {
    expect(buildEventMessage(drifted, places).lines).toEqual([
      'tags.team: "ops" instead of "shop"',
      'boundary: gone ("arn:aws:iam::123456789012:policy/b")',
      'policies.inline.extra: added {"Version":"2012-10-17"}',
    ]);
  });

  it.each([
    ['new', 'role: new ({})'],
    ['change', 'role: new ({})'],
    ['drift', 'role: gone ({})'],
  ])('says of what is not there, by cause %s: %s', (cause, line) => {
    const event = pendingEvent(1, {
      type: 'connection.held.v1',
      data: { ...data, cause, drift: [{ path: 'role', expected: {} }] },
    });
    expect(buildEventMessage(event, places).lines).toEqual([line]);
  });

  it('leads to the report, the role, the connection and the event of whoever did it', () => {
    expect(buildEventMessage(drifted, places).links).toEqual([
      { title: 'Report', url: `https://reports.example.com/azfed.html#connection=${connection.id}` },
      {
        title: 'Role in AWS',
        url: 'https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/roles/details/shop-prod?section=trust_relationships',
      },
      {
        title: 'Connection in Azure DevOps',
        url: `https://dev.azure.com/contoso/${project.id}/_settings/adminservices?resourceId=${connection.id}`,
      },
      { title: 'Who did it', url: data.actor.link },
    ]);
  });

  it('caps differences and counts the rest, also what the event itself has left out', () => {
    const drift = Array.from({ length: 8 }, (_, index) => ({ path: `tags.t${index}`, expected: 'a' }));
    const many = pendingEvent(1, {
      type: 'connection.drift-detected.v1',
      data: { ...data, drift, furtherDifferences: 4 },
    });
    const { lines, furtherLines } = buildEventMessage(many, places);
    expect(lines).toHaveLength(5);
    expect(furtherLines).toBe(7);
  });

  it('names an unknown actor as that', () => {
    const unknown = { ...data, actor: { source: 'unknown', link: data.actor.link } };
    const { facts } = buildEventMessage(pendingEvent(1, { ...drifted, data: unknown }), places);
    expect(facts).toContainEqual({ name: 'By whom', value: 'unknown' });
  });
});

describe('the message of any event', () => {
  const types = Object.keys(eventCatalogue) as EventType[];

  it.each(types)(
    '%s has a title about what it is about, and one even when nothing of it is known',
    (type) => {
      const whole = buildEventMessage(
        pendingEvent(1, {
          type,
          data: { ...data, scope: 'account 1', webhook: 'ops', planId: 'plan-1', version: 7 },
        }),
        places,
      );
      expect(whole.title).toMatch(
        /aws-prod|123456789012|account 1|contoso|ops|plan-1|version 7|Automatic runs|AWS Organizations/,
      );
      const empty = buildEventMessage(pendingEvent(1, { type, data: {} }), { organizations: [] });
      expect(`${empty.title} ${empty.text}`).not.toMatch(/undefined|null|\[object/);
      expect(empty.text).toBe(eventCatalogue[type].meaning);
      expect(empty.links).toEqual([]);
    },
  );

  it('says why it failed before why it was wanted', () => {
    const failed = { ...data, error: { code: 'iam.access-denied', message: 'iam:TagRole is missing.' } };
    expect(
      buildEventMessage(pendingEvent(1, { type: 'connection.failed.v1', data: failed }), places).text,
    ).toBe('iam:TagRole is missing.');
  });
});

describe('the message of a run', () => {
  const events = Array.from({ length: 30 }, (_, index) =>
    pendingEvent(index, {
      type: index === 29 ? 'connection.failed.v1' : 'connection.federated.v1',
      time: `2026-11-22T09:00:${String(index).padStart(2, '0')}.000Z`,
      data: { ...data, connection: { id: String(index), name: `aws-${index}` } },
    }),
  );

  it('counts, begins with what matters most, and says how much there is besides', () => {
    const { title, severity, text, lines, furtherLines, facts, links } = messageOfGroup(events, places);
    expect(title).toBe('30 things happened in one run');
    expect(severity).toBe('high');
    expect(text).toBe('1 x connection.failed.v1, 29 x connection.federated.v1');
    expect(lines[0]).toBe('A change for Shop / aws-29 failed');
    expect(lines[1]).toBe('Shop / aws-0 has a role in AWS');
    expect(lines.length + furtherLines).toBe(30);
    expect(facts).toContainEqual({
      name: 'When',
      value: '2026-11-22T09:00:00.000Z to 2026-11-22T09:00:29.000Z',
    });
    expect(links).toEqual([{ title: 'Report', url: places.reportUrl }]);
  });
});
