import type { Configuration } from '../domain/configuration.ts';
import type { Check } from '../domain/doctor/check.ts';
import { clockCheck } from '../domain/doctor/clock-checks.ts';
import type { ExaminedTable } from '../domain/doctor/deployment-checks.ts';
import { tableChecks } from '../domain/doctor/deployment-checks.ts';
import type { ExaminedOrganization } from '../domain/doctor/organization-checks.ts';
import { organizationChecks } from '../domain/doctor/organization-checks.ts';
import { grantCheck } from '../domain/doctor/visibility-checks.ts';
import { InvariantError } from '../domain/errors.ts';
import type { Reading } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Clock } from '../ports/clock.ts';
import type { OrganizationExaminer, TableExaminer } from '../ports/examination.ts';
import type { ServiceConnectionSource } from '../ports/service-connections.ts';
import type { StateStore } from '../ports/state.ts';
import { readingOf } from './reading-of.ts';

/** What a doctor asks. Nothing of it writes. */
export interface DoctorPorts {
  readonly connections: ServiceConnectionSource;
  readonly organizations: OrganizationExaminer;
  readonly table: TableExaminer;
  readonly tableName: string;
  readonly state: Pick<StateStore, 'readConnections' | 'readProviders' | 'readControls'>;
  readonly clock: Clock;
}

/** Asks everything side by side, so that one failure hides no other, and judges what came. */
export async function examine(ports: DoctorPorts, configuration: Configuration): Promise<readonly Check[]> {
  const [organizations, table] = await Promise.all([
    Promise.all(configuration.organizations.map((one) => examineOrganization(ports, one))),
    examineTable(ports, configuration),
  ]);
  const now = ports.clock.now();
  return [
    ...clockCheck(
      'clock.azure-devops',
      organizations.map(({ examination }) => examination.clock),
    ),
    ...tableChecks(table),
    ...organizations.flatMap((one) => organizationChecks(one, now)),
    ...configuration.grants.map((grant) => grantCheck(grant, organizations)),
  ];
}

async function examineOrganization(
  { connections, organizations }: DoctorPorts,
  organization: Configuration['organizations'][number],
): Promise<ExaminedOrganization> {
  const [inventory, examination] = await Promise.all([
    connections.readInventory(organization),
    organizations.examine(organization),
  ]);
  return { organization, inventory, examination };
}

/** A single record that is not understood stops every pass: here it is a reading like others. */
async function recordsOf(
  { state }: DoctorPorts,
  { organizations, accounts }: Configuration,
): Promise<Reading<number>> {
  try {
    return await readingOf(async () => {
      const lists = await Promise.all([
        ...organizations.map(({ id }) => state.readConnections(id)),
        ...accounts.map(({ id }) => state.readProviders(id)),
      ]);
      return lists.flat().length;
    });
  } catch (error) {
    if (error instanceof InvariantError) return unknown(error.code, error.message);
    throw error;
  }
}

async function examineTable(ports: DoctorPorts, configuration: Configuration): Promise<ExaminedTable> {
  const [table, records, controls] = await Promise.all([
    ports.table.examine(),
    recordsOf(ports, configuration),
    readingOf(() => ports.state.readControls()),
  ]);
  return { name: ports.tableName, table, records, controls };
}
