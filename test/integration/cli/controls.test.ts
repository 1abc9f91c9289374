import { UpdateRoleCommand } from '@aws-sdk/client-iam';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { getAccount } from '../local-play/playground.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { parseOrganizationId } from '../../../shared/domain/kernel/ids.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { parsePlan } from './documents.ts';
import { authenticate } from './sign-in.ts';

const ADMIN = 'arn:aws:iam::111122223333:user/admin';
const [ACCOUNT] = sample.accounts;

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const readJson = async (...typed: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await azfed(...typed, '--json');
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
};
async function shortenSessions(): Promise<void> {
  const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, ACCOUNT).credentials);
  await console.send(new UpdateRoleCommand({ RoleName: 'network', MaxSessionDuration: 3_600 }));
  console.destroy();
}
/** Documents have times as ISO text. */
const isoText: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/);
const suspend = (...scope: readonly string[]) =>
  azfed('suspend', ...scope, '--until', '4h', '--reason', 'audit', '--yes');

describe('what a person suspends', () => {
  const scopes = [
    ['everything'],
    ['organization', 'contoso'],
    ['account', ACCOUNT],
    ['grant', 'platform'],
    ['connection', 'Platform/aws-network'],
  ];

  it('is named by its kind, holds what is there, and goes on when it is resumed', async () => {
    await azfed('apply', '--yes');
    await azfed('local', 'tamper', 'open-trust', 'network');
    const written = listSpokeWrites(place.cloud).length;
    for (const scope of scopes) expect(await suspend(...scope)).toMatchObject({ code: 0 });

    const status = await azfed('status');
    expect(status.stdout.match(/^suspended +\S+.+, by \S+:user\/admin: audit/gm)).toHaveLength(scopes.length);
    expect(status.stdout).toMatch(/^suspended +connection Platform \/ aws-network until \d{4}-.+ UTC, by /m);
    // What is suggested works as it stands: on the cloud that was looked at.
    expect(status.stdout).toMatch(/ {2}`azfed resume everything --local`$/m);
    expect(status.stdout).toMatch(/^Platform \/ aws-network +drifted +critical, trust, paused +commerce /m);
    expect(status.stdout).toMatch(/^Shop \/ aws-prod +ok +paused +\d+s +commerce /m);
    const held = await azfed('apply', '--yes');
    expect(held.stdout).toMatch(/^Run held: 1 blocked\./);
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);

    const lefts: number[] = [];
    for (const scope of scopes) {
      const { resumed, stillSuspendedBy } = await readJson('resume', ...scope, '--yes');
      expect(resumed).toMatchObject({
        pauses: [{ by: ADMIN, reason: 'audit', at: isoText, until: isoText }],
        breakers: [],
      });
      lefts.push((stillSuspendedBy as readonly unknown[]).length);
    }
    expect(lefts).toEqual([4, 3, 2, 1, 0]);
    expect((await azfed('apply', '--yes')).stdout).toContain('Run changed: 1 done.');
    expect((await azfed('status')).stdout).toMatch(/^13 AWS connections in 2 accounts: .+\n\nCONNECTION/);
  });

  it('is shown before it is asked about, and nobody there is a no', async () => {
    await azfed('apply', '--yes');
    const asked = await azfed('suspend', 'grant', 'platform', '--until', '2d', '--reason', 'audit');
    expect({ code: asked.code, stdout: asked.stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(asked.stderr).toMatch(/^grant platform until .+ UTC, by \S+: audit\n/);
    expect(asked.stderr).toMatch(/^ +Platform \/ aws-network +commerce\/network$/m);
    expect(asked.stderr).not.toContain('Shop');
    expect(asked.stderr).toContain('Nothing was written. Answer "yes" to go on');
    expect(await readJson('status')).toMatchObject({ controls: { pauses: [] } });
  });

  it('is known by its id when nothing else is known of it, and told as one document', async () => {
    await azfed('apply', '--yes');
    const id = findConnectionId(place.cloud, 'Platform', 'aws-network');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const typed = ['connection', id.toUpperCase(), '--until', until, '--reason', 'a\u001b[31m', '--yes'];
    expect(await readJson('suspend', ...typed)).toMatchObject({
      schemaVersion: 1,
      suspended: { scope: { of: 'connection', id }, until, reason: 'a\u001b[31m', by: ADMIN },
      connections: [{ connectionId: id, connection: 'Platform / aws-network' }],
    });
    expect((await azfed('status')).stdout).toContain(': a\\u{1b}[31m ');
    expect(await readJson('status')).toMatchObject({
      controls: { bootstrapped: { by: ADMIN, at: isoText }, pauses: [{ at: isoText, until }] },
    });
  });

  it.each([
    { typed: ['everything', 'else'], says: ['else is too much.', 'missing, or no time.', 'There is none.'] },
    { typed: ['account'], says: ['Which one?', 'Add its id or name.'] },
    { typed: ['account', '999999999999'], says: ['There is no such account.', `Choose one of: ${ACCOUNT}`] },
    { typed: ['grant', 'Shop'], says: ['Did you mean shop?'] },
    {
      typed: ['organization', 'fabrikam', '--until', '8d'],
      says: ['Choose one of: contoso.', 'at most 7 days'],
    },
    { typed: ['connection', 'aws-prod'], says: ['2 connections have this name.', 'missing, or no time.'] },
    { typed: ['grant', 'shop', '--until', '4 hours'], says: ['no time.', 'Write 30m, 4h, 2d'] },
    { typed: ['grant', 'shop', '--until', '2020-01-01T00:00Z'], says: ['That time has passed.'] },
    { typed: ['grant', 'shop', '--until', '4h', '--reason', ' '], says: ['reason\n  There is none.'] },
  ])('is refused with all that is wrong: $typed', async ({ typed, says }) => {
    const { code, stdout, stderr } = await azfed('suspend', ...typed, '--yes');
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' });
    for (const sentence of says) expect(stderr).toContain(sentence);
    expect(await readJson('history', '--deployment')).toStrictEqual({
      schemaVersion: 1,
      events: [],
      unreadable: 0,
    });
  });
});

describe('a resume', () => {
  /** Its role was put back five times in a row. */
  async function dispute(id: string): Promise<void> {
    const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
    const { state } = createDynamoState({ table: 'azfed', clock: systemClock, client });
    const organization = parseOrganizationId(sample.organizationId);
    const items = organization ? await state.readConnections(organization) : [];
    const item = items.find(({ connectionId }) => connectionId === id);
    if (!item?.role) throw new Error(`There is no record of ${id}.`);
    const repairs = Array.from({ length: 5 }, () => item.role?.writtenAt ?? 0);
    await state.write({ ...item, role: { ...item.role, repairs } });
    client.destroy();
  }

  it('of what is not suspended says so, and what else holds it', async () => {
    await azfed('apply', '--yes');
    await suspend('everything');
    const said = await azfed('resume', 'account', ACCOUNT);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(
      /^Nothing to resume: account \d{12} is not suspended, and nothing has tripped/,
    );
    expect(said.stdout).toMatch(/\nStill suspended: everything until .+: audit\n$/);
  });

  it('of a grant that is configured no more ends its suspension', async () => {
    await suspend('grant', 'platform');
    const file = join(place.path, '.azfed/federation.yaml');
    place.write(
      '.azfed/federation.yaml',
      readFileSync(file, 'utf8').replace('name: platform', 'name: network'),
    );
    expect((await azfed('resume', 'grant', 'platform', '--yes')).stdout).toBe('Resumed: grant platform\n');
    expect((await suspend('grant', 'platform')).code).toBe(1);
  });

  it('of a connection ends the dispute over its role', async () => {
    await azfed('apply', '--yes');
    await dispute(findConnectionId(place.cloud, 'Platform', 'aws-network'));
    // What was opened is narrowed whatever is disputed; what was made smaller waits for a person.
    await shortenSessions();
    const row = async () =>
      /^Platform \/ aws-network +drifted +(\S.*?) {3}/m.exec((await azfed('status')).stdout)?.[1];
    expect(await row()).toBe('maxSessionDuration, disputed');

    expect(await readJson('resume', 'connection', 'aws-network', '--yes')).toMatchObject({
      resumed: { disputes: [findConnectionId(place.cloud, 'Platform', 'aws-network')] },
    });
    expect(await row()).toBe('maxSessionDuration');
    expect((await azfed('resume', 'connection', 'aws-network')).stdout).toMatch(/^Nothing to resume: /);
  });
});

it('lets automatic runs write when a person has seen what they would do, once', async () => {
  expect((await azfed('status')).stdout).toMatch(
    /^observing +nobody has let automatic runs write yet {2}`azfed bootstrap --local`\n/m,
  );
  const asked = await azfed('bootstrap');
  expect({ code: asked.code, stdout: asked.stdout }).toStrictEqual({ code: 1, stdout: '' });
  expect(asked.stderr).toContain('Plan: 8 to create, 1 to repair');
  expect((await azfed('bootstrap', '--yes', '--quiet')).stdout).toBe('From now on automatic runs write.\n');
  expect((await azfed('bootstrap')).stdout).toMatch(
    /^Automatic runs write since .+ UTC; arn:\S+ let them\.\n$/,
  );
  expect(await readJson('bootstrap')).toMatchObject({
    bootstrapped: { by: ADMIN, at: isoText },
    isNew: false,
  });
  expect((await azfed('status')).stdout).toMatch(/^13 AWS connections in 2 accounts: .+\n\nCONNECTION/);
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
});

describe('on a partial view', () => {
  beforeEach(() => {
    place.cloud.azureDevOps.faults.next({ operation: 'endpoints' }, '403', Infinity);
  });

  it('lets nobody open automatic writes, by bootstrap or by a first apply', async () => {
    const { code, stdout, stderr } = await azfed('bootstrap', '--yes');
    expect({ code, stdout }).toStrictEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Could not be read: ');
    expect(stderr).toContain('Nothing was written: automatic runs go on observing.');
    expect((await azfed('apply', '--yes')).code).toBe(3);
    expect((await azfed('status')).stdout).toContain('azfed bootstrap --local');
    place.cloud.azureDevOps.faults.clear();
    expect((await azfed('bootstrap', '--yes')).code).toBe(0);
  });

  it('carries out no saved plan and takes no approval', async () => {
    const saved = await azfed('plan', '--out', 'saved.json', '--json');
    expect(saved.code).toBe(3);
    const { planId } = parsePlan(saved.stdout);
    for (const typed of [
      ['apply', 'saved.json'],
      ['approve', planId],
    ] as const) {
      const { code, stderr } = await azfed(...typed, '--yes');
      expect(code).toBe(3);
      expect(stderr).toContain('Could not be read: ');
    }
    expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
  });
});

describe('a person of unknown identity', () => {
  const nobody = () => ({ ...place.variables, AWS_ACCESS_KEY_ID: 'AKIANOBODY' });

  it('opens no automatic writes and carries out no saved plan', async () => {
    await azfed('plan', '--out', 'saved.json');
    for (const typed of [['bootstrap'], ['apply', 'saved.json'], ['resume', 'everything']]) {
      if (typed[0] === 'resume') await suspend('everything');
      const { code, stderr } = await place.azfed([...typed, '--yes'], nobody());
      expect({ typed, code }).toEqual({ typed, code: expect.any(Number) as number });
      expect(code).not.toBe(0);
      expect(stderr).not.toBe('');
    }
    expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
    expect(await readJson('status')).toMatchObject({
      controls: { pauses: [{ scope: { of: 'everything' } }] },
    });
  });
});

it('carries out at most what a saved plan showed as allowed', async () => {
  await azfed('apply', '--yes');
  await azfed('local', 'tamper', 'open-trust', 'network');
  await azfed('local', 'tamper', 'raise-session', 'shop-prod');
  await suspend('grant', 'platform');
  const saved = parsePlan((await azfed('plan', '--out', 'saved.json', '--json')).stdout);
  expect(saved.changes.map(({ decision }) => decision).sort()).toEqual(['allowed', 'held']);
  await azfed('resume', 'grant', 'platform', '--yes');
  const written = listSpokeWrites(place.cloud).length;

  const { code, stdout, stderr } = await azfed('apply', 'saved.json');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/1 done, 1 blocked\./) as string,
  });
  expect(stderr).toContain('the saved plan showed the change as blocked');
  expect(listSpokeWrites(place.cloud).slice(written).join()).not.toContain('network');
  // A new plan has seen what was resumed.
  await azfed('plan', '--out', 'saved.json');
  expect((await azfed('apply', 'saved.json')).stdout).toContain('Run changed: 1 done.');
});

