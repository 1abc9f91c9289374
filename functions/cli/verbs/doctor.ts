import { placesOf } from '../../../shared/domain/message/message.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { examine } from '../../../shared/application/doctor.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Check } from '../../../shared/domain/doctor/check.ts';
import { worstOf } from '../../../shared/domain/doctor/check.ts';
import { invalidConfiguration, validConfiguration } from '../../../shared/domain/doctor/deployment-checks.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import { connectDoctor } from '../doctor-ports.ts';
import { doctorText } from '../render/doctor-text.ts';
import { jsonText } from '../render/inert.ts';
import { settingsOf } from '../settings.ts';
import type { ExitCode, Invocation, Verb } from '../verb.ts';

interface Wish {
  readonly sendTest: boolean;
}

export const doctorVerb: Verb = (command, run) => {
  command
    .option('--send-test', 'send each webhook one signed event that tells of nothing', false)
    .action((wish: Wish) =>
      run(async (invocation) => {
        const checks = await checksFor(invocation, wish);
        const { terminal, options } = invocation;
        const verdict = worstOf(checks);
        terminal.result(
          options.json ? jsonText({ schemaVersion: 1, verdict, checks }) : doctorText(checks, terminal.style),
        );
        return exitCodes[verdict];
      }),
    );
};

const exitCodes = { ok: 0, warning: 0, failed: 1, unknown: 3 } as const satisfies Record<string, ExitCode>;

/** Without a valid configuration it is not known what to look at. */
async function checksFor(invocation: Invocation, { sendTest }: Wish): Promise<readonly Check[]> {
  const { path, local } = settingsOf(invocation);
  try {
    const configuration = loadConfiguration(path);
    const ports = connectDoctor(invocation.environment.table, systemClock, local, placesOf(configuration));
    return [
      validConfiguration(path, configuration),
      ...(await examine(ports, configuration, { sendsTest: sendTest })),
    ];
  } catch (error) {
    if (error instanceof ConfigError) return invalidConfiguration(path, error.problems);
    throw error;
  }
}
