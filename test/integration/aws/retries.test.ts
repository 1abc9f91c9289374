import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError, TransientError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import type { WriteStep } from '../../../shared/domain/iam/iam-operation.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Fault } from '../../../infra/local/aws/protocol/faults.ts';
import type { LocalWorld } from '../../contract/accounts-world.ts';
import {
  executeSteps,
  creation,
  MINUTE,
  openLocalWorld,
  policies,
  roleArn,
  readRolesByPath,
  makeTrust,
} from '../../contract/accounts-world.ts';

const inline = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
};

describe('a request that fails', () => {
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
  afterEach(() => {
    world.aws.faults.clear();
  });

  const attach = (): WriteStep => ({ action: 'attachManagedPolicy', role, policy: policies.first });
  const look = (accounts = world.accounts) =>
    accounts.observe(account, { paths: ['/azure-devops/'], providers: [] });
  /** Real time passes only where nothing ever comes. */
  const impatient = () => world.connect({ requestTimeoutMs: 1_000 });

  describe('on the way to write', () => {
    const passing: Fault[] = [
      'throttle',
      'concurrentModification',
      'serviceFailure',
      'serviceUnavailable',
      'requestExpired',
      'dropConnection',
      'applyThenDrop',
    ];
    it.each(passing)('is tried again after %s', async (fault) => {
      world.aws.faults.next({ operation: 'AttachRolePolicy' }, fault, 2);
      await executeSteps({ ...world, account }, attach());
      expect(world.aws.counts()['AttachRolePolicy']).toBe(3);
      const [seen] = (await readRolesByPath({ ...world, account }, '/azure-devops/')).inScope;
      expect(seen?.managedPolicies).toEqual([policies.first]);
    });

    const removals: readonly (readonly [string, (of: RoleArn) => WriteStep, (of: RoleArn) => WriteStep])[] = [
      [
        'DetachRolePolicy',
        (of) => ({ action: 'attachManagedPolicy', role: of, policy: policies.first }),
        (of) => ({ action: 'detachManagedPolicy', role: of, policy: policies.first }),
      ],
      [
        'DeleteRolePolicy',
        (of) => ({ action: 'putInlinePolicy', role: of, name: 'extra', document: inline }),
        (of) => ({ action: 'deleteInlinePolicy', role: of, name: 'extra' }),
      ],
    ];
    it.each(removals.flatMap((removal) => passing.map((fault) => [removal[0], fault, removal] as const)))(
      '%s is tried again after %s, and takes what is gone for removed',
      async (operation, fault, [, put, remove]) => {
        await executeSteps({ ...world, account }, put(role));
        world.aws.faults.next({ operation }, fault);
        await executeSteps({ ...world, account }, remove(role));
        expect(world.aws.counts()[operation]).toBe(2);
        const [seen] = (await readRolesByPath({ ...world, account }, '/azure-devops/')).inScope;
        expect([seen?.managedPolicies, seen?.inlinePolicies]).toEqual([[], {}]);
      },
    );

    it.each(removals)(
      '%s says what is not there where no try before it may have done it',
      async (operation, _, remove) => {
        await expect(executeSteps({ ...world, account }, remove(role))).rejects.toMatchObject({
          code: 'missing',
        });
        world.aws.faults.next({ operation }, 'throttle');
        await expect(executeSteps({ ...world, account }, remove(role))).rejects.toMatchObject({
          code: 'missing',
        });
      },
    );

    it('is refused, and not rejected for good, where AWS says NotAuthorized', async () => {
      world.aws.faults.next({ operation: 'AttachRolePolicy' }, 'notAuthorized');
      await expect(executeSteps({ ...world, account }, attach())).rejects.toBeInstanceOf(PermissionError);
      expect(world.aws.counts()['AttachRolePolicy']).toBe(1);
    });

    it('is tried once for a quota', async () => {
      const subjects = Array.from(
        { length: 60 },
        (_, index) => `sc://contoso/a project of many words/${index}`,
      );
      const step: WriteStep = { action: 'setTrust', role, trust: makeTrust(account, ...subjects) };
      const attempt = executeSteps({ ...world, account }, step);
      await expect(attempt).rejects.toBeInstanceOf(UpstreamError);
      await expect(attempt).rejects.toMatchObject({ code: 'quota' });
      expect(world.aws.counts()['UpdateAssumeRolePolicy']).toBe(1);
    });

    it('is tried once when a right is missing, and says which', async () => {
      world.aws.faults.next({ operation: 'AttachRolePolicy' }, 'accessDenied');
      const attempt = executeSteps({ ...world, account }, attach());
      await expect(attempt).rejects.toBeInstanceOf(PermissionError);
      await expect(attempt).rejects.toMatchObject({
        action: 'iam:AttachRolePolicy',
        message: expect.stringContaining('not authorized to perform: iam:AttachRolePolicy') as string,
      });
      expect(world.aws.counts()['AttachRolePolicy']).toBe(1);
    });

    it('gives up, with an error that says so, when it is throttled without end', async () => {
      world.aws.faults.next({ operation: 'AttachRolePolicy' }, 'throttle', Infinity);
      const attempt = executeSteps({ ...world, account }, attach());
      await expect(attempt).rejects.toBeInstanceOf(TransientError);
      await expect(attempt).rejects.toMatchObject({ code: 'throttled' });
      expect(world.aws.counts()['AttachRolePolicy']).toBeGreaterThan(3);
    });

    it('gives up before the end of its lease', async () => {
      world.aws.faults.next({ operation: 'AttachRolePolicy' }, 'throttle', Infinity);
      const until = world.clock.now() + 3_000;
      const writer = await world.accounts.open(account, [attach()], until);
      await expect(writer.write(attach())).rejects.toMatchObject({ code: 'throttled' });
      expect(world.clock.now()).toBeLessThan(until);
    });

    it.each(['applyThenDrop', 'applyThenHang', 'serviceFailure'] as const)(
      'is not tried again where twice is not the same as once: %s',
      async (fault) => {
        const other = roleArn(account, '/azure-devops/other');
        world.aws.faults.next({ operation: 'CreateRole' }, fault);
        const accounts = fault === 'applyThenHang' ? impatient() : world.accounts;
        const attempt = executeSteps({ ...world, accounts, account }, creation(account, other));
        await expect(attempt).rejects.toBeInstanceOf(TransientError);
        expect(world.aws.counts()['CreateRole']).toBe(1);
        const wasApplied = fault !== 'serviceFailure';
        const { inScope } = await readRolesByPath({ ...world, account }, '/azure-devops/');
        expect(inScope.some(({ arn }) => arn === other)).toBe(wasApplied);
      },
    );
  });

  describe('on the way to read', () => {
    it('is tried again, and every request is counted', async () => {
      world.aws.faults.next({ operation: 'ListRoles' }, 'throttle', 2);
      const { roles, calls } = await look();
      expect(roles.state).toBe('complete');
      const { AssumeRole: _, ...iam } = world.aws.counts();
      expect(calls).toBe(Object.values(iam).reduce((sum, count) => sum + count, 0));
      expect(iam['ListRoles']).toBe(3);
    });

    it.each([
      { fault: 'throttle', code: 'throttled' },
      { fault: 'serviceFailure', code: 'unavailable' },
      { fault: 'accessDenied', code: 'access-denied' },
      { fault: 'hang', code: 'unavailable' },
    ] as const)('makes the roles unknown when $fault does not end', async ({ fault, code }) => {
      world.aws.faults.next({ operation: 'GetAccountAuthorizationDetails' }, fault, Infinity);
      const { roles, providers } = await look(fault === 'hang' ? impatient() : world.accounts);
      expect(roles).toMatchObject({ state: 'unknown', code });
      expect(providers.state).toBe('complete');
    });

    it('makes everything unknown when no session is to be had', async () => {
      world.aws.faults.next({ operation: 'AssumeRole' }, 'accessDenied');
      const { roles, providers, quotas, calls } = await world.connect({}).observe(account, {
        paths: ['/'],
        providers: [],
      });
      for (const one of [roles, providers, quotas])
        expect(one).toMatchObject({ state: 'unknown', code: 'access-denied' });
      expect(calls).toBe(0);
    });
  });

  it('waits for its turn, whichever session it is of', async () => {
    const slept: number[] = [];
    const now = world.clock.now();
    const still: Clock = {
      now: () => now,
      sleep(milliseconds) {
        slept.push(milliseconds);
        return Promise.resolve();
      },
    };
    const accounts = world.connect({ clock: still });
    const scope = { paths: ['/azure-devops/'], providers: [] };
    const looks = await Promise.all([accounts.observe(account, scope), accounts.observe(account, scope)]);
    const writer = await accounts.open(account, [attach()], now + MINUTE);
    await writer.readRole(role, { managedPolicies: false, inlinePolicies: [] });
    const reads = looks.reduce((sum, { calls }) => sum + calls, 1);
    // The clock stands still: six requests go at once, each of the others waits longer than the one before it.
    expect(slept).toHaveLength(reads - 6);
    expect(slept).toEqual([...new Set(slept)].sort((a, b) => a - b));
    for (let written = 0; written < 7; written++) await writer.write(attach());
    expect(slept.slice(reads - 6)).toEqual([100]);
  });
});
