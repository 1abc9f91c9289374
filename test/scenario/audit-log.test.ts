import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createLocalDynamoClient } from '../builders/local-dynamo.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import { auditKey } from '../../shared/contract/table-keys.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { MINUTE_MS, ORGANIZATION, READER_PAT, required } from '../builders/stage.ts';

const HOUR_MS = 60 * MINUTE_MS;

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({
    connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' },
    alter: (configuration): Configuration => ({
      ...configuration,
      organizations: configuration.organizations.map((one) => ({ ...one, auditLog: true })),
    }),
  });
  play().organizations.setAuditing(ORGANIZATION, true);
  play().audit.setActor('eve@contoso.example');
  await stage.letWrite();
  await stage.tick();
  stage.clock.advance(15 * MINUTE_MS);
});
afterEach(() => stage.close());

const play = () => stage.cloud.azureDevOps;

/** The log is due, and all that follows happens; no schedule. */
async function read(): Promise<void> {
  await stage.service.audit();
  await stage.drain();
}

const readRecord = async (connection: string) => {
  const id = stage.id(connection);
  const found = (await stage.records()).find(({ connectionId }) => connectionId === id);
  return required(found, connection);
};
const isClosed = async (connection: string) => (await readRecord(connection)).role?.closed !== undefined;
const types = () => stage.notified().map(({ type }) => type);
const operations = (from: number) =>
  play()
    .calls.slice(from)
    .map(({ operation }) => operation);

describe('a deletion', () => {
  it('that the audit log tells of closes the role without a word of a person, and names who did it', async () => {
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    await read();
    expect((await readRecord('Shop/a')).retiring).toMatchObject({
      by: 'eve@contoso.example',
      reason: expect.stringMatching(
        /^Deleted in Azure DevOps: entry \d+;[0-9a-f-]{36};[0-9a-f-]{36} of its audit log\.$/,
      ) as unknown,
    });
    expect(await isClosed('Shop/a')).toBe(true);
    expect(await isClosed('Pay/b')).toBe(false);
    expect(types()).toContain('connection.closed.v1');
  });

  it('that it does not tell of is missing and no more', async () => {
    play().organizations.setAuditing(ORGANIZATION, false);
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    await read();
    await stage.tick();
    expect(types()).toContain('connection.missing.v1');
    expect(await isClosed('Shop/a')).toBe(false);
  });

  it('of a connection that is listed is not believed, however often it is told', async () => {
    const organization = required(play().snapshot().organizations[0], 'organization');
    play().audit.forge(organization.id, {
      actionId: 'Library.ServiceConnectionDeleted',
      data: { ConnectionId: stage.id('Shop/a') },
    });
    await read();
    await stage.tick();
    expect((await readRecord('Shop/a')).retiring).toBeUndefined();
    stage.clock.advance(61 * MINUTE_MS);
    await stage.tick();
    // By then it has been forgotten: a list that loses the connection now is no proof.
    play().organizations.setPat(ORGANIZATION, {
      token: READER_PAT,
      access: 'read',
      connections: [stage.id('Pay/b')],
    });
    await stage.tick();
    expect(types()).toContain('connection.missing.v1');
    expect(await isClosed('Shop/a')).toBe(false);
  });

  it('is believed among many of connections that azfed keeps nothing of', async () => {
    const organization = required(play().snapshot().organizations[0], 'organization');
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    stage.clock.advance(MINUTE_MS);
    for (let count = 0; count < 250; count += 1)
      play().audit.forge(organization.id, {
        actionId: 'Library.ServiceConnectionDeleted',
        data: { ConnectionId: `0cc00000-0000-4000-a000-${String(count).padStart(12, '0')}` },
      });
    await read();
    expect(await isClosed('Shop/a')).toBe(true);
  });

  it('waits for a list that is whole', async () => {
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    play().faults.next({ operation: 'endpoints' }, 'sign-in-page-203', Infinity);
    await read();
    await stage.tick();
    expect(await isClosed('Shop/a')).toBe(false);
    play().faults.clear();
    await stage.tick();
    expect(await isClosed('Shop/a')).toBe(true);
  });

  it('from one of several projects takes nothing from the others', async () => {
    play().connections.share(ORGANIZATION, stage.id('Shop/a'), 'Pay', 'a-pay');
    await read();
    stage.clock.advance(31 * MINUTE_MS);
    play().connections.unshare(ORGANIZATION, stage.id('Shop/a'), 'Shop');
    await read();
    expect((await readRecord('Shop/a')).retiring).toBeUndefined();
    expect(await stage.assume('role-a', await stage.token('Pay', stage.id('Shop/a')))).toBe('in');
  });

  it('from a project is not believed while another one that used the connection is hidden', async () => {
    play().connections.share(ORGANIZATION, stage.id('Shop/a'), 'Pay', 'a-pay');
    await read();
    stage.clock.advance(31 * MINUTE_MS);
    play().organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read', projects: ['Shop'] });
    play().connections.unshare(ORGANIZATION, stage.id('Shop/a'), 'Shop');
    await read();
    await stage.tick();
    expect((await readRecord('Shop/a')).retiring).toBeUndefined();
  });

  it('whose entry comes late is found all the same, once', async () => {
    play().audit.delay(12 * MINUTE_MS);
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    await read();
    expect(await isClosed('Shop/a')).toBe(false);
    stage.clock.advance(12 * MINUTE_MS);
    await read();
    expect(await isClosed('Shop/a')).toBe(true);
  });
});

