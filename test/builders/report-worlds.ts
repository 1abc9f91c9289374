import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import type { ReportedConnection } from '../../shared/application/reporting/reported-connections.ts';
import type { ReportedEvent } from '../../shared/application/reporting/reported-events.ts';
import type { RunRecord } from '../../shared/domain/records/run-record.ts';
import { DAY_MS, HOUR_MS } from '../../shared/domain/kernel/durations.ts';
import type { JsonObject } from '../../shared/domain/policy/policy-document.ts';
import { ACCOUNT } from './domain-ids.ts';
import { buildReport } from './report.ts';

export interface ReportWorld {
  readonly connections: number;
  readonly accounts: number;
  readonly projects: number;
  /** Of a hundred connections, how many are not as they should be. */
  readonly sickPercent: number;
}

const ORGANIZATION_ID = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';
const ISSUER = `vstoken.dev.azure.com/${ORGANIZATION_ID}`;
const MADE_AT = Date.parse('2026-11-29T16:53:00.000Z');
const names = ['shop', 'payments', 'platform', 'search', 'logistics', 'identity', 'ledger', 'mobile'];
const stages = ['prod', 'staging', 'dev', 'sandbox'];

/** The same number, the same place between 0 and `below`: knuth's multiplicative hash. */
const pick = (number: number, below: number) => (Math.imul(number + 1, 2_654_435_761) >>> 8) % below;

const pickName = (all: readonly string[], number: number) => all[number % all.length] ?? '';
const nameProject = (number: number) =>
  `${pickName(names, number)}${number >= names.length ? `-${Math.floor(number / names.length)}` : ''}`;
const nameAccount = (number: number) => `${nameProject(Math.floor(number / 4))}-${pickName(stages, number)}`;
const findAccount = (number: number) => String(Number(ACCOUNT) + number * 7_919_777);

function makeTrust(account: string, conditions: JsonObject) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${ISSUER}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: conditions,
      },
    ],
  };
}

const audience = { [`${ISSUER}:aud`]: 'api://AzureADTokenExchange' };
const makeOwnTrust = (account: string, subject: string) =>
  makeTrust(account, { StringEquals: { ...audience, [`${ISSUER}:sub`]: subject } });

/** What may be wrong with a connection, the first the most often. */
const troubles: readonly ((account: string, subject: string) => Partial<ReportedConnection>)[] = [
  () => ({
    ...{
      state: 'repair',
      cause: 'drift',
      severity: 'high',
      by: 'anna (arn:aws:iam::123456789012:role/Admin)',
    },
    reason: 'Somebody changed the role in IAM (policies.managed); azfed repairs it.',
    differences: [
      { path: 'policies.managed.arn:aws:iam::aws:policy/PowerUserAccess', actual: true, severity: 'high' },
    ],
  }),
  () => ({ state: 'create', cause: 'new', severity: 'info', held: 'mode-observe' }),
  () => ({
    state: 'repair',
    cause: 'change',
    severity: 'medium',
    reason: 'Its project has another name; azfed updates the trust.',
  }),
  (account, subject) => ({
    ...{ state: 'repair', cause: 'drift', severity: 'critical', held: 'disputed' },
    reason: 'Somebody changed the role in IAM (trust); azfed repairs it.',
    by: 'arn:aws:iam::123456789012:user/admin',
    differences: [{ path: 'trust.Statement[1]', severity: 'critical' }],
    liveTrust: {
      Version: '2012-10-17',
      Statement: [
        ...makeOwnTrust(account, subject).Statement,
        ...makeTrust(account, { StringEquals: audience, StringLike: { [`${ISSUER}:sub`]: '*' } }).Statement,
      ],
    },
  }),
  () => ({ state: 'left alone' }),
  () => ({ state: 'missing' }),
  () => ({
    state: 'create',
    cause: 'gone',
    severity: 'medium',
    liveTrust: null,
    reason: 'Somebody deleted the role; azfed creates it again.',
  }),
  () => ({ state: 'settling' }),
];

function buildConnection(number: number, world: ReportWorld): ReportedConnection {
  const project = nameProject(pick(number, world.projects));
  const account = findAccount(pick(number * 31 + 7, world.accounts));
  const name = `aws-${pickName(stages, number)}-${number}`;
  const subject = `sc://contoso/${project}/${name}`;
  const trust = makeOwnTrust(account, subject);
  const isSick = pick(number * 17 + 3, 100) < world.sickPercent;
  const trouble = isSick
    ? troubles[Math.min(pick(number * 13, 12), pick(number * 29, 12)) % troubles.length]
    : undefined;
  const hex = pick(number * 7 + 5, 65_536)
    .toString(16)
    .padStart(4, '0');
  return {
    connectionId: `${hex}cccc-${hex}-4000-8000-${String(number).padStart(12, '0')}`,
    connection: `${project} / ${name}`,
    roleArn: `arn:aws:iam::${account}:role/azure-devops/${project}/${name}`,
    state: 'converged',
    held: null,
    retirement: null,
    organization: 'contoso',
    project,
    projectId: `aaaaaaaa-0000-4000-8000-${String(pick(number, world.projects)).padStart(12, '0')}`,
    account,
    grant: pickName(names, pick(number, world.projects)),
    owner: `team-${pickName(names, pick(number, world.projects))}`,
    since: new Date(MADE_AT - pick(number * 11, 90) * DAY_MS - HOUR_MS).toISOString(),
    lastUsedAt: new Date(MADE_AT - pick(number * 3, 60) * DAY_MS).toISOString(),
    permissions: 'managed',
    permissionSet: pick(number, 4),
    differences: [],
    expectedTrust: trust,
    liveTrust: trust,
    ...trouble?.(account, subject),
  };
}

