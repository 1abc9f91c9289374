import type { Places } from '../../../shared/domain/notify/message.ts';
import { createAccountExaminer } from '../../../shared/adapters/aws/account-examiner.ts';
import { createAwsAccounts } from '../../../shared/adapters/aws/aws-accounts.ts';
import { createAuditLogReader } from '../../../shared/adapters/azure-devops/audit-log.ts';
import { createAzureDevOpsSource } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createHookSession } from '../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOrganizationExaminer } from '../../../shared/adapters/azure-devops/organization-examiner.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state.ts';
import { createTableExaminer } from '../../../shared/adapters/dynamodb/table-examiner.ts';
import { createWebhookExaminer } from '../../../shared/adapters/notify/webhook-examiner.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import { randomIds } from '../../../shared/adapters/system/random-ids.ts';
import type { DoctorPorts } from '../../../shared/application/checks/doctor-readings.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { EndpointOverrides } from './deployment.ts';
import { readEndpointOverrides, signingOf } from './deployment.ts';

/** Somebody waits: what does not answer by then is told of as it is. */
const retryBudget = { maxWaitMs: 30_000, requestTimeoutMs: 20_000 };

/** Connects what a doctor asks. Unlike the other verbs it takes the table as it finds it. */
export function connectDoctor(
  table: string,
  clock: Clock,
  local?: EndpointOverrides,
  places?: Places,
): DoctorPorts {
  const { credentials, dynamo, hookPasswords, iam, operator, webhooks } = readEndpointOverrides(clock, local);
  return {
    connections: createAzureDevOpsSource({ clock, ...credentials, ...retryBudget }),
    organizations: createOrganizationExaminer({ clock, ...credentials, ...retryBudget }),
    session: createHookSession(operator),
    auditLog: createAuditLogReader({ clock, ...credentials, ...retryBudget }),
    hookPasswords,
    accounts: createAwsAccounts({ clock, ids: randomIds, ...iam }),
    accountExaminer: createAccountExaminer({ clock, ids: randomIds, ...iam }),
    webhooks: createWebhookExaminer(webhooks),
    sender: createWebhookSender({ clock, ...webhooks, ...(places ? { places } : {}) }),
    table: createTableExaminer(dynamo, table),
    tableName: table,
    state: createDynamoState({ table, client: dynamo, clock, ...signingOf(dynamo, clock, local) }).state,
    clock,
    ids: randomIds,
  };
}
