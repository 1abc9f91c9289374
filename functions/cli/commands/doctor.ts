import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { selectPlaces, type Places } from '../../../shared/domain/notify/message.ts';
import { systemClock, randomIds } from '../../../shared/adapters/system/system-clock.ts';
import { examine } from '../../../shared/application/checks/doctor.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Check, Verdict } from '../../../shared/domain/doctor/check.ts';
import { judging, selectWorstVerdict } from '../../../shared/domain/doctor/check.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { invalidConfiguration, validConfiguration } from '../../../shared/domain/doctor/deployment-checks.ts';
import { ConfigError, listProblems, rethrowDefect } from '../../../shared/domain/kernel/errors.ts';
import { credentialProblems } from '../composition/aws-credentials.ts';
import type { CommandEndpoints } from '../composition/deployment.ts';
import {
  connectFunctions,
  createCallers,
  openTable,
  readEndpointOverrides,
} from '../composition/deployment.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { resolveAllowance, resolveSettings } from '../command-line/command.ts';
import { formatTablePlace, resolveTableName } from '../composition/table-location.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { createAccountExaminer } from '../../../shared/adapters/aws/account-examiner.ts';
import { createHookSession } from '../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOrganizationExaminer } from '../../../shared/adapters/azure-devops/organization-examiner.ts';
import { createDynamoDeployedStack } from '../../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { createTableExaminer } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { createWebhookExaminer } from '../../../shared/adapters/notify/webhook-examiner.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import type { DoctorPorts } from '../../../shared/application/checks/doctor-readings.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import type { Style } from '../output/style.ts';
import { fitTable, whole } from '../output/table.ts';
import { wrapText } from '../output/text.ts';
import { connectAccountLists, connectAccounts, connectTable, iamOptions } from '../../runtime/connect.ts';
import { connectAzureDevOps } from '../../runtime/connect-azure-devops.ts';

interface DoctorArguments {
  readonly sendTest: boolean;
}

export const doctorVerb: Verb = (command, run) => {
  command.option('--send-test', 'send one signed test event to each webhook', false).action(
    run(async (invocation, typed: DoctorArguments) => {
      const checks = await performChecks(invocation, typed);
      const { terminal } = invocation;
      const verdict = selectWorstVerdict(checks);
      printResult(invocation, { schemaVersion: 2, verdict, checks }, () =>
        doctorText(checks, terminal.style, terminal.columns),
      );
      return exitCodes[verdict];
    }),
  );
};

const exitCodes = { ok: 0, warning: 0, failed: 1, unknown: 3 } as const satisfies Record<string, ExitCode>;

/** Without a valid configuration it is not known what to look at. */
async function performChecks(
  invocation: Invocation,
  { sendTest: sendsTest }: DoctorArguments,
): Promise<readonly Check[]> {
  const { path, local } = resolveSettings(invocation);
  try {
    const configuration = loadConfiguration(path, resolveAllowance(invocation));
    const table = resolveTableName(invocation.environment, configuration);
    const hub = await examineHub(invocation, configuration, local);
    const ports = connectDoctor(table, systemClock, local, selectPlaces(configuration));
    return [
      validConfiguration(path, configuration),
      ...hub.checks,
      ...(await examine({ ...ports, ...hub.found }, configuration, { sendsTest })),
    ];
  } catch (error) {
    return invalidConfiguration(path, listProblems(error));
  }
}

