import { GetRoleCommand, IAMClient, TagRoleCommand } from '@aws-sdk/client-iam';
import { createSessionSource } from '../../../shared/adapters/aws/account-session.ts';
import { createStsClient } from '../../../shared/adapters/aws/iam-client.ts';
import { randomIds } from '../../../shared/adapters/system/system-clock.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError } from '../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import type { WriteStep } from '../../../shared/domain/iam/iam-operation.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { LocalWorld } from '../../contract/accounts-world.ts';
import {
  executeSteps,
  creation,
  freshAccountId,
  MINUTE,
  openLocalWorld,
  ourProvider,
  roleArn,
  readRolesByPath,
} from '../../contract/accounts-world.ts';

describe('a session in an account', () => {
  let world: LocalWorld;
  let account: Account;
  let role: RoleArn;

  beforeAll(async () => {
    world = await openLocalWorld();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    account = world.newAccount();
    role = roleArn(account, '/azure-devops/aws-prod');
    await executeSteps({ ...world, account }, creation(account, role));
    world.aws.resetCounts();
  });

  const look = (scope: { roles?: readonly RoleArn[] } = {}) =>
    world.accounts.observe(account, {
      paths: ['/azure-devops/'],
      providers: [ourProvider(account)],
      ...scope,
    });

  describe('to write', () => {
    const untag: WriteStep = { action: 'untagRole', role: '' as RoleArn, keys: ['team'] };
    const readTeam = async () =>
      (await readRolesByPath({ ...world, account }, '/azure-devops/')).inScope[0]?.tags['team'];

    it('ends with the lease, by the clock of AWS, for a writer whose own clock stands still', async () => {
      const frozen = createVirtualClock(world.clock.now());
      const late = await world
        .connect({ clock: frozen })
        .open(account, [{ ...untag, role }], frozen.now() + MINUTE);
      world.clock.advance(MINUTE);
      await expect(late.write({ ...untag, role })).rejects.toBeInstanceOf(PermissionError);
      expect(frozen.now()).toBeLessThan(world.clock.now());
      expect(await readTeam()).toBe('shop');
    });

    it('lets the same writer write a moment before that', async () => {
      const frozen = createVirtualClock(world.clock.now());
      const writer = await world
        .connect({ clock: frozen })
        .open(account, [{ ...untag, role }], frozen.now() + MINUTE);
      world.clock.advance(MINUTE - 1_000);
      await writer.write({ ...untag, role });
      expect(await readTeam()).toBeUndefined();
    });

    it('cannot even read after the end', async () => {
      const writer = await world.accounts.open(account, [], world.clock.now() + MINUTE);
      const parts = { managedPolicies: false, inlinePolicies: [] };
      expect((await writer.readRole(role, parts))?.arn).toBe(role);
      world.clock.advance(MINUTE);
      await expect(writer.readRole(role, parts)).rejects.toBeInstanceOf(PermissionError);
    });

    it('is several sessions when one policy has no room for all roles, each for its own', async () => {
      const roles = Array.from({ length: 30 }, (_, index) =>
        roleArn(account, `/azure-devops/a-rather-long-path-for-a-team/role-${index}`),
      );
      await executeSteps({ ...world, account }, ...roles.map((one) => creation(account, one)));
      expect(world.aws.counts()['AssumeRole']).toBeGreaterThan(1);
      expect((await readRolesByPath({ ...world, account }, '/azure-devops/')).inScope).toHaveLength(31);
    });

    it('tells a role that went away from a right that is missing', async () => {
      const gone = roleArn(account, '/azure-devops/gone');
      const attempt = executeSteps({ ...world, account }, { ...untag, role: gone });
      await expect(attempt).rejects.toMatchObject({ name: 'ConflictError', code: 'missing' });
    });
  });

  describe('to read', () => {
    it('cannot write, though the role could', async () => {
      const hub = createStsClient('aws', { endpoint: world.aws.url, credentials: world.aws.hubCredentials });
      const sessions = createSessionSource(world.clock, randomIds, 'azfed-');
      const spoke = {
        role: account.assumeRole ?? roleArn(account, '/azfed-spoke'),
        externalId: account.externalId,
      };
      const { credentials } = await sessions.assumeForReading(hub, account, spoke);
      const client = new IAMClient({ region: 'us-east-1', endpoint: world.aws.url, credentials });
      const tag = new TagRoleCommand({ RoleName: 'aws-prod', Tags: [{ Key: 'a', Value: 'b' }] });
      await expect(client.send(tag)).rejects.toMatchObject({ name: 'AccessDenied' });
      const { Role: read } = await client.send(new GetRoleCommand({ RoleName: 'aws-prod' }));
      expect(read?.Arn).toBe(role);
      client.destroy();
      hub.destroy();
    });

    it('is used again until shortly before it ends', async () => {
      await look();
      world.clock.advance(50 * MINUTE);
      await look();
      expect(world.aws.counts()['AssumeRole']).toBe(1);
      world.clock.advance(8 * MINUTE);
      expect((await look()).roles.state).toBe('complete');
      expect(world.aws.counts()['AssumeRole']).toBe(2);
    });

    it('is not to be had without the external id', async () => {
      const { externalId: _, ...impostor } = account;
      const { roles } = await world.accounts.observe(impostor, { paths: ['/'], providers: [] });
      expect(roles).toMatchObject({ state: 'unknown', code: 'access-denied' });
      expect((await look()).roles.state).toBe('complete');
    });
  });

  it('is named after azfed', async () => {
    await look();
    const principals = world.aws.calls.map(({ principalArn }) => principalArn ?? '');
    expect(principals.at(-1)).toMatch(/:assumed-role\/azfed-spoke\/azfed-[0-9a-f]{32}$/);
  });

  describe('the cost of a look', () => {
    it('is at most four requests beyond the pages of the two lists', async () => {
      const { calls } = await look();
      expect(calls).toBeLessThanOrEqual(4 + 2);
      const { GetAccountAuthorizationDetails: details, ListRoles: lists, ...rest } = world.aws.counts();
      expect([details, lists, rest['GetRole']]).toEqual([1, 1, undefined]);
    });

    it('is that of the roles alone when the account has more pages than that', async () => {
      const roles = Array.from({ length: 24 }, (_, index) => roleArn(account, `/azure-devops/role-${index}`));
      await executeSteps({ ...world, account }, ...roles.map((one) => creation(account, one)));
      world.aws.resetCounts();
      const small = world.connect({ pageSize: 5 });
      const scope = { paths: ['/azure-devops/'], providers: [] };
      const { roles: seen } = await small.observe(account, { ...scope, roles: [role] });
      expect(seen).toMatchObject({ state: 'complete', value: { inScope: [{ arn: role }] } });
      expect(world.aws.counts()).toMatchObject({
        GetRole: 1,
        ListAttachedRolePolicies: 1,
        ListInstanceProfilesForRole: 1,
        ListRolePolicies: 1,
      });
      expect(world.aws.counts()['GetAccountAuthorizationDetails']).toBeUndefined();
      await world.connect({ pageSize: 25 }).observe(account, { ...scope, roles });
      expect(world.aws.counts()).toMatchObject({ GetRole: 1, GetAccountAuthorizationDetails: 2 });
    });

    it('tells a role that has the name of the one asked for, read singly', async () => {
      const roles = Array.from({ length: 24 }, (_, index) => roleArn(account, `/azure-devops/role-${index}`));
      await executeSteps({ ...world, account }, ...roles.map((one) => creation(account, one)));
      const elsewhere = roleArn(account, '/azure-devops/moved/aws-prod');
      const { roles: seen } = await world
        .connect({ pageSize: 5 })
        .observe(account, { paths: ['/azure-devops/'], providers: [], roles: [elsewhere] });
      expect(seen).toEqual({
        state: 'complete',
        value: { inScope: [], elsewhere: [{ arn: role, name: 'aws-prod' }] },
      });
    });
  });

  it('signs for the partition of the account, whatever the Region of azfed', async () => {
    const id = freshAccountId();
    const { credentials } = world.aws.addAccount({ id, partition: 'aws-cn' });
    const accounts = world.connect({ credentials });
    const look = (partition: Account['partition']) =>
      accounts.observe({ id, partition }, { paths: ['/'], providers: [] });
    expect((await look('aws-cn')).roles.state).toBe('complete');
    expect((await look('aws')).roles).toMatchObject({ state: 'unknown', code: 'access-denied' });
  });
});
