import type { GuardedChange } from '../../shared/domain/guard.ts';
import type { Json, PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import type { RecordedItem, RecordedRole } from '../../shared/domain/recorded.ts';
import { policyDigest } from '../../shared/domain/role-fields.ts';
import type { Step, WriteStep } from '../../shared/domain/step.ts';
import type { AccountWriter } from '../../shared/ports/accounts.ts';
import {
  ignoresRoleId,
  leasesForAll,
  othersAreForgotten,
  unknownIsEmpty,
  writesBlindly,
} from './mutant-ports.ts';
import type { Wiring } from './pass.ts';
import { sound } from './pass.ts';
import { keyOf } from './table.ts';
import type { World } from './world.ts';

/** The product put together wrongly: the runs must find it out. */
type Ports = Wiring['ports'];

const withPorts = (ports: Ports): Wiring => ({ ...sound, ports });

const withState = (change: (item: RecordedItem, world: World) => RecordedItem): Wiring =>
  withPorts((ports, world) => ({
    ...ports,
    state: {
      ...ports.state,
      write: async (item) => {
        const written = await ports.state.write({ ...item, ...change(item, world) });
        return written;
      },
    },
  }));

const withWriter = (change: (writer: AccountWriter, world: World) => Partial<AccountWriter>): Wiring =>
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

const withSteps = (change: (steps: readonly Step[], planned: GuardedChange) => readonly Step[]): Wiring => ({
  ...sound,
  judged: (planned) => ({
    ...planned,
    changes: planned.changes.map((each) => ({ ...each, steps: change(each.steps, each) })),
  }),
});

/** Every trust that is written, and what its read-back expects, is another. */
const withTrust = (rewrite: (trust: PolicyDocument) => PolicyDocument): Wiring =>
  withSteps((steps) => {
    const digests = new Map<string, string>();
    const written = steps.map((step): Step => {
      if (step.action !== 'setTrust' && step.action !== 'createRole') return step;
      const trust = rewrite(step.trust);
      digests.set(policyDigest(step.trust), policyDigest(trust));
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

const inText = (pattern: RegExp, text: string) => (trust: PolicyDocument) =>
  JSON.parse(JSON.stringify(trust).replace(pattern, text)) as PolicyDocument & Json;

const skipping = (action: WriteStep['action']) =>
  withWriter((writer) => ({
    write: (step) => (step.action === action ? Promise.resolve() : writer.write(step)),
  }));

const withRoles = (item: RecordedItem, change: (role: RecordedRole) => RecordedRole): RecordedItem =>
  item.kind === 'connection'
    ? { ...item, ...(item.role ? { role: change(item.role) } : {}), earlier: item.earlier.map(change) }
    : item;

const withoutIntent = (role: RecordedRole): RecordedRole => {
  const { intent: _, ...rest } = role;
  return rest;
};

const isWide = ({ action }: Step) => action === 'attachManagedPolicy' || action === 'putInlinePolicy';

export const mutants: Readonly<Record<string, Wiring>> = {
  'skips the boundary': skipping('setBoundary'),
  'makes roles without a boundary': withWriter((writer, world) => ({
    write: async (step) => {
      await writer.write(step);
      if (step.action !== 'createRole') return;
      for (const { id, partition } of world.configuration.accounts) {
        const { roles } = world.accounts.in({ id, partition });
        const role = roles.get(step.role);
        if (role) roles.set(step.role, { ...role, boundary: undefined });
      }
    },
  })),
  'skips the narrowing of the trust': withSteps((steps, { narrowing }) =>
    steps.filter((step) => step.action !== 'setTrust' || !narrowing.includes(step)),
  ),
  'skips the detaching of foreign policies': skipping('detachManagedPolicy'),
  'widens before it narrows': withSteps((steps, { narrowing, widening, decision }) =>
    decision === 'held' || steps.length <= narrowing.length ? steps : [...widening, ...narrowing],
  ),
  'opens a new role before its policies': withSteps((steps) =>
    [...steps].sort((a, b) => Number(isWide(a)) - Number(isWide(b))),
  ),
  'compares subjects by their beginning': withTrust(
    inText(/"StringEquals":(.*?"[^"]*:sub":"sc:[^"]*)"/g, '"StringLike":$1*"'),
  ),
  'forgets the audience': withTrust(inText(/"[^"]*:aud":"[^"]*",/g, '')),
  'asks for any provider': withTrust(inText(/\{"Federated":"[^"]*"\}/g, '"*"')),
  'takes what is unknown for empty': withPorts(unknownIsEmpty),
  'lets everybody have the lease': withPorts(leasesForAll),
  'records before it applies': withWriter((writer, world) => ({
    write: async (step) => {
      if (!('role' in step)) return writer.write(step);
      for (const item of world.table.items.values())
        if (item.kind === 'connection') await world.table.store.write(withRoles(item, withoutIntent));
      return writer.write(step);
    },
  })),
  'leaves no intent': withState((item) => withRoles(item, withoutIntent)),
  'forgets the event': withState((item, world) => {
    const known = world.table.items.get(keyOf(item));
    return {
      ...item,
      outbox: {
        ...item.outbox,
        pending: item.outbox.pending.filter(({ id }) => known?.outbox.pending.some((old) => old.id === id)),
      },
    };
  }),
  'tells everything twice': withState((item) => {
    const last = item.outbox.pending.at(-1);
    if (!last || last.id.endsWith('-again') || Object.keys(last.deliveries).length > 0) return item;
    const next = item.outbox.nextSequence;
    return {
      ...item,
      outbox: {
        pending: [...item.outbox.pending, { ...last, sequence: next, id: `${last.id}-again` }],
        nextSequence: next + 1,
      },
    };
  }),
  'drops events before they are delivered': withState((item) => ({
    ...item,
    outbox: { ...item.outbox, pending: item.outbox.pending.slice(-1) },
  })),
  'ignores the RoleId': withPorts(ignoresRoleId),
  'sees only connections of its own type': withPorts(othersAreForgotten),
  'forgets whom it shut out': withState((item) => withRoles(item, ({ closed: _, ...role }) => role)),
  'forgets the names that it let in': withState((item) =>
    withRoles(item, (role) => ({ ...role, subjects: [], formerSubjects: [] })),
  ),
  'overwrites what others recorded': withPorts(writesBlindly),
  'does what is held': {
    ...sound,
    judged: (planned) => ({
      ...planned,
      changes: planned.changes.map((each): GuardedChange => ({
        ...each,
        decision: 'allowed',
        steps: [...each.narrowing, ...each.widening],
        isWideningHeld: false,
      })),
    }),
  },
  'writes secrets of the configuration into the table': withState((item, { configuration }) =>
    item.kind === 'controls'
      ? item
      : { ...item, told: [...item.told, ...configuration.webhooks.map(({ url }) => url)] },
  ),
};
