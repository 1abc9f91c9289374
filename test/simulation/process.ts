import type { AccountId, OrganizationId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { Initiator } from '../../shared/domain/guard/controls.ts';
import type { RunScope } from '../../shared/domain/desired/scope.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { Resident } from './azure-devops.ts';
import { getControls } from './table.ts';
import type { World } from './world.ts';

/**
 * What goes wrong at an effect:
 *
 *     throws-before        it does not happen, and the caller meets a bug
 *     applied-then-throws  it happens, and the caller meets a bug
 *     times-out            it happens, and the caller hears that nobody knows
 *     throttled, denied    it does not happen, and the caller hears why
 *     process-ends         it does not happen, and the caller is no more
 *     partial-batch        of several things only some come
 */
export const faultModes = [
  'throws-before',
  'applied-then-throws',
  'times-out',
  'throttled',
  'denied',
  'process-ends',
  'partial-batch',
] as const;
export type FaultMode = (typeof faultModes)[number];

export interface Fault {
  /** Number of the effect, from 0; or its name, for the first of that name. */
  readonly at: number | string;
  readonly mode: FaultMode;
}

/** What one effect was, for those who choose a fault for it. */
export interface EffectKind {
  readonly name: string;
  readonly writes: boolean;
  readonly hasBatch: boolean;
}

/** Who else does something before the effect of this name. */
export type Turn = (effect: string) => Promise<void>;

/** Does something before one effect: by its number from 0, or the first of its name. */
export function before(effect: number | string, act: () => unknown): Turn {
  let [turns, isDone] = [0, false];
  return async (name) => {
    if (isDone || (turns++ !== effect && name !== effect)) return;
    isDone = true;
    await act();
  };
}

/** One run of the program: its effects are numbered, and it may end at any of them. */
export interface Process {
  readonly number: number;
  readonly fault: Fault | undefined;
  readonly initiator: Initiator;
  readonly scope: RunScope | undefined;
  /** A person gives their yes with it. */
  readonly isApproving: boolean;
  readonly effects: EffectKind[];
  /** Awaited before each effect, so that somebody else decides who goes next. */
  readonly turn: Turn;
  hasEnded: boolean;
  /** The fault has come about. */
  isDisturbed: boolean;
  /** The fault was a bug of the product, not something that the outside did. */
  hasBug: boolean;
  /** The effect that is under way happens, and nobody will know. */
  isInDoubt: boolean;
  owners: number;
  /** The organization that answered it. */
  answered: OrganizationId | undefined;
  /** The connections that it was shown; `undefined` while nothing was shown. */
  seen: readonly Resident[] | undefined;
  /** Roles as it found them when it looked. */
  readonly found: Map<RoleArn, ObservedRole>;
  /** Roles as they were when it last read them before a write. */
  readonly read: Map<RoleArn, ObservedRole>;
  /** Accounts of which it did not see all roles. */
  readonly blind: Set<AccountId>;
  /** Something of Azure DevOps was not plainly read. */
  isPartial: boolean;
  /** Epoch milliseconds of the last read before the first write. */
  observedAt: number;
  hasWritten: boolean;
  /** What people had decided when it looked. */
  planned: RecordedControls | undefined;
  /** What people had decided before each of its effects. */
  readonly decided: RecordedControls[];
  /** Digests of the slices that it has read, as in `World`. */
  readonly slices: Map<string, string>;
  /** Discovery had written other slices when it began to write. */
  isOvertaken: boolean;
  /** Roles that it has written to. */
  readonly changing: Set<RoleArn>;
  deletions: number;
  readonly now: () => number;
  /** What people have decided by now. */
  readonly controls: () => RecordedControls;
}

export class ProcessEnded extends Error {
  constructor() {
    super('The process has ended.');
    this.name = 'ProcessEnded';
  }
}

export interface ProcessOptions {
  readonly fault?: Fault | undefined;
  readonly initiator?: Initiator;
  readonly scope?: RunScope | undefined;
  readonly turn?: Turn | undefined;
  readonly isApproving?: boolean | undefined;
}

export function startProcess(world: World, options: ProcessOptions = {}): Process {
  world.processes += 1;
  return {
    number: world.processes,
    fault: options.fault,
    initiator: options.initiator ?? { trigger: 'schedule' },
    scope: options.scope,
    isApproving: options.isApproving ?? false,
    effects: [],
    turn: options.turn ?? (() => Promise.resolve()),
    hasEnded: false,
    isDisturbed: false,
    hasBug: false,
    isInDoubt: false,
    owners: 0,
    answered: undefined,
    seen: undefined,
    found: new Map(),
    read: new Map(),
    blind: new Set(),
    isPartial: false,
    observedAt: world.clock.now(),
    hasWritten: false,
    planned: undefined,
    decided: [],
    slices: new Map(),
    isOvertaken: false,
    changing: new Set(),
    deletions: 0,
    now: () => world.clock.now(),
    controls: () => getControls(world.table),
  };
}
