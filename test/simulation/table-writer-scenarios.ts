import type { RoleId } from '../../shared/domain/kernel/ids.ts';
import { newConnection } from '../../shared/domain/records/outbox.ts';
import type { RecordedConnection, RecordedRole } from '../../shared/domain/records/connection-record.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { tamperings } from '../builders/arbitraries-tampering.ts';
import { grant } from '../builders/configuration.ts';
import { projectId, roleArn } from '../builders/domain-ids.ts';
import { changeRole } from './iam-people.ts';
import type { Wiring } from './simulated-run.ts';
import { runOnce } from './simulated-run.ts';
import { rewriteRecords } from './people.ts';
import type { Scenarios } from './scenario.ts';
import { alone, one, role, shown, two } from './scenario.ts';
import type { World } from './world.ts';

/** A name that no connection of the world has ever had. */
const MINE = 'sc://contoso/P1/c';
const NEVER = Date.parse('2099-01-01T00:00:00.000Z');

const withRoles =
  (change: (known: RecordedRole) => Partial<RecordedRole>) =>
  (item: RecordedConnection): RecordedConnection =>
    item.role ? { ...item, role: { ...item.role, ...change(item.role) } } : item;

/** The trust lets in one subject more, in the form that azfed writes. */
const letsInMine = ({ trust }: ObservedRole): Partial<ObservedRole> => ({
  trust: JSON.parse(
    JSON.stringify(trust).replace('"sc://contoso/P1/a"', `["sc://contoso/P1/a","${MINE}"]`),
  ) as ObservedRole['trust'],
});

const inMinutes = ({ clock }: World, minutes: number) => clock.now() + minutes * 60_000;

/** The record of the first connection's role becomes the second one's, digests and all, and that one asks for the role. */
async function moveRecord(world: World, wiring: Wiring): Promise<void> {
  const off = { ...one, oidc: 'off' } as const;
  shown(off, two)(world);
  await runOnce(world, { wiring });
  world.clock.advance(10 * 60_000);
  const moved = [...world.table.items.values()].flatMap((item) =>
    item.kind === 'connection' && item.connectionId === one.id && item.role ? [item.role] : [],
  );
  await rewriteRecords(world, ({ role: own, ...item }) => {
    if (item.connectionId === one.id) return item;
    const [first] = moved;
    return {
      ...item,
      ...(first ? { role: first } : {}),
      earlier: own ? [...item.earlier, own] : item.earlier,
    };
  });
  shown(off, { ...two, requestedRoleArn: role })(world);
}

/** What somebody does who can write the table, alone or with others. */
export const tableWriterScenarios: Scenarios = {
  'a former name is written into a record, and the role lets it in': {
    ...alone,
    happens: async (world) => {
      const until = inMinutes(world, 20);
      await rewriteRecords(
        world,
        withRoles(() => ({ formerSubjects: [{ subject: MINE, until }] })),
      );
      changeRole(world, role, letsInMine);
    },
  },
  'a subject is written into the record of a connection that is not listed, and the role lets it in': {
    connections: [one, two],
    happens: async (world) => {
      shown(two)(world);
      await rewriteRecords(
        world,
        withRoles(({ arn, subjects }) =>
          arn === role ? { subjects: [...subjects, { projectId: projectId(1), subject: MINE }] } : {},
        ),
      );
      changeRole(world, role, letsInMine);
    },
  },
  'a record that this release cannot read, and the role of another connection is opened to everybody': {
    connections: [one, two],
    happens: async (world) => {
      const unreadable = { reason: 'Its schemaVersion is 2.', roleArns: [roleArn('r2')] };
      await rewriteRecords(world, (item) => {
        const { organizationId, connectionId } = item;
        if (connectionId !== two.id) return item;
        return { ...newConnection({ organizationId, connectionId, references: [] }), unreadable };
      });
      changeRole(world, role, (seen) => ({ ...tamperings['opens the trust to everybody']?.change(seen) }));
    },
  },
  'the record of a closed role is moved to another connection of its grant': {
    connections: [one, two],
    happens: moveRecord,
  },
  'times that azfed never writes are written into the table, and a role is opened to everybody': {
    ...alone,
    happens: async (world) => {
      await rewriteRecords(
        world,
        withRoles(() => ({
          repairs: Array.from({ length: 9 }, () => NEVER),
          absentSince: NEVER,
          writtenAt: NEVER,
          sessionsRevokedBefore: NEVER,
        })),
      );
      changeRole(world, role, (seen) => ({ ...tamperings['opens the trust to everybody']?.change(seen) }));
    },
  },
  'the RoleId of another role is written into one of the records that share it': {
    connections: [one, { ...two, requestedRoleArn: role }],
    configuration: { grants: [grant({ shareRole: true })] },
    happens: async (world) => {
      const id = 'AROASOMEBODY000000001' as RoleId;
      changeRole(world, role, () => ({ id, createdAt: world.clock.now() }));
      await rewriteRecords(world, (item) =>
        item.connectionId === two.id ? withRoles(() => ({ id }))(item) : item,
      );
    },
  },
};
