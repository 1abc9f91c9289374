import { GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../infra/local/console-user.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { runChild } from './child.ts';
import { countCalls, startArena } from './contest/arena.ts';
import { terms } from './contest/terms.ts';
import type { Created, CreationTask } from './creation-run.ts';
import { createPacedClock } from './scene.ts';
import { startWorld } from './world.ts';

/** A first run in one account, with IAM on loopback at the terms of the contest. */
export interface CreationRow {
  readonly roles: number;
  /** Calls a second of somebody else in the account. */
  readonly others: number;
  /** Seconds of the machine to a second of the measurement. */
  readonly stretch: number;
  readonly calls: number;
  readonly writes: number;
  readonly throttled: number;
  readonly seconds: number;
  /** What the bucket alone makes three writes a role take, beside the others. */
  readonly floor: number;
  /** Calls of the others, and how many of them were refused. */
  readonly callsOfOthers: number;
  readonly throttledOfOthers: number;
}

const WRITES_OF_A_ROLE = 3;

export async function measureCreation(roles: number, others: number, stretch: number): Promise<CreationRow> {
  const world = await startWorld(roles);
  const pace = { from: Date.now(), stretch };
  const clock = createPacedClock(pace);
  const latencyMs = terms.latencyMs * stretch;
  const arena = await startArena(world.cloud, 0, { now: () => clock.now(), latencyMs });
  const stop = callAsOther(arena.url, world.credentials, clock, others);
  try {
    const { hub: credentials } = world.place.endpoints;
    const task: CreationTask = { aws: arena.url, credentials, roles, pace };
    const { outcome, seconds, troubles } = (await runChild('creation-run.ts', task)) as Created;
    if (outcome !== 'changed') throw new Error(`${roles} roles, ${outcome}: ${troubles.join(' ')}`);
    await stop();
    const calls = arena.takeCalls();
    const isOwn = ({ principalArn }: (typeof calls)[number]) =>
      principalArn?.includes(':assumed-role/') ?? false;
    const own = countCalls(calls.filter(isOwn));
    const other = countCalls(calls.filter((call) => !isOwn(call)));
    const { perSecond, burst } = terms.rateLimit;
    return {
      ...{ roles, others, stretch, seconds },
      calls: own.reads + own.writes,
      writes: own.writes,
      throttled: own.throttled,
      floor: (WRITES_OF_A_ROLE * roles - burst) / (perSecond - others),
      callsOfOthers: other.reads + other.writes,
      throttledOfOthers: other.throttled,
    };
  } finally {
    await stop();
    await arena.close();
    await world.close();
  }
}

/** Somebody else calls IAM so often a second, and tries nothing again. */
function callAsOther(
  url: string,
  credentials: Parameters<typeof openConsole>[1],
  clock: Clock,
  perSecond: number,
): () => Promise<void> {
  const client = openConsole(url, credentials);
  client.config.maxAttempts = () => Promise.resolve(1);
  let isOver = perSecond === 0;
  const work = (async () => {
    while (!isOver) {
      await Promise.all([
        clock.sleep(1_000 / perSecond),
        client.send(new GetAccountSummaryCommand({})).catch(() => undefined),
      ]);
    }
  })();
  return async () => {
    isOver = true;
    await work;
    client.destroy();
  };
}
