import type { AdoptionBatch } from '../../../shared/application/connections/adopt-roles.ts';
import { adoptInBatches } from '../../../shared/application/connections/adopt-roles.ts';
import type { RunReport } from '../../../shared/application/run/reconcile.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import { configuration, contoso } from '../../builders/configuration.ts';
import { ACCOUNT, connectionId, roleArn } from '../../builders/domain-ids.ts';
import { recordedConnection } from '../../builders/recorded-items.ts';
import { createMemoryState } from '../../doubles/memory-state.ts';

type Result = RunReport['results'][number]['result'];

/** What of a batch and of its run the loop looks at. */
const makeBatch = (...roles: readonly RoleArn[]) =>
  ({ account: ACCOUNT, roles, planned: { snapshot: {} } }) as unknown as AdoptionBatch;
const makeReport = (results: readonly Result[], failures: readonly object[] = []) =>
  ({ results: results.map((result) => ({ result })), failures }) as unknown as RunReport;

const [r1, r2, r3, r4] = [roleArn('r1'), roleArn('r2'), roleArn('r3'), roleArn('r4')];
const batches = [makeBatch(r1, r2), makeBatch(r3), makeBatch(r4)];

it.each<{ what: string; reports: readonly RunReport[]; begun: number; notBegun: readonly RoleArn[] }>([
  {
    what: 'goes through all of them',
    reports: [makeReport(['done', 'done']), makeReport(['done']), makeReport(['done'])],
    begun: 3,
    notBegun: [],
  },
  {
    what: 'stops after one in which a role failed',
    reports: [makeReport(['done', 'failed'])],
    begun: 1,
    notBegun: [r3, r4],
  },
  {
    what: 'stops after one in which a record could not be written',
    reports: [makeReport(['done', 'done']), makeReport(['done'], [{ code: 'state.throttled' }])],
    begun: 2,
    notBegun: [r4],
  },
  {
    what: 'stops after one in which a role was not done for another reason',
    reports: [makeReport(['done', 'conflict' as Result])],
    begun: 1,
    notBegun: [r3, r4],
  },
  {
    what: 'names none after the last',
    reports: [makeReport(['done']), makeReport(['done']), makeReport(['failed'])],
    begun: 3,
    notBegun: [],
  },
])('$what', async ({ reports, begun, notBegun }) => {
  const seen: number[] = [];
  const outcome = await adoptInBatches({ state: createMemoryState() }, configuration(), batches, (_, at) => {
    seen.push(at);
    return Promise.resolve(reports[at] ?? makeReport(['failed']));
  });
  expect(seen).toEqual(Array.from({ length: begun }, (_, at) => at));
  expect(outcome.notBegun).toEqual(notBegun);
  expect(outcome.reports).toHaveLength(begun);
});

it('carries out each batch on what the one before recorded', async () => {
  const state = createMemoryState();
  const fresh = recordedConnection({ organizationId: contoso.id, connectionId: connectionId(1) });
  const versions: number[] = [];
  await adoptInBatches({ state }, configuration(), batches, async ({ snapshot }) => {
    const [item = fresh] = snapshot.recorded;
    versions.push(item.version);
    await state.write(item);
    return makeReport(['done']);
  });
  expect(versions).toEqual([0, 1, 2]);
});
