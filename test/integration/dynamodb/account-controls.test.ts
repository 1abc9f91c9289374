import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { moveControls, readControls, resumeScopes } from '../../../shared/application/records/controls.ts';
import { decide } from '../../../shared/application/records/records.ts';
import { controlsKey } from '../../../shared/contract/table-keys.ts';
import { recordTrips } from '../../../shared/domain/guard/controls-recording.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import type { BreakerScope } from '../../../shared/domain/records/deployment-record.ts';
import { contoso } from '../../builders/configuration.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshAccountId } from '../../builders/recorded-items.ts';

let dynamo: LocalDynamo;
beforeEach(async () => {
  dynamo = await openLocalDynamo();
});
afterEach(() => dynamo.close());

const NOW = Date.parse('2026-11-22T10:00:00Z');
const [one, other] = ['123456789012', '210987654321'] as AccountId[] as [AccountId, AccountId];
const configured = [{ id: one }, { id: other }];

async function putFormerItems(): Promise<void> {
  const file = join(import.meta.dirname, '../../fixtures/table/release-0.1-decisions.json');
  const items = JSON.parse(readFileSync(file, 'utf8')) as Record<string, AttributeValue>[];
  for (const Item of items) await dynamo.client.send(new PutItemCommand({ TableName: dynamo.table, Item }));
}

describe('the item of the controls that the release before wrote', () => {
  it('counts as it stands, before and after each account has its own', async () => {
    await putFormerItems();
    const { state } = dynamo;
    const before = await readControls(state, configured);
    expect(before).toMatchObject({ onboardings: [one, other] });
    expect(before.breakers.map(({ scope }) => [scope.of, scope.account])).toEqual([
      ['drift', one],
      ['absence', other],
      ['absence', undefined],
    ]);
    for (const { id } of configured) await moveControls(state, id);
    expect(await state.readControls(one)).toMatchObject({
      onboardings: [one],
      breakers: [{ scope: { of: 'drift' } }],
    });
    const left = await state.readControls();
    expect(left.onboardings).toBeUndefined();
    expect(left.breakers).toMatchObject([{ scope: { of: 'absence', organization: contoso.id } }]);
    // Events that wait are sent from where they lie.
    expect(left.outbox).toEqual(before.outbox);
    const after = await readControls(state, configured);
    expect(new Set(after.breakers)).toEqual(new Set(before.breakers));
    expect(after.onboardings).toEqual(before.onboardings);
    const versions = await Promise.all(
      configured.map(async ({ id }) => (await state.readControls(id)).version),
    );
    for (const { id } of configured) await moveControls(state, id);
    expect(versions).toEqual([1, 1]);
    expect((await state.readControls(one)).version).toBe(1);
  });

  it('is resumed together with those of the accounts, in one event', async () => {
    await putFormerItems();
    const { state } = dynamo;
    await moveControls(state, one);
    await resumeScopes(state, configured, [{ of: 'everything' }], 'ana', NOW);
    const { breakers } = await readControls(state, configured);
    expect(breakers.every(({ resumed }) => resumed?.by === 'ana')).toBe(true);
    const events = (await state.readControls()).outbox.pending.filter(
      ({ type }) => type === 'deployment.resumed.v1',
    );
    expect(events).toMatchObject([
      { data: { breakers: [expect.anything(), expect.anything(), expect.anything()] } },
    ]);
    expect((await state.readControls(one)).outbox.pending).toEqual([]);
  });
});

it('keeps what is decided about an account in an item of its own, and the item of the deployment as it is', async () => {
  const accounts = Array.from({ length: 30 }, freshAccountId);
  for (const account of accounts) {
    const scope: BreakerScope = { of: 'drift', account };
    await decide(dynamo.state, (known) => recordTrips(known, [scope], NOW), account);
  }
  const { Items = [] } = await dynamo.client.send(new ScanCommand({ TableName: dynamo.table }));
  expect(Items).toHaveLength(accounts.length);
  expect(Items.map(({ pk }) => pk?.S)).not.toContain(controlsKey().pk);
  const { breakers } = await readControls(
    dynamo.state,
    accounts.map((id) => ({ id })),
  );
  expect(breakers).toHaveLength(accounts.length);
});
