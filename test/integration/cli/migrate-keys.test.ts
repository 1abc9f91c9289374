import type { ConnectionRecord } from '../../../infra/local/azure-devops/state/state.ts';
import { sample } from '../../../infra/local/sample.ts';
import { assume } from '../../builders/door.ts';
import { required } from '../../builders/stage.ts';
import type { Place, Variables } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';

const ROLE = 'arn:aws:iam::123456789012:role/azure-devops/shop/legacy';
const KEY = {
  AZFED_UNDO_ACCESS_KEY_ID: 'AKIAIOSFODNN7RETURNS',
  AZFED_UNDO_SECRET_ACCESS_KEY: 'planted-secret',
};

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const migrate = (typed: readonly string[], variables?: Variables) =>
  place.azfed(['migrate', 'keys', 'Shop/aws-legacy', '--local', ...typed], variables);
const toOidc = (...typed: readonly string[]) => migrate(['--role', ROLE, '--yes', ...typed]);
const id = (name = 'aws-legacy') => findConnectionId(place.cloud, 'Shop', name);
const stored = (name?: string): ConnectionRecord =>
  required(
    place.cloud.azureDevOps.snapshot().organizations[0]?.connections.find((one) => one.id === id(name)),
    'connection',
  );
const token = () =>
  place.cloud.azureDevOps.mintToken({
    organization: sample.organization,
    project: 'Shop',
    connectionId: id(),
  });
const entry = async () => assume(place.cloud.aws.url, ROLE, await token());
const admin = () => place.cloud.azureDevOps;

/** Nothing stands there that did not stand there before. */
function expectUntouched(before: ConnectionRecord) {
  expect(stored()).toEqual(before);
  expect(listSpokeWrites(place.cloud)).toEqual([]);
}

