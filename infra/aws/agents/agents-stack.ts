import { RemovalPolicy, Stack, type App } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  FlowLogDestination,
  InstanceInitiatedShutdownBehavior,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  Peer,
  Port,
  SecurityGroup,
  UserData,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IMachineImage, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acknowledge } from '../policy-statement.ts';
import type { AgentSettings } from './settings.ts';

const DISK_GB = 64;

/**
 * Agents of Azure Pipelines that take one job each: an instance registers, takes a job, leaves the pool and ends; the group
 * puts a fresh one in its place. Its role registers and logs; deployments go by OIDC, which is the point.
 */
export function createAgentsStack(app: App, settings: AgentSettings): Stack {
  const { name, region, size } = settings;
  const stack = new Stack(app, name, {
    env: { region },
    description: 'Agents of Azure Pipelines that take one job each',
  });
  const log = new LogGroup(stack, 'log', {
    logGroupName: `/${name}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const vpc = resolveNetwork(stack, settings);
  const securityGroup = new SecurityGroup(stack, 'out', {
    vpc,
    allowAllOutbound: false,
    description: 'Nobody gets in; https gets out',
  });
  securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'Azure DevOps, STS, packages');
  const template = new LaunchTemplate(stack, 'template', {
    launchTemplateName: name,
    machineImage: selectImage(settings),
    instanceType: new InstanceType(settings.instanceType ?? defaultTypes[settings.architecture]),
    role: createRole(stack, settings, log),
    securityGroup,
    userData: UserData.custom(userData(settings, `/${name}`)),
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    instanceInitiatedShutdownBehavior: InstanceInitiatedShutdownBehavior.TERMINATE,
    detailedMonitoring: true,
    blockDevices: [
      {
        deviceName: settings.distribution === 'ubuntu' ? '/dev/sda1' : '/dev/xvda',
        volume: BlockDeviceVolume.ebs(DISK_GB, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
      },
    ],
  });
  // Without a longest life: the group would end an agent in the middle of a deployment.
  const group = new AutoScalingGroup(stack, 'group', {
    vpc,
    launchTemplate: template,
    minCapacity: size,
    maxCapacity: size,
  });
  acknowledge(group, {
    'AwsSolutions-AS3': 'Instances come and go with every job; what is worth telling is in the log group.',
  });
  return stack;
}

const defaultTypes = { x64: 't3.medium', arm64: 't4g.medium' } as const;

/** Resolved when the stack is deployed, so that a deployment brings the newest image. */
function selectImage({ distribution, architecture }: AgentSettings): IMachineImage {
  const parameter =
    distribution === 'ubuntu'
      ? `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture === 'x64' ? 'amd64' : 'arm64'}/hvm/ebs-gp3/ami-id`
      : `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture === 'x64' ? 'x86_64' : 'arm64'}`;
  return MachineImage.fromSsmParameter(parameter);
}

function resolveNetwork(
  stack: Stack,
  { vpcId, subnetIds = [], availabilityZones = [] }: AgentSettings,
): IVpc {
  if (vpcId !== undefined)
    return Vpc.fromVpcAttributes(stack, 'vpc', {
      vpcId,
      privateSubnetIds: [...subnetIds],
      availabilityZones: [...availabilityZones],
    });
  const vpc = new Vpc(stack, 'vpc', { maxAzs: 2, natGateways: 1, restrictDefaultSecurityGroup: false });
  vpc.addFlowLog('flows', {
    destination: FlowLogDestination.toCloudWatchLogs(
      new LogGroup(stack, 'flows', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    ),
  });
  // CDK's types are not made for exact optional properties.
  return vpc as IVpc;
}

/** What the first start needs: the token, and a place for its log. The job cannot reach it. */
function createRole(stack: Stack, { name, tokenSecret }: AgentSettings, log: LogGroup): Role {
  const role = new Role(stack, 'role', {
    roleName: name,
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description:
      'Registers an agent of Azure Pipelines and sends the log of that; nothing is deployed with it',
  });
  role.addToPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [tokenSecret] }),
  );
  // The ARN of a log group ends with `:*`: its streams.
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [log.logGroupArn],
    }),
  );
  return role;
}

/** What the first start of an instance runs: the settings, and the script as it stands in the repository. */
function userData(
  settings: Omit<
    AgentSettings,
    'name' | 'size' | 'instanceType' | 'vpcId' | 'subnetIds' | 'availabilityZones'
  >,
  logGroup: string,
): string {
  const environment = {
    AGENT_ORGANIZATION: settings.organizationUrl,
    AGENT_POOL: settings.pool,
    AGENT_VERSION: settings.agentVersion,
    AGENT_SHA256: settings.agentSha256,
    AGENT_ARCHITECTURE: settings.architecture,
    AGENT_DISTRIBUTION: settings.distribution,
    AGENT_SECRET: settings.tokenSecret,
    AGENT_LOG_GROUP: logGroup,
    AGENT_CLI_VERSION: settings.awsCliVersion,
    AGENT_CLI_SHA256: settings.awsCliSha256,
    AWS_REGION: settings.region,
  };
  const exports = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`export ${name}='${value}'`],
  );
  const script = readFileSync(join(import.meta.dirname, 'agent.sh'), 'utf8');
  const [shebang = '', ...rest] = script.split('\n');
  return [shebang, ...exports, ...rest].join('\n');
}
