import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { placesOf } from '../../../shared/domain/notify/message.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { examine } from '../../../shared/application/checks/doctor.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Check } from '../../../shared/domain/doctor/check.ts';
import { judging, worstOf } from '../../../shared/domain/doctor/check.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { invalidConfiguration, validConfiguration } from '../../../shared/domain/doctor/deployment-checks.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { credentialProblems } from '../composition/aws-credentials.ts';
import type { EndpointOverrides } from '../composition/deployment.ts';
import { openTable } from '../composition/deployment.ts';
import { connectDoctor } from '../composition/doctor-ports.ts';
import { doctorText } from '../output/doctor-text.ts';
import { jsonText } from '../output/sanitize.ts';
import { allowanceOf, settingsOf } from '../command-line/settings.ts';
import { placeOf, tableNameOf } from '../composition/table-location.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';

interface DoctorArguments {
  readonly sendTest: boolean;
}

export const doctorVerb: Verb = (command, run) => {
  command
    .option('--send-test', 'send one signed test event to each webhook', false)
    .action((typed: DoctorArguments) =>
      run(async (invocation) => {
        const checks = await checksFor(invocation, typed);
        const { terminal, options } = invocation;
        const verdict = worstOf(checks);
        terminal.result(
          options.json ? jsonText({ schemaVersion: 2, verdict, checks }) : doctorText(checks, terminal.style),
        );
        return exitCodes[verdict];
      }),
    );
};

const exitCodes = { ok: 0, warning: 0, failed: 1, unknown: 3 } as const satisfies Record<string, ExitCode>;

/** Without a valid configuration it is not known what to look at. */
async function checksFor(
  invocation: Invocation,
  { sendTest: sendsTest }: DoctorArguments,
): Promise<readonly Check[]> {
  const { path, local } = settingsOf(invocation);
  try {
    const configuration = loadConfiguration(path, allowanceOf(invocation));
    const table = tableNameOf(invocation.environment, configuration);
    const hub = await examineHub(invocation, configuration, local);
    const ports = connectDoctor(table, systemClock, local, placesOf(configuration));
    return [
      validConfiguration(path, configuration),
      ...hub.checks,
      ...(await examine({ ...ports, ...hub.found }, configuration, { sendsTest })),
    ];
  } catch (error) {
    if (error instanceof ConfigError) return invalidConfiguration(path, error.problems);
    throw error;
  }
}

/** Whose credentials there are and where they lead; on the embedded cloud both are given. */
async function examineHub(
  invocation: Invocation,
  configuration: Configuration,
  local: EndpointOverrides | undefined,
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
    const tablePlace = placeOf(table.place());
    return { checks: [signedIn, judge.ok('hub.place', `It is ${tablePlace}.`)], found: { tablePlace } };
  } catch (error) {
    // What is the matter with the table itself, its own checks say.
    const strange = error instanceof ConfigError ? error.problems : [];
    return {
      checks: [signedIn, ...strange.map(({ what, fix }) => judge.failed('hub.place', what, fix))],
      found: {},
    };
  }
}
