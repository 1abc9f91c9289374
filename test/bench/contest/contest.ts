import { runChild } from '../child.ts';
import type { MeasuredRun } from '../measure.ts';
import { INLINE_POLICY, PROVIDER_ARN, makeConnections } from '../scene.ts';
import type { Usage } from '../usage.ts';
import type { World } from '../world.ts';
import type { Arena, KindTally, Tally } from './arena.ts';
import { startArena, tallyByKind, countCalls } from './arena.ts';
import type { PeerTask } from './peer.ts';
import type { Peer } from './peers.ts';
import { peers } from './peers.ts';
import { tamperInTurn } from './tampering.ts';

export type ContestRun = 'steady' | '5 % drift, seven kinds' | 'once more';

export interface ContestRow extends Tally, Usage {
  readonly who: string;
  readonly roles: number;
  readonly run: ContestRun;
  /** Of azfed alone. */
  readonly changes?: number;
  /** Where drift was of several kinds. */
  readonly kinds?: readonly KindTally[];
}

const MINUTE_MS = 60_000;
/** Of azfed's steady run, which is over in seconds: whatever else runs on the machine only ever adds to one. */
const TRIES = 3;

/** How much later it is in each part, one after the other: what was written in the part before has propagated. */
const later = { steady: 10 * MINUTE_MS, repair: 50 * MINUTE_MS };

/** What it takes everybody to find that nothing is to be done; side by side, each in an account of its own. */
export async function steadyContest(world: World, roles: number): Promise<readonly ContestRow[]> {
  const azfed = () =>
    inArena(world, later.steady, async (arena) => {
      const tries: ContestRow[] = [];
      while (tries.length < TRIES) tries.push(await azfedRow(world, arena, roles, 'steady'));
      return tries.reduce((least, next) => (next.wallMs < least.wallMs ? next : least));
    });
  return Promise.all([azfed(), ...peers.map((peer) => peerRow(world, peer, roles))]);
}

/** azfed alone fixes one role in twenty, and looks once more. */
export async function repairRun(world: World, roles: number): Promise<readonly ContestRow[]> {
  const names = listRoleNames(roles).filter((_, index) => index % 20 === 0);
  const drifted = await tamperInTurn(world.console, names);
  return inArena(world, later.repair, async (arena) => [
    await azfedRow(world, arena, roles, '5 % drift, seven kinds', drifted),
    await azfedRow(world, arena, roles, 'once more'),
  ]);
}

async function azfedRow(
  world: World,
  arena: Arena,
  roles: number,
  run: ContestRun,
  drifted?: ReadonlyMap<string, readonly string[]>,
): Promise<ContestRow> {
  const { place } = world;
  const endpoints = { ...place.endpoints, aws: arena.url };
  const { outcome, changes, wallMs, cpuMs, peakMb, troubles } = (await runChild('measure.ts', {
    ...place,
    endpoints,
    laterMs: arena.laterMs,
  })) as MeasuredRun;
  if (outcome !== 'changed' && outcome !== 'converged')
    throw new Error(`azfed, ${run}: ${outcome}. ${troubles.join(' ')}`);
  const calls = arena.takeCalls();
  const kinds = drifted ? { kinds: tallyByKind(calls, drifted) } : {};
  const usage = { wallMs, cpuMs, peakMb };
  return { who: 'azfed', roles, run, ...countCalls(calls), ...usage, changes, ...kinds };
}

async function peerRow(world: World, peer: Peer, roles: number): Promise<ContestRow> {
  return inArena(world, 0, async (arena) => {
    const task: PeerTask = {
      url: arena.url,
      credentials: world.credentials,
      peer,
      roles: listRoleNames(roles),
      provider: PROVIDER_ARN,
      inlinePolicy: INLINE_POLICY,
    };
    const usage = (await runChild('contest/peer.ts', task)) as Usage;
    return { who: peer.name, roles, run: 'steady', ...countCalls(arena.takeCalls()), ...usage };
  });
}

async function inArena<Result>(
  { cloud }: World,
  laterMs: number,
  run: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  const arena = await startArena(cloud, laterMs);
  try {
    return await run(arena);
  } finally {
    await arena.close();
  }
}

const listRoleNames = (roles: number) => makeConnections(roles).map(({ roleName }) => roleName);
