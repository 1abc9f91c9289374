import { readReadings } from '../../../shared/application/records/readings.ts';
import { replay, type Replay, type ReplayScope } from '../../../shared/application/delivery/replay.ts';
import { ConfigError, unreadableText } from '../../../shared/domain/kernel/errors.ts';
import type { RecordedConnection, RecordedItem } from '../../../shared/domain/records/connection-record.ts';
import { chooseRecorded, chooseWebhooks } from '../arguments/connection-choice.ts';
import { openDeployment, type Deployment } from '../composition/deployment.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { localFlag, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';

interface ReplayOptions {
  readonly webhook?: string;
  readonly since?: string;
  readonly connection?: string;
}

export const replayVerb: Verb = (command, run) => {
  command
    .option('--webhook <name>', 'this webhook only; default: every webhook of the configuration')
    .option('--since <time>', 'only events of that time or later, such as 2026-11-22T09:00:00Z')
    .option('--connection <connection>', 'only events of this connection: id, project/name, or name')
    .action(run(replayMissed));
};

async function replayMissed(invocation: Invocation, options: ReplayOptions): Promise<ExitCode> {
  const since = parseTime(options.since);
  const deployment = await openDeployment(invocation, 'change');
  const { ports } = deployment;
  const webhooks = chooseWebhooks(deployment.configuration, options.webhook);
  const { items, connections } = await readItems(deployment);
  const scope: ReplayScope = {
    ...(since === undefined ? {} : { since }),
    ...(options.connection === undefined
      ? {}
      : { connection: chooseRecorded(options.connection, connections).connectionId }),
  };
  const by = (await ports.callers.caller()) ?? '';
  const replays: Replay[] = [];
  for (const webhook of webhooks) replays.push(await replay(ports, webhook, items, scope, by));
  printResult(invocation, { schemaVersion: 1, replays }, () =>
    replaysText(replays, localFlag(invocation.options)),
  );
  const unread = unreadableText(Math.max(0, ...replays.map(({ unreadable }) => unreadable)), 'the history');
  if (unread !== undefined) invocation.terminal.problem(unread);
  if (replays.some(({ refusal }) => refusal !== undefined)) return 1;
  return unread === undefined ? 0 : 3;
}

function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new ConfigError({
    where: `--since ${text}`,
    what: 'This is no time.',
    fix: 'Give one such as 2026-11-22T09:00:00Z.',
  });
}

/** Every record that events can be about. */
async function readItems({ ports: { state }, configuration }: Deployment): Promise<{
  readonly items: readonly RecordedItem[];
  readonly connections: readonly RecordedConnection[];
}> {
  const [connections, hooks, providers, controls, readings] = await Promise.all([
    Promise.all(configuration.organizations.map(({ id }) => state.readConnections(id))),
    Promise.all(configuration.organizations.map(({ id }) => state.readHooks(id))),
    Promise.all(configuration.accounts.map(({ id }) => state.readProviders(id))),
    state.readControls(),
    readReadings(state, configuration),
  ]);
  return {
    items: [...connections.flat(), ...providers.flat(), ...hooks, ...readings, controls],
    connections: connections.flat(),
  };
}

function replaysText(replays: readonly Replay[], flag: string): string {
  if (replays.length === 0) return 'The configuration has no webhook, so that there is nothing to send.';
  return replays.flatMap((one) => [replayText(one), ...leftLines(one, flag)]).join('\n');
}

function replayText({ webhook, sent, refusal, isEnabled, left }: Replay): string {
  const nothing = left === undefined ? 'nothing was missed' : 'nothing of what you chose was missed';
  const what = sent === 0 ? nothing : `${counted(sent, 'event')} sent again`;
  if (refusal !== undefined)
    return `${inert(webhook)}: ${sent === 0 ? 'nothing was sent' : what}; it does not take the next one: ${inert(refusal)}`;
  return `${inert(webhook)}: ${what}${isEnabled ? '; azfed sends it events again' : ''}.`;
}

function leftLines({ webhook, left }: Replay, flag: string): readonly string[] {
  if (left === undefined) return [];
  return [
    `  ${counted(left, 'other event')} that it missed: azfed replay --webhook ${inert(webhook)}${flag}`,
  ];
}