/** Whose credentials there are and where they lead; on the embedded cloud both are given. */
async function examineHub(
  invocation: Invocation,
  configuration: Configuration,
  local: CommandEndpoints | undefined,
): Promise<{ readonly checks: readonly Check[]; readonly found: { readonly tablePlace?: string } }> {
  if (local) return { checks: [], found: {} };
  const judge = judging('hub');
  const problems = await credentialProblems(new DynamoDBClient());
  const missing = problems.map(({ what, fix }) => judge.failed('hub.credentials', what, fix));
  if (missing.length > 0)
    return { checks: [...missing, judge.untried('hub.place', 'there are no credentials')], found: {} };
  const signedIn = judge.ok('hub.credentials', 'The AWS SDK finds some.');
  try {
    const { table } = await openTable(invocation, configuration, local);
    const tablePlace = formatTablePlace(table.place());
    return { checks: [signedIn, judge.ok('hub.place', `It is ${tablePlace}.`)], found: { tablePlace } };
  } catch (error) {
    // What is the matter with the table itself, its own checks say.
    rethrowDefect(error);
    const strange = error instanceof ConfigError ? error.problems : [];
    return {
      checks: [signedIn, ...strange.map(({ what, fix }) => judge.failed('hub.place', what, fix))],
      found: {},
    };
  }
}

/** Somebody waits: what does not answer by then is told of as it is. */
const waits = { maxWaitMs: 30_000, requestTimeoutMs: 20_000 };

/** Connects what a doctor asks. Unlike the other verbs it takes the table as it finds it. */
export function connectDoctor(
  table: string,
  clock: Clock,
  local?: CommandEndpoints,
  places?: Places,
): DoctorPorts {
  const { credentials, dynamo, hookPasswords, operator, webhooks } = readEndpointOverrides(clock, local);
  const { stores, access } = connectTable(dynamo, table, clock, local, []);
  return {
    ...connectAzureDevOps(clock, credentials, waits),
    getCredential: (organization) => credentials.getCredential(organization),
    organizations: createOrganizationExaminer({ clock, ...credentials, ...waits }),
    session: createHookSession(operator),
    hookPasswords,
    accounts: connectAccounts(clock, local),
    callers: createCallers(local),
    accountExaminer: createAccountExaminer({ clock, ids: randomIds, ...iamOptions(local) }),
    webhooks: createWebhookExaminer(webhooks),
    sender: createWebhookSender({ clock, ...webhooks, ...(places ? { places } : {}) }),
    table: createTableExaminer(dynamo, table),
    tableName: table,
    state: stores.state,
    accountLists: connectAccountLists(dynamo, access, clock, local),
    stack: createDynamoDeployedStack(access),
    functions: connectFunctions(dynamo, clock, local),
    clock,
    ids: randomIds,
  };
}

const verdicts: readonly Verdict[] = ['ok', 'warning', 'failed', 'unknown'];

/** What was found for people: a block for each subject, what to do below what is not well, then the totals. */
export function doctorText(checks: readonly Check[], style: Style, columns?: number): string {
  const lines = formatChecks(checks, style, columns);
  const blocks = [...groupItems(checks, ({ subject }) => subject)].map(([subject, group]) =>
    [style.bold(inert(subject)), ...group.map((check) => lines.get(check) ?? '')].join('\n'),
  );
  return [...blocks, totalsText(checks, style)].join('\n\n');
}

/** Columns stand below each other in all blocks. */
function formatChecks(
  checks: readonly Check[],
  style: Style,
  columns: number | undefined,
): ReadonlyMap<Check, string> {
  const rows = checks.map(({ verdict, code, says }) => [
    `  ${colours(style)[verdict](verdict)}`,
    code,
    inert(says),
  ]);
  const { lines } = fitTable([whole(''), whole(''), { heading: '', wraps: true }], rows, columns);
  return new Map(
    checks.map((check, index) => {
      const fix = check.fix === undefined ? '' : wrapText(inert(check.fix), columns, '    -> ');
      return [check, [lines[index] ?? '', ...(fix === '' ? [] : [style.dim(fix)])].join('\n')];
    }),
  );
}

function totalsText(checks: readonly Check[], style: Style): string {
  const parts = verdicts.flatMap((verdict) => {
    const count = checks.filter((check) => check.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return `${style.bold('Doctor:')} ${parts.join(', ')}; ${counted(checks.length, 'check')}.`;
}

function colours(style: Style): Readonly<Record<Verdict, (text: string) => string>> {
  return { ok: style.green, warning: style.yellow, failed: style.red, unknown: style.yellow };
}
