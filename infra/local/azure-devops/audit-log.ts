import { actsBetween } from './audit-entries.ts';
import type { AuditedAct } from './audit-entries.ts';
import { guidAt } from './guid-sequence.ts';
import type { World } from './world.ts';

interface AuditEntry extends AuditedAct {
  readonly id: string;
  readonly organizationId: string;
  readonly actorUPN: string;
  /** Epoch ms. */
  readonly at: number;
}

/** How the audit log is played. */
export interface AuditPlay {
  /** Who has done whatever happens from now on. */
  actAs(actorUPN: string): void;
  /** Entries are shown that much later than what they tell of. Default 0. */
  delay(milliseconds: number): void;
  /** Puts an entry into the log of an organization that nothing in this world has led to. */
  forge(organizationId: string, act: AuditedAct): void;
}

export interface AuditLog extends AuditPlay {
  /** What is shown by now of that time, newest first. */
  entries(organizationId: string, from: number, to: number): readonly AuditEntry[];
}

/** Of the ids of entries, which are no part of the world's own sequence. */
const SEED = 8_020;

/** Follows the world, and writes down what happens to it. */
export function createAuditLog(world: World): AuditLog {
  let before = world.state().organizations;
  let log: readonly AuditEntry[] = [];
  let actor = 'admin@local.invalid';
  let latencyMs = 0;
  const write = (organizationId: string, act: AuditedAct) => {
    const entry = { ...act, id: guidAt(SEED, log.length), organizationId, actorUPN: actor, at: world.now() };
    log = [entry, ...log];
  };
  world.onChange(() => {
    const after = world.state().organizations;
    for (const organization of after) {
      const known = before.find(({ id }) => id === organization.id);
      for (const act of known ? actsBetween(known, organization) : []) write(organization.id, act);
    }
    before = after;
  });
  return {
    actAs(actorUPN) {
      actor = actorUPN;
    },
    delay(milliseconds) {
      latencyMs = milliseconds;
    },
    forge: write,
    entries: (organizationId, from, to) =>
      log.filter(
        (entry) =>
          entry.organizationId === organizationId &&
          entry.at >= from &&
          entry.at <= to &&
          entry.at + latencyMs <= world.now(),
      ),
  };
}
