import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TagRoleCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { createDynamoDeployedStack } from '../../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

it('names the part of the deployment that lags, and ends with 2', async () => {
  const { cloud } = place;
  const check = async () => {
    const { code, stdout } = await place.azfed(['version', '--check', '--local', '--json']);
    const { parts } = JSON.parse(stdout) as { readonly parts: readonly { part: string; state: string }[] };
    return { code, states: Object.fromEntries(parts.map(({ part, state }) => [part, state])) };
  };
  const release = async (functions: string) => {
    const client = createLocalDynamoClient(cloud.dynamoDb.url);
    const documents = DynamoDBDocumentClient.from(client);
    const stack = { release: functions, configurationBucket: 'azfed-configuration', sha256: '', needs: [] };
    await createDynamoDeployedStack({ documents, table: 'azfed' }).write(stack);
    client.destroy();
  };
  const [first, second] = cloud.aws.accounts
    .filter(({ id }) => sample.accounts.some((one) => one === id))
    .map(({ id, credentials }) => ({
      part: `account ${id}`,
      iam: openConsole(cloud.aws.url, credentials),
    }));
  await release('0.0.0');
  const tag = { Key: 'azfed:release', Value: '0.0.1' };
  await first?.iam.send(new TagRoleCommand({ RoleName: 'azfed-spoke', Tags: [tag] }));
  expect(await check()).toEqual({
    code: 2,
    states: {
      command: 'current',
      functions: 'lags',
      [first?.part ?? '']: 'current',
      [second?.part ?? '']: 'lags',
    },
  });
  await release('0.0.1');
  await second?.iam.send(new TagRoleCommand({ RoleName: 'azfed-spoke', Tags: [tag] }));
  expect(await check()).toMatchObject({ code: 0 });
});
