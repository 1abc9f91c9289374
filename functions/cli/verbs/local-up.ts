import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_FOLDER, removeCoordinates, writeCoordinates } from '../../../infra/local/coordinates.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import { furnish, sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import type { Invocation, Verb } from '../verb.ts';

export const upVerb: Verb = (command, run) => {
  command.action(() => run(up));
};

async function up({ terminal }: Invocation): Promise<0> {
  const cloud = await startLocalCloud({ folder: LOCAL_FOLDER });
  if (cloud.isNew) await furnish(cloud);
  const configuration = join(LOCAL_FOLDER, 'federation.yaml');
  // Ports differ from start to start, so that the addresses in it are written anew.
  writeFileSync(configuration, sampleConfiguration(cloud));
  writeCoordinates(coordinatesOf(cloud, configuration));
  terminal.result(
    [
      `Azure DevOps  ${cloud.azureDevOps.url}/${sample.organization}`,
      `IAM and STS   ${cloud.aws.url}`,
      `DynamoDB      ${cloud.dynamoDb.url}`,
      `Webhooks      ${cloud.receiver.url}`,
      '',
      'Running until Ctrl-C. In another terminal, from this folder:',
      '  npx azfed plan --local',
      '  npx azfed apply --local',
      '  npx azfed local tamper open-trust shop-prod',
      '  npx azfed plan --local --detailed-exitcode',
    ].join('\n'),
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  removeCoordinates();
  await cloud.close();
  return 0;
}

function coordinatesOf(cloud: LocalCloud, configuration: string) {
  return {
    azureDevOps: cloud.azureDevOps.url,
    aws: cloud.aws.url,
    dynamoDb: cloud.dynamoDb.url,
    receiver: cloud.receiver.url,
    hub: cloud.aws.hubCredentials,
    consoleUsers: Object.fromEntries(cloud.aws.accounts.map(({ id, credentials }) => [id, credentials])),
    secrets: {
      [sample.secretNames.pat]: sample.readerToken,
      [sample.secretNames.webhook]: cloud.webhookSecret,
    },
    projectAdmin: { organization: sample.organization, token: sample.adminToken },
    configuration,
  };
}