const permissionSets = stages.map((stage) => ({
  boundary: `arn:aws:iam::${ACCOUNT}:policy/azfed-boundary`,
  managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  inlinePolicies: {
    deploy: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::${stage}-*/*` },
      ],
    },
  },
  maxSessionDuration: 3_600,
}));

/** A deployment of this size as the page shows it; the same numbers, the same report. */
export function buildReportWorld(world: ReportWorld): ReportDocument {
  const connections = Array.from({ length: world.connections }, (_, number) =>
    buildConnection(number, world),
  );
  const sick = connections.filter(({ cause }) => cause === 'drift');
  const runs = Array.from({ length: 60 }, (_, number): RunRecord => buildRun(number, connections));
  return buildReport(connections, {
    madeAt: new Date(MADE_AT).toISOString(),
    organizations: [{ id: ORGANIZATION_ID as never, name: 'contoso', url: 'https://dev.azure.com/contoso' }],
    accounts: Array.from({ length: world.accounts }, (_, number) => ({
      id: findAccount(number) as never,
      name: nameAccount(number),
    })),
    permissionSets,
    runs,
    findings: sick
      .filter(({ severity }) => severity === 'critical')
      .map(({ connectionId, roleArn }) => ({
        ...{ code: 'trust.loose' as const, severity: 'critical' as const, fix: 'Look at who changed it.' },
        message: `The trust of ${roleArn} is looser than azfed writes it.`,
        connectionId: connectionId as never,
        roleArn: roleArn as never,
      })),
    doors: connections.map(({ account, roleArn, state, connection, liveTrust }) => ({
      account: account as never,
      roleArn: roleArn as never,
      ...(liveTrust && JSON.stringify(liveTrust).includes('StringLike')
        ? {
            subject: '*',
            match: 'pattern' as const,
            state: 'connection' as const,
            holder: 'aws, perhaps more',
          }
        : {
            subject: `sc://contoso/${connection.replace(' / ', '/')}`,
            match: 'exact' as const,
            state: state === 'missing' ? ('nobody' as const) : ('connection' as const),
            holder: state === 'missing' ? 'nobody' : 'aws',
          }),
    })),
    issuers: connections.map(({ connectionId }) => ({
      connectionId,
      chosen: ['vstoken'],
      trusted: ['vstoken'],
    })),
    events: sick.slice(0, 100).flatMap((connection, number) => buildEvents(connection, number, runs)),
  });
}

function buildRun(number: number, connections: readonly ReportedConnection[]): RunRecord {
  const isBig = number % 9 === 0;
  return {
    run: { id: `run-${number}`, trigger: number % 7 === 0 ? 'person' : 'schedule' },
    time: new Date(MADE_AT - (number * 11 + 2) * HOUR_MS).toISOString(),
    accounts: [...new Set(connections.slice(0, 3).map(({ account }) => account as never))],
    inOrder: connections.length - pick(number, 9),
    drifted: pick(number, 7),
    deeds: {
      repaired: pick(number, 7),
      created: isBig ? pick(number, 20) : 0,
      changed: pick(number * 3, 4),
      closed: pick(number * 5, 2),
      held: pick(number * 7, 3),
      failed: number % 13 === 0 ? 1 : 0,
    },
  };
}

function buildEvents(
  { connection, connectionId, by = '' }: ReportedConnection,
  number: number,
  runs: readonly RunRecord[],
): readonly ReportedEvent[] {
  const run = runs[number % runs.length];
  const common = {
    connectionId,
    reason: 'Somebody changed the role in IAM (trust).',
    ...(run ? { run: run.run } : {}),
  };
  const time = run?.time ?? '';
  return [
    {
      ...common,
      ...{
        time,
        type: 'connection.repaired.v1',
        title: `The role of ${connection} was repaired`,
        done: 'done',
        by,
      },
      meaning: 'azfed repaired a role that had drifted, and read it back.',
    },
    {
      ...common,
      ...{
        time,
        type: 'connection.drift-detected.v1',
        title: `Somebody changed the role of ${connection}`,
        done: '',
        by,
      },
      meaning: 'Somebody changed a role in IAM. The role differs from what azfed last applied.',
    },
  ];
}

/** Each size and mood in which people look at the page. */
export const reportWorlds = {
  large: { connections: 300, accounts: 40, projects: 25, sickPercent: 8 },
  bad: { connections: 300, accounts: 40, projects: 25, sickPercent: 70 },
  huge: { connections: 20_000, accounts: 300, projects: 400, sickPercent: 4 },
} as const satisfies Readonly<Record<string, ReportWorld>>;