describe('azfed migrate keys', () => {
  it('makes AWS ready, turns OIDC on and takes the keys away; a token of the connection gets in', async () => {
    const before = stored();
    expect(await entry()).toBe('refused');
    const { code, stdout, stderr } = await toOidc();
    expect(code).toBe(0);
    expect(stdout).toContain('Shop / aws-legacy uses OIDC now, and assumes commerce/legacy.');
    expect(stdout).toContain('deactivate the access key …MPLE in IAM');
    expect(stdout + stderr).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect(stored()).toMatchObject({
      id: before.id,
      references: before.references,
      parameters: { useOIDC: 'true', assumeRoleArn: ROLE, username: '', password: '', sessionToken: '' },
    });
    expect(await entry()).toBe('in');
    const status = await place.azfed(['status', '--local']);
    expect(status.stdout).toMatch(/^Shop \/ aws-legacy +ok +\d+s +commerce +legacy$/m);
  });

  it('shows all of it and writes nothing with --dry-run, and where nobody says yes', async () => {
    const before = stored();
    const [dry, json, unanswered] = [
      await migrate(['--role', ROLE, '--dry-run']),
      await migrate(['--role', ROLE, '--dry-run', '--json']),
      await migrate(['--role', ROLE]),
    ];
    expect([dry.code, json.code, unanswered.code]).toEqual([0, 0, 1]);
    expect(dry.stdout).toMatch(/\+ trusts sc:\/\/contoso\/Shop\/aws-legacy\n/);
    expect(dry.stdout).toMatch(/Use OIDC +off +on\n/);
    expect(dry.stdout).toMatch(/Access key id +…MPLE +none\n/);
    expect(unanswered.stderr).toContain('Nothing was written.');
    expect(JSON.parse(json.stdout)).toMatchObject({
      outcome: 'planned',
      connectionId: id(),
      before: { credentials: 'keys', roleArn: '', accessKeyEnding: 'MPLE' },
      roleArn: ROLE,
      plan: { summary: { create: 2 } },
    });
    expectUntouched(before);
  });

  it('takes the key of a mixed connection away, and knows the role that it names', async () => {
    const { code, stdout } = await place.azfed([
      'migrate',
      'keys',
      'aws-mixed',
      '--local',
      '--yes',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'as-ordered', before: { credentials: 'mixed' } });
    expect(stored('aws-mixed').parameters).toMatchObject({ useOIDC: 'true', username: '', password: '' });
  });

  it('changes nothing in AWS the second time, and empties what may have stayed behind unseen', async () => {
    admin().organizations.keepStaleKeys(sample.organization, 'secrets');
    await toOidc();
    expect(stored().parameters['password']).toBe('sample');
    const writes = listSpokeWrites(place.cloud).length;
    const again = await migrate(['--yes']);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('Nothing to do: its tokens are let in already.');
    expect(again.stderr).toContain('It shows no key already.');
    expect(listSpokeWrites(place.cloud)).toHaveLength(writes);
  });

  it('puts a connection back whose key Azure DevOps does not let go, and says what to do instead', async () => {
    admin().organizations.keepStaleKeys(sample.organization, 'all');
    const before = stored();
    const { code, stderr } = await toOidc();
    expect(code).toBe(1);
    expect(stderr).toContain('Azure DevOps does not let go of the access key id of Shop / aws-legacy');
    expect(stderr).toContain('azfed restored the connection.');
    expect(stored().parameters).toEqual(before.parameters);
  });

  it.each<readonly [string, () => void, readonly string[], string]>([
    [
      'names no role',
      () => undefined,
      [],
      '--role arn:aws:iam::123456789012:role/azure-devops/shop/aws-legacy',
    ],
    [
      'is to have a role outside its grant',
      () => undefined,
      ['--role', 'arn:aws:iam::123456789012:role/admin'],
      'role.outside-grant',
    ],
    [
      'is to have the role of another',
      () => undefined,
      ['--role', ROLE.replace('legacy', 'shop-prod')],
      'role.claimed',
    ],
    [
      'has an external id',
      () => {
        admin().connections.setFields(sample.organization, id(), { externalId: 'x' });
      },
      ['--role', ROLE],
      'connection.external-id',
    ],
    [
      'is disabled',
      () => {
        admin().connections.setDisabled(sample.organization, id(), true);
      },
      ['--role', ROLE],
      'It is disabled',
    ],
    [
      'is shared with a project that its grant does not cover',
      () => {
        admin().connections.share(sample.organization, id(), 'Platform');
      },
      ['--role', ROLE],
      'connection.reference-not-granted',
    ],
    [
      'holds no key',
      () => {
        admin().connections.setKeys(sample.organization, id(), '', '');
      },
      ['--role', ROLE],
      'holds no access key',
    ],
    [
      'has a name that cannot stand in a trust',
      () => {
        admin().connections.rename(sample.organization, id(), 'aws-*');
      },
      ['--role', ROLE],
      'connection.name-refused',
    ],
  ])('refuses one that %s', async (_what, happens, typed, expected) => {
    const name = id();
    happens();
    const before = admin().snapshot();
    const { code, stderr } = await place.azfed(['migrate', 'keys', name, '--local', '--yes', ...typed]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(expected) as string });
    expect(admin().snapshot()).toEqual(before);
    expect(listSpokeWrites(place.cloud)).toEqual([]);
  });

  it('refuses a role that azfed did not make, which the keys may live by, and proposes a new one', async () => {
    const byHand = findConnectionId(place.cloud, 'Payments', 'aws-by-hand');
    const keys = { useOidc: false, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'sample' };
    admin().connections.setFields(sample.organization, byHand, keys);
    const { code, stderr } = await place.azfed(['migrate', 'keys', byHand, '--local', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('(role.not-owned)');
    expect(stderr).toContain('Name a role that is not there yet with --role');
    expect(listSpokeWrites(place.cloud)).toEqual([]);
    const role = 'arn:aws:iam::210987654321:role/azure-devops/payments/federated';
    const beside = await place.azfed(['migrate', 'keys', byHand, '--local', '--yes', '--role', role]);
    expect(beside.code).toBe(0);
  });

  it('refuses whoever may not change the connection, before anything is done in AWS', async () => {
    const before = stored();
    admin().organizations.setPat(sample.organization, { token: sample.adminToken, access: 'read' });
    const { code, stderr } = await toOidc();
    expect(code).toBe(1);
    expect(stderr).toContain('This identity may not change it.');
    expectUntouched(before);
  });

  it('leaves Azure DevOps alone where what AWS needs is held', async () => {
    const before = stored();
    await place.azfed(['suspend', 'everything', '--local', '--yes', '--until', '1h', '--reason', 'a test']);
    const { code, stderr } = await toOidc();
    expect(code).toBe(1);
    expect(stderr).toContain('What AWS needs for it is held');
    expectUntouched(before);
  });

  it('leaves Azure DevOps alone when AWS could not be made ready, and goes on from there the next time', async () => {
    const before = stored();
    place.cloud.aws.faults.next({ operation: 'AttachRolePolicy' }, 'accessDenied');
    const first = await toOidc();
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('AWS is not ready for Shop / aws-legacy, so Azure DevOps was left alone');
    expect(stored()).toEqual(before);
    expect(await entry()).toBe('refused');
    expect((await toOidc()).code).toBe(0);
    expect(await entry()).toBe('in');
  });

  it('takes what stands there for what was done, whatever was answered to the write', async () => {
    admin().faults.next({ operation: 'write' }, 'cut-json');
    const { code, stdout } = await toOidc();
    expect({ code, isSaid: stdout.includes('uses OIDC now') }).toEqual({ code: 0, isSaid: true });
  });

  it('says so when the write had no effect, and goes on from there the next time', async () => {
    const before = stored();
    admin().faults.next({ operation: 'write' }, '500');
    const { code, stderr } = await toOidc();
    expect(code).toBe(1);
    expect(stderr).toContain('Shop / aws-legacy was not changed in Azure DevOps');
    expect(stored()).toEqual(before);
    // A run that comes by sees a connection with keys, and leaves it what is being made for it.
    await place.azfed(['apply', '--local', '--yes']);
    expect(await entry()).toBe('in');
    expect((await toOidc()).code).toBe(0);
  });

  it('keeps the role of before the first attempt for who goes back', async () => {
    await toOidc();
    const moved = ROLE.replace('legacy', 'moved');
    expect((await migrate(['--role', moved, '--yes'])).code).toBe(0);
    expect(stored().parameters['assumeRoleArn']).toBe(moved);
    await migrate(['--undo', '--yes'], KEY);
    expect(stored().parameters['assumeRoleArn']).toBe('');
  });
});

describe('azfed migrate keys --undo', () => {
  it('goes back to the key that is given and to the role of before, and the role follows its grant', async () => {
    await toOidc();
    const { code, stdout, stderr } = await migrate(['--undo', '--yes'], KEY);
    expect(code).toBe(0);
    expect(stdout).toContain('Shop / aws-legacy signs in with keys again.');
    expect(stdout + stderr).not.toMatch(/planted-secret|AKIAIOSFODNN7/);
    expect(stored().parameters).toMatchObject({
      useOIDC: 'false',
      assumeRoleArn: '',
      username: KEY.AZFED_UNDO_ACCESS_KEY_ID,
      password: KEY.AZFED_UNDO_SECRET_ACCESS_KEY,
    });
    expect(await entry()).toBe('in');
    await place.azfed(['apply', '--local', '--yes']);
    expect(await entry()).toBe('refused');
  });

  it('asks for the key in the environment, and for a yes', async () => {
    await toOidc();
    const before = stored();
    const [without, unanswered, dry] = [
      await migrate(['--undo', '--yes']),
      await migrate(['--undo'], KEY),
      await migrate(['--undo', '--dry-run'], KEY),
    ];
    expect([without.code, unanswered.code, dry.code]).toEqual([1, 1, 0]);
    expect(without.stderr).toContain('AZFED_UNDO_SECRET_ACCESS_KEY');
    expect(dry.stdout).toMatch(/Access key id +none +…URNS\n/);
    expect(stored()).toEqual(before);
  });

  it('has nothing to undo where keys are in use', async () => {
    const { code, stderr } = await migrate(['--undo', '--yes'], KEY);
    expect({ code, isSaid: stderr.includes('It signs in with keys already.') }).toEqual({
      code: 1,
      isSaid: true,
    });
  });
});

describe('azfed migrate keys --all', () => {
  const all = async (...typed: readonly string[]) => {
    const said = await place.azfed(['migrate', 'keys', '--all', '--local', '--json', ...typed]);
    return { ...said, document: JSON.parse(said.stdout) as AllDocument };
  };

  it('shows who is ready, migrates those after one question, and skips them the next time', async () => {
    const before = stored();
    const dry = await all('--dry-run', '--project', 'Shop');
    expect(dry.code).toBe(0);
    const legacy = dry.document.items.find(({ connection }) => connection === 'Shop / aws-legacy');
    expect(legacy).toMatchObject({
      isReady: true,
      roleArn: expect.stringContaining('/azure-devops/shop/') as unknown,
    });
    expect(dry.document.results).toEqual([]);
    expectUntouched(before);

    const done = await all('--project', 'Shop', '--yes', '--batch', '1');
    expect([done.code, done.stderr]).toEqual([0, expect.not.stringContaining('AKIAIOSFODNN7EXAMPLE')]);
    expect(done.document.results.map(({ outcome }) => outcome)).toEqual(
      dry.document.items.filter(({ isReady }) => isReady).map(() => 'as-ordered'),
    );
    expect(done.document.notBegun).toEqual([]);
    expect(stored()).toMatchObject({ parameters: { useOIDC: 'true', username: '', password: '' } });
    expect((await all('--dry-run', '--project', 'Shop')).document.items).toEqual([]);
  });

  it.each([
    [[], 'No connection was named'],
    [['Shop/aws-legacy', '--all'], 'go with one connection'],
    [['--all', '--undo'], 'go with one connection'],
    [['Shop/aws-legacy', '--project', 'Payments'], 'A connection and a filter exclude each other.'],
    [['--all', '--project', 'Shopp'], 'Did you mean Shop?'],
  ])('refuses %j', async (typed, problem) => {
    const said = await place.azfed(['migrate', 'keys', '--local', ...typed]);
    expect([said.code, said.stderr]).toEqual([1, expect.stringContaining(problem)]);
  });
});

interface AllDocument {
  readonly items: readonly {
    readonly connection: string;
    readonly roleArn: string;
    readonly isReady: boolean;
  }[];
  readonly results: readonly { readonly outcome: string }[];
  readonly notBegun: readonly string[];
}
