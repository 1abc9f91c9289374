import type { AccountId, RoleArn } from '../../shared/domain/ids.ts';
import type { ObservedRole } from '../../shared/domain/role.ts';
import type { ServiceConnection } from '../../shared/domain/service-connection.ts';
import type { World } from './world.ts';

/**
 * What goes wrong at an effect:
 *
 *     throws-before        it does not happen, and the caller hears an error
 *     applied-then-throws  it happens, and the caller hears an error
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

/** One run of the program: its effects are numbered, and it may end at any of them. */
export interface Process {
  readonly number: number;
  readonly fault: Fault | undefined;
  readonly isHandsOff: boolean;
  readonly effects: EffectKind[];
  /** Awaited before each effect, so that somebody else decides who goes next. */
  readonly turn: () => Promise<void>;
  hasEnded: boolean;
  /** The fault has come about. */
  isDisturbed: boolean;
  /** The effect that is under way happens, and nobody will know. */
  isInDoubt: boolean;
  owners: number;
  /** The connections that it was shown; `undefined` while nothing was shown. */
  seen: readonly ServiceConnection[] | undefined;
  /** Roles as it found them when it looked. */
  readonly found: Map<RoleArn, ObservedRole>;
  /** Whether a role had a boundary when it was last read before a write. */
  readonly bounded: Map<RoleArn, boolean>;
  /** Accounts of which it did not see all roles. */
  readonly blind: Set<AccountId>;
}

export class ProcessEnded extends Error {
  constructor() {
    super('The process has ended.');
    this.name = 'ProcessEnded';
  }
}

export interface ProcessOptions {
  readonly fault?: Fault | undefined;
  readonly isHandsOff?: boolean;
  readonly turn?: () => Promise<void>;
}

export function startProcess(world: World, options: ProcessOptions = {}): Process {
  world.processes += 1;
  return {
    number: world.processes,
    fault: options.fault,
    isHandsOff: options.isHandsOff ?? false,
    effects: [],
    turn: options.turn ?? (() => Promise.resolve()),
    hasEnded: false,
    isDisturbed: false,
    isInDoubt: false,
    owners: 0,
    seen: undefined,
    found: new Map(),
    bounded: new Map(),
    blind: new Set(),
  };
}
