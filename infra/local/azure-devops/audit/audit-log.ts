import { deriveActs, type AuditedAct } from './audit-entries.ts';
import { createGuid } from '../state/guid-sequence.ts';
import type { World } from '../state/world.ts';

interface AuditEntry extends AuditedAct {
  readonly id: string;
  readonly organizationId: string;
  readonly actorUPN: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Members that are documented and that an entry may lack; without `timestamp` it has no documented shape any more. */
type OmittedMember = 'scopeId' | 'scopeType' | 'actorUPN' | 'data' | 'timestamp';

/** How the audit log is played. */
export interface AuditPlay {
  /** Who has done whatever happens from now on. */
  setActor(actorUPN: string): void;
  /** Entries are shown that much later than what they tell of. Default 0. */
  delay(milliseconds: number): void;
  /** What entries leave out from now on, as the service may. Default: nothing. */
  omit(members: readonly OmittedMember[]): void;
  /** Puts an entry into the log of an organization that nothing in this world has led to. */
  forge(organizationId: string, act: AuditedAct): void;
}

export interface AuditLog extends AuditPlay {
  /** What is shown by now of that time, newest first. */
  entries(organizationId: string, from: number, to: number): readonly AuditEntry[];
  omitted(): readonly OmittedMember[];
}

/** Of the ids of entries, which are no part of the world's own sequence. */
const SEED = 8_020;

/** Follows the world, and writes down what happens to it. */
export function createAuditLog(world: World): AuditLog {
  let before = world.state().organizations;
  let log: readonly AuditEntry[] = [];
  let actor = 'admin@local.invalid';
  let latencyMs = 0;
  let left: readonly OmittedMember[] = [];
  const write = (organizationId: string, act: AuditedAct) => {
    const at = world.now();
    const entry = { ...act, id: buildId(at, log.length), organizationId, actorUPN: actor, at };
    log = [entry, ...log];
  };
  world.onChange(() => {
    const after = world.state().organizations;
    for (const organization of after) {
      const known = before.find(({ id }) => id === organization.id);
      for (const act of known ? deriveActs(known, organization) : []) write(organization.id, act);
    }
    before = after;
  });
  return {
    setActor(actorUPN) {
      actor = actorUPN;
    },
    delay(milliseconds) {
      latencyMs = milliseconds;
    },
    omit(members) {
      left = members;
    },
    omitted: () => left,
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

const SERVICE = createGuid(SEED, -1);
/** From the year 1 to 1970, in ticks of 100 ns. */
const EPOCH_TICKS = 621_355_968_000_000_000n;

/** `<ticks>;<guid of the service>;<guid>` (vsts-rest-api-specs, audit 7.1, sample of Query; release notes of sprint 212). */
function buildId(at: number, index: number): string {
  return `${EPOCH_TICKS + BigInt(at) * 10_000n};${SERVICE};${createGuid(SEED, index)}`;
}
