import * as z from 'zod';
import { parseContext } from '../context.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256: 64 hexadecimal digits in lower case');
const version = z.string().regex(/^\d+\.\d+\.\d+$/, 'is not a version such as 5.278.0');
const list = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

/** Shell metacharacters are nothing that a pool or an organization needs. */
const plain = /^[\w .()-]{1,64}$/;

const context = z.strictObject({
  /** Beginning of all names; a second pool in an account needs another one. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,23}$/, 'is not 2 to 24 lower-case letters, digits and hyphens')
    .default('azfed-agents'),
  region: z.string().regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d$/, 'is not a Region such as us-east-1'),
  /** https://dev.azure.com/contoso */
  organizationUrl: z
    .string()
    .regex(
      /^https:\/\/(?:dev\.azure\.com\/[\w-]+|[\w-]+\.visualstudio\.com)\/?$/,
      'is not https://dev.azure.com/<organization>',
    ),
  pool: z.string().regex(plain, 'is not the name of a pool: letters, digits, spaces and . ( ) - _'),
  /** ARN of the secret with a token that may manage agent pools, and nothing else. */
  tokenSecret: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}$/,
      'is not the whole ARN of a secret',
    ),
  /** Agents that wait for a job at the same time. */
  size: z.coerce.number().int().min(1).max(100).default(1),
  architecture: z.enum(['x64', 'arm64']).default('x64'),
  instanceType: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, 'is not an instance type such as t3.medium')
    .optional(),
  distribution: z.enum(['al2023', 'ubuntu']).default('al2023'),
  agentVersion: version,
  /** From the notes of the release, for the archive of this architecture: https://github.com/microsoft/azure-pipelines-agent/releases */
  agentSha256: sha256,
  /** Ubuntu's image brings no AWS CLI; Amazon Linux does. */
  awsCliVersion: version.optional(),
  awsCliSha256: sha256.optional(),
  /** A VPC that is there, with subnets from which 443 gets out. Left out: one is made, with a NAT gateway. */
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/, 'is not the id of a VPC')
    .optional(),
  subnetIds: list.optional(),
  availabilityZones: list.optional(),
});

export type AgentSettings = z.output<typeof context>;

/** The service has keys of its own in the same cdk.json. Throws ConfigError with every problem. */
export const readAgentSettings = (given: Readonly<Record<string, unknown>>): AgentSettings =>
  parseContext(context, given, listProblems, ['mode', 'schedule']);

function listProblems(settings: AgentSettings): readonly string[] {
  const { distribution, awsCliVersion, awsCliSha256, ...network } = settings;
  const given = [network.vpcId, network.subnetIds, network.availabilityZones].filter(
    (one) => one !== undefined,
  );
  return [
    ...(distribution === 'ubuntu' && (awsCliVersion === undefined || awsCliSha256 === undefined)
      ? ['`awsCliVersion` and `awsCliSha256` are missing: the image of Ubuntu brings no AWS CLI.']
      : []),
    ...(given.length === 0 || given.length === 3
      ? []
      : ['`vpcId`, `subnetIds` and `availabilityZones` belong together.']),
  ];
}
