import { sample } from '../../../infra/local/sample.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import type { OrganizationId } from '../../../shared/domain/kernel/ids.ts';
import { parseOrganizationId } from '../../../shared/domain/kernel/ids.ts';
import type { StateStore } from '../../../shared/ports/state.ts';

/** Work on the table that the command works on, by other means than the command. */
export async function withState<T>(
  { dynamoDb }: LocalCloud,
  work: (state: StateStore, organization: OrganizationId) => Promise<T>,
): Promise<T> {
  const organization = parseOrganizationId(sample.organizationId);
  if (!organization) throw new Error('The sample has no organization.');
  const client = createLocalDynamoClient(dynamoDb.url);
  try {
    return await work(createDynamoState({ table: 'azfed', clock: systemClock, client }).state, organization);
  } finally {
    client.destroy();
  }
}
