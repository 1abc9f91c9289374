import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import type { StackSettings } from '../../shared/domain/configuration/stack-rules.ts';
import { functionNames } from './function-names.ts';
import { FORMER_ACCOUNT_INDEX, FORMER_PENDING_INDEX } from '../../shared/contract/table-keys.ts';
import { parseContext } from './context.ts';

/** By how the names of a partition's Regions begin, the most telling first (AWS SDK, partitions). */
const partitions = [
  { id: 'aws-us-gov', begins: 'us-gov-', home: 'us-gov-west-1' },
  { id: 'aws-cn', begins: 'cn-', home: 'cn-north-1' },
  { id: 'aws-eusc', begins: 'eusc-', home: 'eusc-de-east-1' },
  { id: 'aws', begins: '', home: 'us-east-1' },
] as const;

function getPartition(region: string): string {
  return partitions.find(({ begins }) => region.startsWith(begins))?.id ?? 'aws';
}

/** IAM is one for a partition; its events reach EventBridge in this Region alone (IAM User Guide, EventBridge). */
function getHomeRegion(partition: string): string {
  return partitions.find(({ id }) => id === partition)?.home ?? 'us-east-1';
}

/** Lists and numbers come as text from `cdk -c key=value`, and as themselves from cdk.json. */
const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  z.array(z.string()),
);
const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
  'is neither true nor false',
);
const region = z.string().regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d$/, 'is not a Region such as us-east-1');
const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'is not the name of a role');
/** CloudWatch Logs takes few numbers of days (API reference, PutRetentionPolicy). */
const days = Object.values(RetentionDays).filter((value) => typeof value === 'number');

/** What a table of a former release may have. */
const formerIndexes = [FORMER_ACCOUNT_INDEX, FORMER_PENDING_INDEX] as const;

const context = z.strictObject({
  /** Beginning of all names; a second azfed in an account needs another one. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,15}$/, 'is not 2 to 16 lower-case letters, digits and hyphens')
    .default('azfed'),
  mode: z.enum(['small', 'organization']).default('small'),
  region: region.default('us-east-1'),
  /** Where IAM's events come out; follows from the partition. */
  homeRegion: region.optional(),
  /** federation.yaml; without one there and here, the example is shown, and cannot be deployed. */
  configuration: z.string().min(1).optional(),
  schedule: z
    .string()
    .regex(
      /^rate\((?:1 (?:minute|hour)|(?:[2-9]|[1-9]\d{1,2}) (?:minutes|hours))\)$/,
      'is not a rate such as rate(15 minutes)',
    )
    .transform(parseMinutes)
    // An alarm looks at two schedules, and CloudWatch back at a day at most (API reference, PutMetricAlarm).
    .refine((minutes) => minutes <= 12 * 60, 'is more than 12 hours')
    .default(15),
  organizationId: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, 'is not the id of an organization (o-...)')
    .optional(),
  /** The discover role is the subject of Entra's federated credential, the reconcile role the principal of all spokes. */
  discoverRoleName: roleName.optional(),
  reconcileRoleName: roleName.optional(),
  rolePath: z
    .string()
    .regex(/^\/(?:[\u0021-\u002e\u0030-\u007e]+\/)*$/, 'does not begin and end with a slash')
    .max(512)
    .default('/'),
  permissionsBoundary: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:policy\/.+$/, 'is not the ARN of a managed policy')
    .optional(),
  alarmEmail: z.email('is not an e-mail address').optional(),
  /** Addresses that may call the hook, as CIDR blocks; none: everybody, with the password. */
  hookAddresses: list.pipe(z.array(z.cidrv4('is not a CIDR block such as 192.0.2.0/24'))).default([]),
  logRetentionDays: z
    .preprocess(Number, z.enum(RetentionDays, `is none of ${days.join(', ')}`))
    .default(RetentionDays.THIRTEEN_MONTHS),
  /** A new AWS account may have too few concurrent executions to set one aside. */
  reserveConcurrency: flag.default(true),
  /** Records of connections and decisions of people are signed with a KMS key that who can write the table cannot use. */
  signedRecords: flag.default(false),
  /**
   * Indexes of former releases that the table still has and keeps for now. CloudFormation makes or removes one index of a
   * table in one deployment (AWS::DynamoDB::Table, GlobalSecondaryIndexes), so that an upgrade goes step by step.
   */
  keepIndexes: list
    .pipe(z.array(z.enum(formerIndexes, `holds one that is none of ${formerIndexes.join(', ')}`)))
    .default([]),
  /** What AWS allows in these accounts (IAM quotas, managed policies attached to a role). */
  managedPoliciesPerRole: z.coerce
    .number()
    .int()
    .min(10, 'is less than the 10 that every account has')
    .max(25, 'is more than the 25 that AWS gives at most')
    .default(10),
  /** Where docs/runbook is published: alarms name its pages. */
  runbookUrl: z
    .string()
    .regex(/^[\u0021-\u007e]{1,500}$/, 'is no address')
    .default('docs/runbook'),
  /** X-Ray traces of the functions. */
  tracing: flag.default(false),
  /** The access log of the hook's API; the account's settings of API Gateway must name a role for logs already. */
  hookAccessLog: flag.default(false),
  /** A rule of AWS WAF in front of the hook; follows from the mode. */
  firewall: flag.optional(),
  /** The boundary of federated roles that azfed makes; follows from the name. */
  boundaryName: z
    .string()
    .regex(/^[\w+=,.@-]{1,128}$/, 'is not the name of a policy')
    .optional(),
});

type Context = z.infer<typeof context>;

export interface Settings extends Omit<
  Context,
  'homeRegion' | 'discoverRoleName' | 'reconcileRoleName' | 'schedule' | 'firewall' | 'boundaryName'
> {
  readonly homeRegion: string;
  readonly partition: string;
  readonly discoverRoleName: string;
  readonly reconcileRoleName: string;
  readonly scheduleMinutes: number;
  readonly firewall: boolean;
  readonly boundaryName: string;
}

/** Throws ConfigError with every problem. */
export function readSettings(given: Readonly<Record<string, unknown>>): Settings {
  const { homeRegion, discoverRoleName, reconcileRoleName, schedule, firewall, boundaryName, ...rest } =
    parseContext(context, given, listProblems);
  const partition = getPartition(rest.region);
  return {
    ...rest,
    partition,
    homeRegion: homeRegion ?? getHomeRegion(partition),
    discoverRoleName: discoverRoleName ?? `${rest.name}-discover`,
    reconcileRoleName: reconcileRoleName ?? `${rest.name}-reconcile`,
    scheduleMinutes: schedule,
    firewall: firewall ?? rest.mode === 'organization',
    boundaryName: boundaryName ?? `${rest.name}-boundary`,
  };
}

/** What the functions and the command know of it. */
export function stackSettings(settings: Settings): StackSettings {
  const { name, mode, partition, rolePath, discoverRoleName, reconcileRoleName } = settings;
  // Roles of the functions, of their schedules, and of what forwards IAM's events.
  const parts = [...functionNames, 'schedule', 'forward'].map((part) => `${name}-${part}`);
  return { mode, partition, rolePath, ownRoles: [discoverRoleName, reconcileRoleName, ...parts] };
}

function listProblems({ mode, organizationId }: Context): readonly string[] {
  return mode === 'organization' && organizationId === undefined
    ? ['`organizationId` is missing: mode organization lets in the accounts of one AWS organization (o-...).']
    : [];
}

function parseMinutes(schedule: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour)/.exec(schedule) ?? [];
  return Number(count) * (unit === 'hour' ? 60 : 1);
}
