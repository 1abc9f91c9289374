import type { IAMClient } from '@aws-sdk/client-iam';
import { AttachRolePolicyCommand, CreatePolicyCommand } from '@aws-sdk/client-iam';
import type { CommandEndpoints } from '../../functions/cli/composition/deployment.ts';
import type { StaticCredentials } from '../../infra/local/aws/state/accounts.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';
import { openConsole } from '../../infra/local/console-user.ts';
import {
  ACCOUNT,
  DRIFT_POLICY,
  ORGANIZATION,
  ORGANIZATION_ID,
  ROLES_QUOTA,
  makeConnections,
  hasDrift,
  listProjects,
} from './scene.ts';

/** Where azfed finds the world. */
export interface Place {
  readonly azureDevOps: string;
  readonly endpoints: CommandEndpoints;
  /** In real time, at azfed's own pace, and so much later; else time jumps ahead, and nothing is waited for. */
  readonly laterMs?: number;
}

/** Requests as the outside has met them, retries included. Sessions are asked of STS and are not in them. */
export interface OutsideRequests {
  readonly iamReads: number;
  readonly iamWrites: number;
  readonly azureDevOps: number;
}

/** The embedded cloud with connections in one organization that ask for as many roles of one account. */
export interface World {
  readonly cloud: LocalCloud;
  readonly place: Place;
  /** Somebody who may do everything in the account. */
  readonly console: IAMClient;
  readonly credentials: StaticCredentials;
  /** Somebody attaches a policy to one role in a hundred. */
  drift(): Promise<void>;
  /** What azfed has asked for since the last time. */
  takeRequests(): OutsideRequests;
  close(): Promise<void>;
}

const READER_TOKEN = 'bench-reader';

export async function startWorld(size: number): Promise<World> {
  const cloud = await startLocalCloud();
  seedOrganization(cloud, size);
  const { credentials } = cloud.aws.addAccount({ id: ACCOUNT, quotas: { roles: ROLES_QUOTA } });
  const console = openConsole(cloud.aws.url, credentials);
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
  };
  await console.send(
    new CreatePolicyCommand({ PolicyName: 'azfed-boundary', PolicyDocument: JSON.stringify(document) }),
  );
  const reset = () => {
    cloud.aws.resetCounts();
    cloud.azureDevOps.resetCounts();
  };
  reset();
  return {
    cloud,
    console,
    credentials,
    place: {
      azureDevOps: cloud.azureDevOps.url,
      endpoints: {
        aws: cloud.aws.url,
        dynamoDb: cloud.dynamoDb.url,
        secretsManager: cloud.secrets.url,
        hub: cloud.aws.hubCredentials,
        secrets: { AZURE_DEVOPS_PAT: READER_TOKEN },
      },
    },
    async drift() {
      for (const { roleName } of makeConnections(size).filter((_, index) => hasDrift(index)))
        await console.send(new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn: DRIFT_POLICY }));
      reset();
    },
    takeRequests() {
      const requests = countRequests(cloud);
      reset();
      return requests;
    },
    async close() {
      console.destroy();
      await cloud.close();
    },
  };
}

function seedOrganization({ azureDevOps }: LocalCloud, size: number): void {
  azureDevOps.organizations.create({
    name: ORGANIZATION,
    id: ORGANIZATION_ID,
    pats: [{ token: READER_TOKEN, access: 'read' }],
  });
  for (const project of listProjects(size)) azureDevOps.projects.create(ORGANIZATION, project);
  for (const { project, name, roleArn } of makeConnections(size))
    azureDevOps.connections.create(ORGANIZATION, { project, name, roleArn, useOidc: true });
}

function countRequests({ aws, azureDevOps }: LocalCloud): OutsideRequests {
  const iam = Object.entries(aws.counts()).filter(([name]) => !name.startsWith('AssumeRole'));
  const isRead = ([name]: readonly [string, number]) => /^(Get|List|Lookup)/.test(name);
  return {
    iamReads: sum(iam.filter(isRead)),
    iamWrites: sum(iam.filter((entry) => !isRead(entry))),
    azureDevOps: sum(Object.entries(azureDevOps.counts())),
  };
}

const sum = (counts: readonly (readonly [string, number])[]) =>
  counts.reduce((total, [, count]) => total + count, 0);