describe('who changed something in Azure DevOps', () => {
  const findEventData = (type: string) => stage.notified().find((event) => event.type === type)?.data;

  it('is named in the event of a rename, with the entry that says so', async () => {
    play().projects.rename(ORGANIZATION, 'Shop', 'Store');
    await read();
    expect(findEventData('connection.renamed.v1')).toMatchObject({
      actor: {
        source: 'audit-log',
        principal: 'eve@contoso.example',
        eventName: 'Project.UpdateRenameCompleted',
        link: expect.stringMatching(/\/contoso\/_settings\/audit$/) as unknown,
      },
    });
  });

  it('is named in the event of a role that was closed', async () => {
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    await read();
    expect(findEventData('connection.closed.v1')).toMatchObject({
      actor: { principal: 'eve@contoso.example', eventName: 'Library.ServiceConnectionDeleted' },
    });
  });

  it('is not named for what was done to another connection of the project, or before our last write', async () => {
    await read();
    play().audit.setActor('somebody-else@contoso.example');
    play().connections.create(ORGANIZATION, { project: 'Shop', name: 'registry', type: 'dockerregistry' });
    await read();
    play().audit.delay(HOUR_MS);
    play().connections.rename(ORGANIZATION, stage.id('Shop/a'), 'a-new');
    await stage.drain();
    expect(findEventData('connection.renamed.v1')).toBeDefined();
    expect(findEventData('connection.renamed.v1')).not.toHaveProperty('actor');
  });
});

describe('the audit log', () => {
  it('is left alone while its cursor cannot be read, is told, and is read on from there', async () => {
    const table = createLocalDynamoClient(stage.cloud.dynamoDb.url);
    const documents = DynamoDBDocumentClient.from(table);
    const Key = auditKey(required(stage.configuration().organizations[0], 'organization').id);
    await read();
    const { Item: kept } = await documents.send(new GetCommand({ TableName: 'azfed', Key }));
    const broken = { ...kept, schemaVersion: 2 };
    await documents.send(new PutCommand({ TableName: 'azfed', Item: broken }));
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    await read();
    expect(stage.telemetry.total(metrics.unreadableItems)).toBe(1);
    expect(await isClosed('Shop/a')).toBe(false);
    expect((await documents.send(new GetCommand({ TableName: 'azfed', Key }))).Item).toEqual(broken);

    await documents.send(new PutCommand({ TableName: 'azfed', Item: kept }));
    await read();
    expect(await isClosed('Shop/a')).toBe(true);
    table.destroy();
  });

  it('tells of a renamed project before the schedule does, of which no hook tells', async () => {
    play().projects.rename(ORGANIZATION, 'Shop', 'Store');
    expect(await stage.assume('role-a', await stage.token('Store', stage.id('Shop/a')))).toBe('refused');
    await read();
    expect(await stage.assume('role-a', await stage.token('Store', stage.id('Shop/a')))).toBe('in');
  });

  it('costs one request where nothing has happened, and a write now and then', async () => {
    await read();
    const [items, from] = [await stage.tableItems(), play().calls.length];
    await read();
    expect(operations(from)).toEqual(['auditlog']);
    expect(await stage.tableItems()).toEqual(items);
  });

  it('has one project looked at for what happened in it, and each entry once', async () => {
    await read();
    const from = play().calls.length;
    play().connections.rename(ORGANIZATION, stage.id('Shop/a'), 'a-new');
    await stage.service.audit();
    stage.clock.advance(31_000);
    await stage.service.processBatch();
    expect(operations(from)).toEqual(['auditlog', 'connectionData', 'project', 'endpoints']);
    const again = play().calls.length;
    await stage.service.audit();
    stage.clock.advance(31_000);
    await stage.service.processBatch();
    expect(operations(again)).toEqual(['auditlog']);
  });

  it.each(['403', 'sign-in-page-203', 'cut-json', 'ok-null'] as const)(
    'that cannot be read (%s) is read from the same place the next time',
    async (fault) => {
      play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
      play().faults.next({ operation: 'auditlog' }, fault, 1);
      await read();
      expect(await isClosed('Shop/a')).toBe(false);
      await read();
      expect(await isClosed('Shop/a')).toBe(true);
      expect(stage.telemetry.total(metrics.discoveries)).toBeGreaterThan(0);
    },
  );

  it('tells of entries that are not understood, and closes nothing by them', async () => {
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    play().audit.omit(['timestamp']);
    await read();
    // Two connections were made, and one was deleted.
    expect(stage.telemetry.total(metrics.auditEntriesUnread)).toBe(3);
    expect(await isClosed('Shop/a')).toBe(false);
  });

  it('is read where entries do not say of which organization they are', async () => {
    play().audit.omit(['scopeId', 'scopeType', 'actorUPN']);
    play().connections.remove(ORGANIZATION, stage.id('Shop/a'));
    await read();
    expect(stage.telemetry.total(metrics.auditEntriesUnread)).toBe(0);
    expect(await isClosed('Shop/a')).toBe(true);
  });

  it('that the credential may not view changes nothing', async () => {
    play().organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read', seesAudit: false });
    const items = await stage.tableItems();
    await read();
    expect(await stage.tableItems()).toEqual(items);
  });
});
