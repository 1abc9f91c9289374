import { applyRun, planRun } from '../../shared/application/run/reconcile.ts';
import type { RunPorts } from '../../shared/application/observe/observe.ts';
import { PermissionError } from '../../shared/domain/kernel/errors.ts';
import { recordBootstrap } from '../../shared/domain/guard/controls-recording.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { configuration } from '../builders/configuration.ts';
import { connection } from '../builders/connection.ts';
import { createEventClock } from '../builders/event-clock.ts';
import { fc } from '../builders/fast-check.ts';
import { inventory } from '../builders/inventory.ts';
import { START } from '../builders/small-world.ts';
import { createMemoryAccounts } from '../doubles/memory-accounts.ts';
import { createMemoryLeases } from '../doubles/memory-leases.ts';
import { createMemoryServiceConnections } from '../doubles/memory-service-connections.ts';
import { createMemoryState } from '../doubles/memory-state.ts';

/** So many roles are made; AWS refuses those of some of them. */
interface Course {
  readonly roles: number;
  readonly writeMs: number;
  /** How much later IAM takes what is new. */
  readonly lateMs: number;
  readonly refused: readonly number[];
  /** Seconds that the run has. */
  readonly seconds: number;
}

/** A product put together wrongly. */
type Alter = (ports: RunPorts, deadline: number) => { readonly ports: RunPorts; readonly deadline: number };

const asIs: Alter = (ports, deadline) => ({ ports, deadline });

/** IAM that takes its time, never more than a change has to reckon with. */
function createSlowAccounts(clock: Clock, { writeMs, lateMs, refused }: Course) {
  const accounts = createMemoryAccounts(clock);
  const open: RunPorts['accounts']['open'] = async (account, steps, until) => {
    const writer = await accounts.open(account, steps, until);
    return {
      ...writer,
      async write(step) {
        await clock.sleep(step.action.startsWith('create') ? lateMs : writeMs);
        if ('role' in step && refused.some((number) => step.role.endsWith(`/r${number}`)))
          throw new PermissionError(`iam:${step.action}`, 'Not allowed.');
        await writer.write(step);
      },
    };
  };
  return { ...accounts, open };
}

/** What a run of changes side by side does that it must not do. */
async function findFaults(course: Course, alter: Alter = asIs): Promise<readonly string[]> {
  const clock = createEventClock(START);
  const settings = configuration();
  const state = createMemoryState();
  const connections = createMemoryServiceConnections();
  const numbers = Array.from({ length: course.roles }, (_, index) => index + 1);
  connections.put('contoso', inventory(numbers.map((number) => connection(number))));
  const plain: RunPorts = {
    ...{ connections, state, clock },
    accounts: createSlowAccounts(clock, course),
    leases: createMemoryLeases(),
    ids: { next: () => 'run' },
  };
  await state.write(recordBootstrap(await state.readControls(), 'somebody', START));
  const planned = await planRun(plain, settings, { trigger: 'schedule' });
  const end = START + 1_000 * course.seconds;
  const { ports, deadline } = alter(plain, end);
  const late: string[] = [];
  const { results } = await applyRun(ports, settings, planned, {
    deadline,
    progress: (change, at) => {
      if ((at === 'done' || at === 'failed') && clock.now() > end)
        late.push(`${change.id} is under way when no time is left`);
    },
  });
  const done = new Set(results.filter(({ result }) => result === 'done').map(({ changeId }) => changeId));
  const recorded = await state.readConnections(settings.organizations[0]?.id ?? fail());
  const roles = planned.changes.flatMap((change) => (change.target === 'role' ? [change] : []));
  const wrong = roles.flatMap(({ id, roleArn }) => {
    const isRefused = course.refused.some((number) => roleArn.endsWith(`/r${number}`));
    const isRecorded = recorded.some(({ role, failing }) => role?.arn === roleArn && role.id && !failing);
    if (isRefused && (done.has(id) || isRecorded))
      return [`${roleArn} is recorded as done, and AWS refused it`];
    return done.has(id) && !isRecorded ? [`${roleArn} is done, and is not recorded`] : [];
  });
  return [...late, ...wrong];
}

function fail(): never {
  throw new Error('There is no organization.');
}

const course: fc.Arbitrary<Course> = fc.record({
  roles: fc.integer({ min: 1, max: 12 }),
  writeMs: fc.constantFrom(25, 3_000, 10_000),
  lateMs: fc.constantFrom(25, 30_000, 120_000),
  refused: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
  seconds: fc.integer({ min: 30, max: 600 }),
});

describe('changes side by side', () => {
  it('end before the time of the run is over, and each is recorded as what became of it', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (one) => {
        expect(await findFaults(one)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[string, Alter]>([
    ['begins them as long as it likes', (ports) => ({ ports, deadline: Infinity })],
    [
      'takes what AWS has refused for done',
      (ports, deadline) => ({
        deadline,
        ports: {
          ...ports,
          state: {
            ...ports.state,
            write: (item) => ports.state.write(item.kind === 'connection' ? { ...item, failing: [] } : item),
          },
        },
      }),
    ],
  ])('would not, by a product that %s', async (_what, alter) => {
    const found = await fc.check(
      fc.asyncProperty(course, async (one) => (await findFaults(one, alter)).length === 0),
      { numRuns: 100, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
