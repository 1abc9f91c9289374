import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { entraRoutes } from '../../../infra/local/entra/local-entra.ts';
import { queueOperations } from '../../../infra/local/queues/operations.ts';
import { targetOperations } from '../../../infra/local/event-targets/local-event-targets.ts';
import { s3Operations } from '../../../infra/local/s3/operations.ts';
import { secretsOperations } from '../../../infra/local/secrets/operations.ts';
import { awsBehaviours } from '../../../infra/local/sources/aws.ts';
import { azureDevOpsBehaviours } from '../../../infra/local/sources/azure-devops.ts';
import {
  entraBehaviours,
  eventTargetBehaviours,
  queueBehaviours,
  s3Behaviours,
  secretsBehaviours,
} from '../../../infra/local/sources/others.ts';
import type { Behaviours } from '../../../infra/local/sources/source.ts';

async function routes(): Promise<readonly string[]> {
  const server = await startLocalAzureDevOps();
  await server.close();
  return server.routes;
}

async function operations(): Promise<readonly string[]> {
  const server = await startLocalAws();
  await server.close();
  return server.operations;
}

const parts: readonly (readonly [string, () => Promise<readonly string[]>, Behaviours])[] = [
  ['Azure DevOps', routes, azureDevOpsBehaviours],
  ['AWS', operations, awsBehaviours],
  ['Entra', () => Promise.resolve(entraRoutes), entraBehaviours],
  ['S3', () => Promise.resolve(s3Operations), s3Behaviours],
  ['SQS', () => Promise.resolve(queueOperations), queueBehaviours],
  ['EventBridge and SNS', () => Promise.resolve(targetOperations), eventTargetBehaviours],
  ['Secrets Manager', () => Promise.resolve(secretsOperations), secretsBehaviours],
];

describe.each(parts)('the embedded %s', (_name, answered, behaviours) => {
  it('has a source for each route and operation that it answers, and for no other', async () => {
    expect(Object.keys(behaviours).sort()).toEqual([...new Set(await answered())].sort());
  });

  it.each(Object.entries(behaviours))(
    'says what %s keeps to, and who says so',
    (_route, { keeps, source }) => {
      expect(keeps).toMatch(/.{5,}\.$/);
      // A page, a service model, a release, an issue or a pull request: something that others can look up.
      expect(source).toMatch(
        /entra-docs|API Reference|User Guide|Developer Guide|service model|vsts-rest-api-specs|azure-devops-|aws-toolkit|OpenID Connect|RFC/,
      );
    },
  );
});
