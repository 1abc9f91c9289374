import type { BlockedReason } from '../../shared/domain/records/blocked-reason.ts';
import type { GuardedChange } from '../../shared/domain/guard/guard.ts';
import type { Json, PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedItem, RecordedRole } from '../../shared/domain/records/connection-record.ts';
import { trustDigest } from '../../shared/domain/iam/role-fields.ts';
import type { Step, WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { AccountWriter } from '../../shared/ports/accounts.ts';
import type { Wiring } from './simulated-run.ts';
import { sound } from './simulated-run.ts';
import type { World } from './world.ts';

/** By its number in docs/safety.md. */
type Invariant = `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 20}`;

/** The product put together wrongly: the runs must find that it breaks this invariant. */
export interface Mutant {
  readonly breaks: Invariant;
  readonly wiring: Wiring;
}

export type Mutants = Readonly<Record<string, Mutant>>;

export const withPorts = (ports: Wiring['ports']): Wiring => ({ ...sound, ports });

export const withState = (change: (item: RecordedItem, world: World) => RecordedItem): Wiring =>
  withPorts((ports, world) => ({
    ...ports,
    state: {
      ...ports.state,
      write: (item) => ports.state.write({ ...item, ...change(item, world) }),
      writeTogether: (items) =>
        ports.state.writeTogether(items.map((item) => ({ ...item, ...change(item, world) }))),
    },
  }));

export const withControls = (
  change: (controls: RecordedControls, world: World) => RecordedControls,
): Wiring =>
  withPorts((ports, world) => ({
    ...ports,
    state: {
      ...ports.state,
      readControls: async (account) => change(await ports.state.readControls(account), world),
    },
  }));

export const withWriter = (change: (writer: AccountWriter, world: World) => Partial<AccountWriter>): Wiring =>
  withPorts((ports, world) => ({
    ...ports,
    accounts: {
      ...ports.accounts,
      open: async (account, steps, until) => {
        const writer = await ports.accounts.open(account, steps, until);
        return { ...writer, ...change(writer, world) };
      },
    },
  }));

export const withChanges = (change: (each: GuardedChange) => readonly GuardedChange[]): Wiring => ({
  ...sound,
  judged: (planned) => ({ ...planned, changes: planned.changes.flatMap(change) }),
});

export const withSteps = (
  change: (steps: readonly Step[], planned: GuardedChange) => readonly Step[],
): Wiring => withChanges((each) => [{ ...each, steps: change(each.steps, each) }]);

/** Does what the guard holds for this reason, or for any. */
export const lifting = (reason?: BlockedReason): Wiring =>
  withChanges((each) => {
    const { narrowing, widening, isWideningHeld, wideningHold } = each;
    const isHeld =
      each.decision === 'held'
        ? reason === undefined || each.blockedBy === reason
        : isWideningHeld && (reason === undefined || wideningHold === reason);
    const steps = [...narrowing, ...widening];
    return [isHeld ? { ...each, decision: 'allowed', steps, isWideningHeld: false } : each];
  });

/** Every trust that is written, and what its read-back expects, is another. */
export const withTrust = (rewrite: (trust: PolicyDocument) => PolicyDocument): Wiring =>
  withSteps((steps) => {
    const digests = new Map<string, string>();
    const written = steps.map((step): Step => {
      if (step.action !== 'setTrust' && step.action !== 'createRole') return step;
      const trust = rewrite(step.trust);
      digests.set(trustDigest(step.trust), trustDigest(trust));
      return { ...step, trust };
    });
    return written.map((step): Step => {
      if (step.action !== 'readBack') return step;
      const { trust } = step.expected;
      return trust === undefined
        ? step
        : { ...step, expected: { ...step.expected, trust: digests.get(trust) ?? trust } };
    });
  });

export const inText = (pattern: RegExp, text: string) => (trust: PolicyDocument) =>
  JSON.parse(JSON.stringify(trust).replace(pattern, text)) as PolicyDocument & Json;

export const skipping = (action: WriteStep['action']): Wiring =>
  withWriter((writer) => ({
    write: (step) => (step.action === action ? Promise.resolve() : writer.write(step)),
  }));

export const withRoles = (item: RecordedItem, change: (role: RecordedRole) => RecordedRole): RecordedItem =>
  item.kind === 'connection'
    ? { ...item, ...(item.role ? { role: change(item.role) } : {}), earlier: item.earlier.map(change) }
    : item;
