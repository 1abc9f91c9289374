import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createOrganizationExaminer } from '../../shared/adapters/azure-devops/organization-examiner.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state.ts';
import { createTableExaminer } from '../../shared/adapters/dynamodb/table-examiner.ts';
import type { DoctorPorts } from '../../shared/application/doctor.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Outside } from './deployment.ts';
import { openOutside } from './deployment.ts';

/** Somebody waits: what does not answer by then is told of as it is. */
const patience = { maxWaitMs: 30_000, requestTimeoutMs: 20_000 };

/** Connects what a doctor asks. Unlike the other verbs it takes the table as it finds it. */
export function connectDoctor(table: string, clock: Clock, local?: Outside): DoctorPorts {
  const { credentials, dynamo } = openOutside(clock, local);
  return {
    connections: createAzureDevOpsSource({ clock, ...credentials, ...patience }),
    organizations: createOrganizationExaminer({ clock, ...credentials, ...patience }),
    table: createTableExaminer(dynamo, table),
    tableName: table,
    state: createDynamoState({ table, client: dynamo, clock }).state,
    clock,
  };
}
