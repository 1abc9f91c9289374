import { UpstreamError, UNREADABLE_ITEM } from '../../shared/domain/kernel/errors.ts';
import type { RecordedRole } from '../../shared/domain/records/connection-record.ts';
import type { Mutants } from './mutant.ts';
import { withPorts, withRoles, withState, withWriter } from './mutant.ts';
import { blamesOthers, notesEveryLook, writesBlindly } from './mutant-ports.ts';
import { makeKey } from './table.ts';
import { PLANTED } from './world.ts';

const withoutIntent = (role: RecordedRole): RecordedRole => {
  const { intent: _, ...rest } = role;
  return rest;
};

/** What is recorded, and what is told. */
export const recordMutants: Mutants = {
  'records before it applies': {
    breaks: 'I7',
    wiring: withWriter((writer, world) => ({
      write: async (step) => {
        if (!('role' in step)) return writer.write(step);
        for (const item of world.table.items.values())
          if (item.kind === 'connection') await world.table.store.write(withRoles(item, withoutIntent));
        return writer.write(step);
      },
    })),
  },
  'leaves no intent': { breaks: 'I7', wiring: withState((item) => withRoles(item, withoutIntent)) },
  'forgets the event': {
    breaks: 'I7',
    wiring: withState((item, world) => {
      const known = world.table.items.get(makeKey(item));
      const pending = item.outbox.pending.filter(({ id }) =>
        known?.outbox.pending.some((old) => old.id === id),
      );
      return { ...item, outbox: { ...item.outbox, pending } };
    }),
  },
  'tells everything twice': {
    breaks: 'I7',
    wiring: withState((item) => {
      const last = item.outbox.pending.at(-1);
      if (!last || last.id.endsWith('-again') || Object.keys(last.deliveries).length > 0) return item;
      const next = item.outbox.nextSequence;
      const again = { ...last, sequence: next, id: `${last.id}-again` };
      return { ...item, outbox: { pending: [...item.outbox.pending, again], nextSequence: next + 1 } };
    }),
  },
  'counts no failure': {
    breaks: 'I7',
    wiring: withState((item) =>
      item.kind === 'connection' || item.kind === 'provider' ? { ...item, failing: [] } : item,
    ),
  },
  'forgets no failure': {
    breaks: 'I13',
    wiring: withState((item, world) => {
      const known = world.table.items.get(makeKey(item));
      if (item.kind !== 'connection' || known?.kind !== 'connection') return item;
      return known.failing && !item.failing ? { ...item, failing: known.failing } : item;
    }),
  },
  'stops for one record that it cannot read': {
    breaks: 'I13',
    wiring: withPorts((ports) => ({
      ...ports,
      state: {
        ...ports.state,
        readConnections: async (organization) => {
          const items = await ports.state.readConnections(organization);
          const reason = items.find(({ unreadable }) => unreadable)?.unreadable?.reason;
          if (reason !== undefined) throw new UpstreamError(UNREADABLE_ITEM, reason);
          return items;
        },
      },
    })),
  },
  'drops events before they are delivered': {
    breaks: 'I7',
    wiring: withState((item) => ({
      ...item,
      outbox: { ...item.outbox, pending: item.outbox.pending.slice(-1) },
    })),
  },
  'takes its own errors for those of the outside': { breaks: 'I7', wiring: withPorts(blamesOthers) },
  'overwrites what others recorded': { breaks: 'I7', wiring: withPorts(writesBlindly) },
  'notes every look in its records': { breaks: 'I8', wiring: withPorts(notesEveryLook) },
  'forgets the names that it let in': {
    breaks: 'I8',
    wiring: withState((item) => withRoles(item, (role) => ({ ...role, subjects: [], formerSubjects: [] }))),
  },
  'writes secrets of the configuration into the table': {
    breaks: 'I10',
    wiring: withState((item, { configuration }) =>
      item.kind === 'controls' || item.kind === 'hooks' || item.kind === 'reading'
        ? item
        : {
            ...item,
            notified: [
              ...item.notified,
              ...configuration.webhooks.flatMap((webhook) => ('url' in webhook ? [webhook.url] : [])),
            ],
          },
    ),
  },
  'tells where it sends events to': {
    breaks: 'I10',
    wiring: withPorts((ports) => ({
      ...ports,
      history: {
        ...ports.history,
        append: (item, event) =>
          ports.history.append(item, { ...event, data: { ...event.data, sentTo: PLANTED } }),
      },
    })),
  },
};
