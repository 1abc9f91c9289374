import { randomIds, systemClock } from '../../../../shared/adapters/system/system-clock.ts';
import { sendTest } from '../../../../shared/application/delivery/replay.ts';
import type { Configuration, Webhook } from '../../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { openSender } from '../../composition/deployment.ts';
import { inert, printResult, quoteWord } from '../../output/sanitize.ts';
import { table, whole } from '../../output/table.ts';
import {
  loadSettings,
  localFlag,
  type ExitCode,
  type Invocation,
  type Verb,
} from '../../command-line/command.ts';
import { chooseWebhooks } from '../../arguments/connection-choice.ts';

/** What came of it for one webhook. */
interface TestResult {
  readonly webhook: string;
  readonly format: string;
  readonly isTaken: boolean;
  /** Why not. */
  readonly reason: string;
  readonly tookMs: number;
}

export const notifyTestVerb: Verb = (command, run) => {
  command
    .option('--webhook <name>', 'this webhook only; default: every webhook of the configuration')
    .action(run(notifyTest));
};

async function notifyTest(
  invocation: Invocation,
  { webhook: name }: { readonly webhook?: string },
): Promise<ExitCode> {
  const { path, local, configuration } = loadSettings(invocation);
  const webhooks = requireWebhooks(configuration, path, name);
  const ports = {
    sender: openSender(systemClock, configuration, local),
    clock: systemClock,
    ids: randomIds,
  };
  const results = await Promise.all(
    webhooks.map(async (webhook) => toResult(webhook, await sendTest(ports, webhook))),
  );
  const { terminal, options } = invocation;
  printResult(invocation, { schemaVersion: 1, webhooks: results }, () =>
    resultsText(results, localFlag(options), terminal.columns),
  );
  return results.every(({ isTaken }) => isTaken) ? 0 : 1;
}

function requireWebhooks(configuration: Configuration, path: string, name?: string): readonly Webhook[] {
  const webhooks = chooseWebhooks(configuration, name);
  if (webhooks.length > 0) return webhooks;
  const fix = 'Write one under `webhooks`: name, url, secret and events.';
  throw new ConfigError({ where: path, what: 'There is no webhook to test.', fix });
}

function toResult(
  { name, format = 'cloudevents' }: Webhook,
  { outcome, tookMs }: Awaited<ReturnType<typeof sendTest>>,
): TestResult {
  const common = { webhook: name, format, tookMs };
  if (outcome.state === 'unknown') return { ...common, isTaken: false, reason: outcome.message };
  return outcome.value.outcome === 'delivered'
    ? { ...common, isTaken: true, reason: '' }
    : { ...common, isTaken: false, reason: outcome.value.reason };
}

function resultsText(results: readonly TestResult[], flag: string, columns?: number): string {
  const rows = results.map(({ webhook, format, isTaken, reason, tookMs }) =>
    [webhook, format, isTaken ? `taken in ${tookMs} ms` : `not taken: ${reason}`].map(inert),
  );
  const failed = results.find(({ isTaken }) => !isTaken);
  const next = failed
    ? `Correct the address, the secret or the receiver, then: azfed notify test --webhook ${inert(quoteWord(failed.webhook))}${flag}`
    : `Look for the test at the receiver. Events that one has missed: azfed replay${flag}`;
  return `${table(['WEBHOOK', 'FORMAT', whole('TEST EVENT')], rows, columns)}\n\n${next}`;
}
