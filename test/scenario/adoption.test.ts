import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, PROVIDER_ARN, required, setStage } from '../builders/stage.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const ISSUER = PROVIDER_ARN.slice(PROVIDER_ARN.indexOf('vstoken'));

/** In the order of which nobody has more access on the way than before or after. */
const acts: Readonly<Record<string, string>> = {
  PutRolePermissionsBoundary: 'boundary',
  UpdateAssumeRolePolicy: 'trust',
  DetachRolePolicy: 'take',
  AttachRolePolicy: 'give',
  PutRolePolicy: 'give',
};

/** As the manual recipe has it, for a connection that the role was not meant for. */
const makeTrust = (subject: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER_ARN },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: 'api://AzureADTokenExchange', [`${ISSUER}:sub`]: subject },
        },
      },
    ],
  });
const nobody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' },
  ],
});

describe('a role that somebody made by hand', () => {
  let stage: Stage;
  const assume = async (connection: string, role: string) =>
    stage.assume(role, await stage.token('Shop', stage.id(connection)));
  const roleId = async () =>
    (await stage.console.send(new GetRoleCommand({ RoleName: 'by-hand' }))).Role?.RoleId;
  const adopt = () =>
    reconcile(
      stage.ports,
      stage.configuration(),
      { trigger: 'person', actor: 'arn:aws:iam::999999999999:user/ana' },
      { scope: { account: required(parseAccountId(ACCOUNT), 'account'), roles: ['by-hand'], asks: 'adopt' } },
    );

  beforeEach(async () => {
    stage = await setStage({
      connections: { 'Shop/owner': 'by-hand', 'Shop/impostor': 'role-s' },
    });
    const { console } = stage;
    const made = { RoleName: 'by-hand', Path: '/azure-devops/', AssumeRolePolicyDocument: nobody };
    await console.send(new CreateRoleCommand(made));
    await console.send(new AttachRolePolicyCommand({ RoleName: 'by-hand', PolicyArn: ADMIN }));
    // The first run makes the provider that the trust can then name.
    await stage.runOnce();
    const trust = { RoleName: 'by-hand', PolicyDocument: makeTrust('sc://contoso/Shop/impostor') };
    await console.send(new UpdateAssumeRolePolicyCommand(trust));
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  it('is reported by a run, and stays as it is', async () => {
    const before = await viewRole(stage.console, 'by-hand');
    const { plan, writes } = await stage.runOnce();
    expect(plan.findings.map(({ code }) => code)).toContain('role.not-owned');
    expect(writes.iam).toEqual([]);
    expect(await viewRole(stage.console, 'by-hand')).toEqual(before);
    expect(await assume('Shop/impostor', 'by-hand')).toBe('in');
    expect(await assume('Shop/owner', 'by-hand')).toBe('refused');
  });

  it('lets in its connection and no impostor once a person has adopted it, and is the same role', async () => {
    const before = await roleId();
    expect(await assume('Shop/impostor', 'by-hand')).toBe('in');
    const called = stage.cloud.aws.calls.length;

    expect((await adopt()).outcome).toBe('changed');

    expect(await assume('Shop/owner', 'by-hand')).toBe('in');
    expect(await assume('Shop/impostor', 'by-hand')).toBe('refused');
    expect(await assume('Shop/impostor', 'role-s')).toBe('in');
    expect(await roleId()).toBe(before);
    const record = (await stage.records()).find(({ role }) => role?.arn.endsWith('/by-hand'));
    expect(record?.role?.id).toBe(before);
    const [adopted, made] = [
      await viewRole(stage.console, 'by-hand'),
      await viewRole(stage.console, 'role-s'),
    ];
    expect(adopted.managedPolicies).not.toContain(ADMIN);
    expect({ ...adopted, trust: '', tags: {}, description: '' }).toEqual({
      ...made,
      trust: '',
      tags: {},
      description: '',
    });
    const written = stage.cloud.aws.calls.slice(called).flatMap(({ operation }) => acts[operation] ?? []);
    expect(written).toEqual(['trust', 'take', 'boundary', 'give', 'give', 'trust']);
  });

  it('has its trust narrowed in the same run where AWS refuses that until the boundary is on the role', async () => {
    stage.cloud.aws.faults.next({ operation: 'UpdateAssumeRolePolicy' }, 'accessDenied');
    const called = stage.cloud.aws.calls.length;
    const { results } = await adopt();
    expect(results.map(({ result }) => result)).toEqual(['done']);
    const written = stage.cloud.aws.calls.slice(called).flatMap(({ operation }) => acts[operation] ?? []);
    expect(written).toEqual(['trust', 'take', 'boundary', 'trust', 'give', 'give', 'trust']);
    expect(await assume('Shop/impostor', 'by-hand')).toBe('refused');
  });

  it('is kept as any other from then on, and told of once', async () => {
    await adopt();
    stage.clock.advance(15 * MINUTE_MS);
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    const { received } = stage.cloud.receiver;
    expect(received.filter(({ type }) => type === 'connection.adopted.v1')).toHaveLength(1);

    const trust = { RoleName: 'by-hand', PolicyDocument: makeTrust('sc://contoso/Shop/impostor') };
    await stage.console.send(new UpdateAssumeRolePolicyCommand(trust));
    expect(await assume('Shop/impostor', 'by-hand')).toBe('in');
    stage.clock.advance(15 * MINUTE_MS);
    await stage.runOnce();
    expect(await assume('Shop/impostor', 'by-hand')).toBe('refused');
    expect(await assume('Shop/owner', 'by-hand')).toBe('in');
  });
});
