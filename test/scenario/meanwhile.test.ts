import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { applyRun } from '../../shared/application/run/reconcile.ts';
import type { IamView } from '../builders/iam-view.ts';
import { viewIam } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import type { Tampering } from '../builders/tampering.ts';
import {
  ADMINISTRATOR,
  READ_ONLY,
  createTampering,
  document,
  looseStatements,
} from '../builders/tampering.ts';
import type { Trouble } from '../builders/wire.ts';
import { createTrouble } from '../builders/wire.ts';

const ROLE = 'role-a';
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

describe('while a policy of a role is fixed, somebody at the console', () => {
  let stage: Stage;
  let trouble: Trouble;
  let by: Tampering;
  let federated: IamView;

  beforeEach(async () => {
    trouble = createTrouble();
    stage = await setStage({ connections: { 'Shop/a': ROLE }, trouble });
    by = createTampering(stage.console);
    await stage.runOnce();
    federated = await viewIam(stage.console);
    stage.clock.advance(15 * MINUTE_MS);
  });

  afterEach(() => stage.close());

  const open = () => by.setTrust(ROLE, looseStatements.wildcard);
  const expectRepair = async (runOnce: () => ReturnType<Stage['runOnce']>, writes: readonly string[]) => {
    expect((await runOnce()).writes.iam).toEqual(writes);
    expect(await viewIam(stage.console)).toEqual(federated);
    const { outcome, writes: none } = await stage.runOnce();
    expect({ outcome, ...none }).toEqual({ outcome: 'converged', iam: [], table: 0 });
  };

  it('who opens the trust after the look has nothing added to the role: the next run closes it first', async () => {
    await by.detach(ROLE, READ_ONLY);
    const plan = await stage.plan();
    await open();

    const { results } = await applyRun(stage.ports, stage.configuration(), plan);

    expect(results.map(({ result, error }) => [result, error?.code])).toEqual([['failed', 'moved']]);
    expect((await viewIam(stage.console)).roles[ROLE]?.managedPolicies).toEqual([]);
    await expectRepair(() => stage.runOnce(), ['UpdateAssumeRolePolicy', 'AttachRolePolicy']);
  });

  it('who opens the trust after the look puts no narrowing off', async () => {
    await by.attach(ROLE, ADMINISTRATOR);
    const plan = await stage.plan();
    await open();

    const { results } = await applyRun(stage.ports, stage.configuration(), plan);

    expect(results.map(({ result }) => result)).toEqual(['done']);
    expect((await viewIam(stage.console)).roles[ROLE]?.managedPolicies).toEqual([READ_ONLY]);
    await expectRepair(() => stage.runOnce(), ['UpdateAssumeRolePolicy']);
  });

  const fixed = [
    { what: 'put back', drift: () => by.detach(ROLE, READ_ONLY), write: 'AttachRolePolicy' },
    { what: 'taken off', drift: () => by.attach(ROLE, ADMINISTRATOR), write: 'DetachRolePolicy' },
    { what: 'replaced', drift: () => by.putInline(ROLE, 'deploy', everything), write: 'PutRolePolicy' },
  ];

  it.each(fixed)(
    'who opens the trust after it was $what and before that is read back has it closed by the next run, at once',
    async ({ drift, write }) => {
      await drift();
      trouble.visit(write, open);
      expect((await stage.runOnce()).writes.iam).toEqual([write]);
      await expectRepair(() => stage.runOnce(), ['UpdateAssumeRolePolicy']);
    },
  );

  it.each(fixed)(
    'who undoes what was $what before it is read back has it done once more',
    async ({ drift, write }) => {
      await drift();
      trouble.visit(write, drift);
      const { results } = await stage.runOnce();
      expect(results.map(({ result, error }) => [result, error?.code])).toEqual([['failed', 'read-back']]);
      await expectRepair(() => stage.runOnce(), [write]);
    },
  );

  it('who makes the role again before it is read back has a role that is not ours, and stays as it is', async () => {
    await by.detach(ROLE, READ_ONLY);
    const strange = {
      RoleName: ROLE,
      Path: '/azure-devops/',
      AssumeRolePolicyDocument: document(looseStatements.wildcard),
    };
    trouble.visit('AttachRolePolicy', async () => {
      await by.deleteRole(ROLE);
      await stage.console.send(new CreateRoleCommand(strange));
      await by.attach(ROLE, READ_ONLY);
    });

    await stage.runOnce();
    const made = await viewIam(stage.console);
    const { writes, plan } = await stage.runOnce();

    expect(writes.iam).toEqual([]);
    expect(plan.findings.map(({ code }) => code)).toContain('role.replaced');
    expect(await viewIam(stage.console)).toEqual(made);
  });
});
