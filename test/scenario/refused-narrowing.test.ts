import { CreateRoleCommand, DeleteRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { viewRole } from '../builders/iam-view.ts';
import { isOversizedItem } from '../../shared/domain/kernel/errors.ts';
import { formatInstant } from '../../shared/domain/kernel/durations.ts';
import { pendingEvent } from '../builders/recorded-items.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, required, setStage } from '../builders/stage.ts';
import {
  ADMINISTRATOR,
  createTampering,
  document,
  looseStatements,
  ownStatement,
} from '../builders/tampering.ts';

const allow = { Effect: 'Allow', Action: '*', Resource: '*' };

let stage: Stage;

beforeEach(async () => {
  stage = await setStage({ connections: { 'Shop/a': 'role-a' } });
  await stage.runOnce();
  stage.clock.advance(15 * MINUTE_MS);
});
afterEach(() => stage.close());

describe('a narrowing that AWS refuses for good', () => {
  const role = () => viewRole(stage.console, 'role-a');
  const attack = async () => {
    const by = createTampering(stage.console);
    await by.setTrust('role-a', looseStatements.wildcard);
    await by.attach('role-a', ADMINISTRATOR);
    await by.putInline('role-a', 'backdoor', allow);
    await by.putInline('role-a', 'deploy', allow);
    await by.dropBoundary('role-a');
  };

  it.each([
    'PutRolePermissionsBoundary',
    'PutRolePolicy',
    'DetachRolePolicy',
    'DeleteRolePolicy',
    'UpdateAssumeRolePolicy',
  ] as const)('of %s keeps no other narrowing from being made, and is told', async (operation) => {
    const before = await role();
    await attack();
    stage.cloud.aws.faults.next({ operation }, 'accessDenied', Infinity);

    const { results, writes } = await stage.runOnce();

    const now = await role();
    const left = {
      PutRolePermissionsBoundary: now.boundary !== before.boundary,
      PutRolePolicy: now.inlinePolicies['deploy'] !== before.inlinePolicies['deploy'],
      DetachRolePolicy: now.managedPolicies.includes(ADMINISTRATOR),
      DeleteRolePolicy: 'backdoor' in now.inlinePolicies,
      UpdateAssumeRolePolicy: now.trust !== before.trust,
    };
    expect(Object.entries(left).flatMap(([what, is]) => (is ? [what] : []))).toEqual([operation]);
    expect(results).toMatchObject([{ result: 'failed', error: { code: 'permission' } }]);
    expect(writes.iam).not.toContain('AttachRolePolicy');
    const notified = stage.cloud.receiver.received.map(({ type }) => type);
    expect(notified).toContain('connection.failed.v1');
  });
});

describe('a Deny that names a role by its id, because that was deleted', () => {
  const gone = 'shop-gone';
  const principal = { AWS: `arn:aws:iam::${ACCOUNT}:role/${gone}` };
  const denies = { Effect: 'Deny', Action: 'sts:AssumeRole' };

  it.each([
    ['is left out of a narrowing', { ...denies, Principal: principal }, 1],
    ['keeps those beside it', { ...denies, Principal: { AWS: [principal.AWS, ACCOUNT] } }, 2],
    ['denies everybody where it was excepted', { ...denies, NotPrincipal: principal }, 2],
  ])('%s', async (_what, denial, statements) => {
    const by = createTampering(stage.console);
    const trust = document(ownStatement('Shop/a'));
    await stage.console.send(new CreateRoleCommand({ RoleName: gone, AssumeRolePolicyDocument: trust }));
    await by.setTrust('role-a', looseStatements.wildcard, denial);
    await stage.console.send(new DeleteRoleCommand({ RoleName: gone }));

    const { results } = await stage.runOnce();
    expect(results).toMatchObject([{ result: 'done' }]);
    const { trust: narrowed } = await viewRole(stage.console, 'role-a');
    expect(narrowed).not.toContain('sc://contoso/*');
    expect((JSON.parse(narrowed) as { statements: unknown[] }).statements).toHaveLength(statements);
    stage.clock.advance(15 * MINUTE_MS);
    expect((await stage.runOnce()).writes.iam).toEqual([]);
  });
});

it('writes a Deny of a trust of 2008 once, with `${` as the text that it was', async () => {
  const denial = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:PrincipalTag/team': '${team}' } },
  };
  const trust = document(looseStatements.wildcard, denial).replace('2012-10-17', '2008-10-17');
  const command = new UpdateAssumeRolePolicyCommand({ RoleName: 'role-a', PolicyDocument: trust });
  await stage.console.send(command);

  expect((await stage.runOnce()).results).toMatchObject([{ result: 'done' }]);
  const { trust: narrowed } = await viewRole(stage.console, 'role-a');
  expect((JSON.parse(narrowed) as { statements: unknown[] }).statements).toHaveLength(2);
  expect(narrowed).toContain('${$}{team}');
});

describe('a role whose record is full of events that a dead webhook does not take', () => {
  const readRecord = async () => required((await stage.records())[0], 'record');

  /** Gives the record as many events as the table takes, to a few hundred bytes. */
  async function fillRecord(length = 10_400): Promise<readonly string[]> {
    const record = await readRecord();
    const first = record.outbox.nextSequence;
    const nextAttemptAt = formatInstant(stage.clock.now() + 60 * MINUTE_MS);
    const ops = { state: 'waiting', attempts: 3, nextAttemptAt, lastError: 'Nobody answers.' } as const;
    const pending = Array.from({ length: 39 }, (_, index) =>
      pendingEvent(first + index, { data: { text: 'x'.repeat(length) }, deliveries: { ops } }),
    );
    try {
      await stage.ports.state.write({ ...record, outbox: { pending, nextSequence: first + 39 } });
    } catch (error) {
      if (isOversizedItem(error)) return fillRecord(length - 10);
      throw error;
    }
    return pending.map(({ id }) => id);
  }

  it('is narrowed all the same; the older events are in the history, given up, and none is lost', async () => {
    const filled = await fillRecord();
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);

    const { outcome, results } = await stage.runOnce();

    expect((await viewRole(stage.console, 'role-a')).managedPolicies).not.toContain(ADMINISTRATOR);
    expect({ outcome, results }).toMatchObject({ outcome: 'changed', results: [{ result: 'done' }] });
    const record = await readRecord();
    const { entries } = await stage.ports.history.readItemHistory(record);
    const given = entries.filter(({ deliveries }) => deliveries['ops']?.state === 'exhausted');
    const waiting = record.outbox.pending.map(({ id }) => id);
    expect([...given.map(({ id }) => id), ...waiting.slice(0, -2)]).toStrictEqual(filled);
    expect(record.outbox.pending.slice(-2).map(({ type }) => type)).toStrictEqual([
      'connection.drift-detected.v1',
      'connection.repaired.v1',
    ]);
  });
});
