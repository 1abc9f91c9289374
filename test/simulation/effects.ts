import { PermissionError, TransientError } from '../../shared/domain/kernel/errors.ts';
import { PLANTED } from './world.ts';
import type { Fault, FaultMode, Process } from './process.ts';
import { ProcessEnded } from './process.ts';

export interface Effect<Result> {
  readonly name: string;
  /** It changes the world. */
  readonly writes?: true;
  readonly act: () => Promise<Result>;
  /** How the port answers with an error instead of rejecting, where its contract says so. */
  readonly answers?: (code: string) => Result;
  /** What is left of the result when only some of it comes. */
  readonly part?: (whole: Result) => Result;
}

/** Carries out one numbered effect of the process, with the fault that is planned for it. */
export async function effect<Result>(process: Process, planned: Effect<Result>): Promise<Result> {
  await process.turn(planned.name);
  if (process.hasEnded) throw new ProcessEnded();
  const fault = findFault(process, planned.name);
  const { name, writes = false, part } = planned;
  process.effects.push({ name, writes, hasBatch: part !== undefined });
  process.decided.push(process.controls());
  process.hasWritten ||= writes;
  process.isInDoubt = false;
  const result = await (fault ? disturbed(process, fault.mode, planned) : planned.act());
  if (!process.hasWritten) process.observedAt = process.now();
  return result;
}

/** The fault that comes about at the next effect. */
function findFault({ fault, isDisturbed, effects }: Process, name: string): Fault | undefined {
  const isMet = fault?.at === effects.length || fault?.at === name;
  return isMet && !isDisturbed ? fault : undefined;
}

/** What a port that answers with errors says instead of rejecting. */
const notified: Readonly<Partial<Record<FaultMode, string>>> = {
  'times-out': 'timeout',
  throttled: 'throttled',
  denied: 'access-denied',
};

async function disturbed<Result>(
  process: Process,
  mode: FaultMode,
  { name, act, answers, part }: Effect<Result>,
): Promise<Result> {
  process.isDisturbed = true;
  process.isInDoubt = mode === 'applied-then-throws' || mode === 'times-out';
  if (mode === 'process-ends') {
    process.hasEnded = true;
    throw new ProcessEnded();
  }
  const result = process.isInDoubt || mode === 'partial-batch' ? await act() : undefined;
  if (mode === 'partial-batch' && result !== undefined) return part ? part(result) : result;
  const code = notified[mode];
  if (code !== undefined && answers) return answers(code);
  throw makeError(process, mode, name);
}

/** A bug of the product: an error that is none of its own classes. It has to escape from the run. */
export class PlantedBug extends Error {
  constructor(name: string, options: ErrorOptions) {
    super(`${name}: an error that no adapter knows.`, options);
    this.name = 'PlantedBug';
  }
}

function makeError(process: Process, mode: FaultMode, name: string): Error {
  const options = { cause: PLANTED };
  if (mode === 'times-out') return new TransientError('timeout', `${name}: no answer came.`, options);
  if (mode === 'throttled') return new TransientError('throttled', `${name}: too many requests.`, options);
  if (mode === 'denied') return new PermissionError(name, `${name} is not allowed.`, options);
  process.hasBug = true;
  return new PlantedBug(name, options);
}