it('tells what was decided about the deployment, and by whom', async () => {
  await azfed('apply', '--yes');
  await suspend('everything');
  await azfed('resume', 'everything', '--yes');
  const [history, json, both, neither] = await Promise.all([
    azfed('history', '--deployment'),
    readJson('history', '--deployment'),
    azfed('history', 'aws-network', '--deployment'),
    azfed('history'),
  ]);
  expect(history.stdout).toMatch(
    /deployment\.suspended\.v1\n +Writes are suspended: everything\. audit\n +by \d{12}\/user\/admin; /,
  );
  const types = (json['events'] as readonly { type: string }[]).map(({ type }) => type);
  expect(types.filter((type) => !type.startsWith('provider.'))).toEqual([
    'deployment.bootstrapped.v1',
    'deployment.suspended.v1',
    'deployment.resumed.v1',
  ]);
  for (const { code, stderr } of [both, neither]) {
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Name a connection, select some with --project and the like, or use --deployment: one of the three.',
    );
  }
});

describe('an approval', () => {
  const ben = async () => ({ ...place.variables, ...(await authenticate(place.cloud, 'ben')) });
  const planId = async () => parsePlan((await azfed('plan', '--json')).stdout).planId;

  /** Somebody shortens sessions while the grant makes them longer: it waits for a person. */
  beforeEach(async () => {
    await azfed('apply', '--yes');
    await shortenSessions();
    const text = readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8');
    const longer = text.replace('maxSessionDuration: 7200', 'maxSessionDuration: 14400');
    place.write('.azfed/federation.yaml', longer);
    place.write('federation.yaml', longer);
  });

  it('is given to what waits in this very plan, once by each', async () => {
    const id = await planId();
    const asked = await azfed('approve', id);
    expect({ code: asked.code, stdout: asked.stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(asked.stderr).toMatch(/^= Platform \/ aws-network {2}repair, conflict, low\n/);
    expect(asked.stderr).toContain('      maxSessionDuration  low\n        - 3600\n        + 14400\n');

    expect(await readJson('approve', id, '--yes')).toMatchObject({
      schemaVersion: 1,
      approved: { planId: id, by: ADMIN, changes: [expect.any(String)] },
    });
    expect((await azfed('status')).stdout).toMatch(
      new RegExp(`^approved +1 change of ${id} by ${ADMIN} until .+ UTC$`, 'm'),
    );
    const again = await azfed('approve', id, '--yes');
    expect({ code: again.code, stdout: again.stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(again.stderr).toContain('Nothing in it waits for your approval.');
    expect((await place.azfed(['approve', id, '--yes'], await ben())).stdout).toMatch(
      /^Approved: 1 change, until .+ UTC\. The next .+ anybody but arn:\S+:assumed-role\/operators-ben\/ben with: azfed apply\n$/,
    );
  });

  it('is taken from listed approvers, and counts while they are listed', async () => {
    const text = place.read('federation.yaml');
    const list = (role: string) => {
      const lists = `people: { approvers: ["arn:aws:iam::111122223333:role/${role}"] }`;
      for (const file of ['.azfed/federation.yaml', 'federation.yaml'])
        place.write(file, `${text}${lists}\n`);
    };
    list('operators-ben');
    const id = await planId();
    const unlisted = await azfed('approve', id, '--yes');
    expect({ code: unlisted.code, stdout: unlisted.stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(unlisted.stderr).toMatch(
      /^people\.approvers\n {2}You are \S+, and no list of people names you as an approver/,
    );
    expect((await place.azfed(['approve', id, '--yes'], await ben())).code).toBe(0);
    expect(await readJson('status')).toMatchObject({ controls: { approvals: [{ counts: true }] } });
    list('somebody-else');
    expect(await readJson('status')).toMatchObject({ controls: { approvals: [{ counts: false }] } });
    expect((await azfed('status')).stdout).toMatch(/^approved [^]* does\s+not\s+count, since no list/m);
  });

  it('ends with the next step on the cloud that was looked at', async () => {
    expect((await azfed('approve', await planId(), '--yes')).stdout).toMatch(/ with: azfed apply --local\n$/);
  });

  it('is refused to another plan, and to somebody of whom nobody says who they are', async () => {
    const stale = await azfed('approve', 'plan-of-yesterday', '--yes');
    expect({ code: stale.code, stdout: stale.stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(stale.stderr).toContain('plan plan-of-yesterday\n  It is not what would be done now');
    const nobody = { ...place.variables, AWS_ACCESS_KEY_ID: 'AKIANOBODY' };
    const unknown = await place.azfed(['approve', await planId(), '--yes'], nobody);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('STS does not identify their owner');
    expect(await readJson('status')).toMatchObject({ controls: { approvals: [] } });
  });
});
