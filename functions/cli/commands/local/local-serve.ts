import * as z from 'zod';
import type { LocalCloud } from '../../../../infra/local/local-cloud.ts';
import { sample } from '../../../../infra/local/sample.ts';
import { systemClock } from '../../../../shared/adapters/system/system-clock.ts';
import { LOOPBACK_ALLOWED } from '../../../../shared/config/environment.ts';
import { loadConfiguration } from '../../../../shared/config/load-configuration.ts';
import { connect, type Ports } from '../../composition/deployment.ts';
import { duration } from '../../arguments/scope-choice.ts';
import { interrupted } from '../../console/interruption.ts';
import { startPersistentEmulator } from '../../composition/persistent-emulator.ts';
import { requireCoordinates, type Invocation, type Verb } from '../../command-line/command.ts';
import { inert } from '../../output/sanitize.ts';
import { startLocalService, type LocalService } from './service/local-service.ts';
import type { Terminal } from '../../console/terminal.ts';
import { resolveTableName } from '../../composition/table-location.ts';
import type { Clock, LogFields, Telemetry } from '../../../../shared/ports/clock.ts';
import type { WebhookReceiver } from '../../../../infra/local/webhook-receiver/webhook-receiver.ts';
import type { LoopbackOutcome, LoopbackServer } from '../../../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../../../infra/local/loopback/loopback-server.ts';
import { makeReport, type ReportPorts } from '../../../../shared/application/reporting/report-document.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { buildPageAssets } from '../../../../shared/report-page/build-assets.ts';
import { pagePolicy, reportPage } from '../../../../shared/report-page/page.ts';
import { describeFailure } from '../../../../shared/domain/kernel/errors.ts';

/** One line for each thing that happens: when, which function, what. */
type Say = (who: string, what: string) => void;

/** Logs of a function for people who watch. Metrics are not for watching. */
function spokenTelemetry(who: string, say: Say): Telemetry {
  const line = (message: string, fields: LogFields = {}) => {
    const shown = Object.entries(fields).filter(([name, value]) => !hidden.has(name) && value !== undefined);
    say(
      who,
      [message, shown.map(([name, value]) => `${name} ${formatField(value)}`).join(', ')].join(' ').trim(),
    );
  };
  return {
    info: (message, fields = {}) => {
      // Its own writes come back to it all the time.
      if (fields['reason'] !== 'own-write') line(message, fields);
    },
    warn: line,
    error: (message, error, fields) => {
      line(`${message} ${describeFailure(error).message}`, fields);
    },
    add: () => undefined,
    flush: () => undefined,
  };
}

/** Ids that nobody looks up by eye. */
const hidden: ReadonlySet<string> = new Set([
  'organization',
  'organizationId',
  'projectId',
  'planId',
  'messageId',
  'event',
  'group',
]);

const formatField = (value: LogFields[string]) =>
  Array.isArray(value) ? value.join(' and ') || 'none' : String(value);

/**
 * The report page as things are at each request, on this machine alone; who asks under another name than that of this
 * machine is not answered (startLoopbackServer).
 */
export async function startReportServer(
  ports: ReportPorts,
  configuration: Configuration,
): Promise<LoopbackServer> {
  const assets = buildPageAssets();
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    // A page cannot forbid by itself that others frame it (W3C CSP Level 3, meta elements).
    'content-security-policy': `${pagePolicy(assets)}; frame-ancestors 'none'`,
    'cross-origin-resource-policy': 'same-origin',
    ...common,
  };
  return startLoopbackServer(async ({ method, path }) => {
    if (path !== '/') return plain(404, 'Nothing is here. The report is at /.');
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'The report can only be read.', allowed);
    try {
      const report = await makeReport(ports, configuration);
      return { status: 200, headers, text: reportPage(report, assets) };
    } catch (error) {
      return plain(503, `The report cannot be made now. ${describeFailure(error).message}`);
    }
  });
}

const common = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const allowed = { allow: 'GET, HEAD' };

function plain(status: number, says: string, more: Readonly<Record<string, string>> = {}): LoopbackOutcome {
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...common, ...more };
  return { status, headers, text: `${says.trim()}\n` };
}

interface ServeOptions {
  /** Milliseconds. */
  readonly every: number;
  readonly for?: number;
  readonly once: boolean;
}

/** `azfed local up --hooks`: what happens in Azure DevOps and IAM reaches the functions, and no schedule does. */
interface HooksOnly {
  readonly on: 'hooks';
}

const hooksOnly: ServeOptions = { every: Infinity, once: false };

export const serveVerb: Verb = (command, run) => {
  command
    .option('--every <time>', 'interval of the scheduled runs, such as 15s or 5m', duration(), 15_000)
    .option('--for <time>', 'stop after this time', duration())
    .option('--once', 'make one scheduled run, deliver its events, and stop', false)
    .action(run(serveLocally));
};

/** One who watches does not want to wait for half a minute: hooks are gathered for a second. */
const DELAY_SECONDS = 1;

export async function serveLocally(
  { terminal, environment, version }: Invocation,
  typed: ServeOptions | HooksOnly,
): Promise<0> {
  const options = 'on' in typed ? hooksOnly : typed;
  const kept = await startPersistentEmulator();
  const say = speaker(terminal);
  const configuration = loadConfiguration(kept.configuration, LOOPBACK_ALLOWED);
  const table = resolveTableName(environment, configuration);
  const service = await startLocalService({
    cloud: kept.cloud,
    configuration,
    clock: systemClock,
    table,
    secrets: kept.secrets,
    getTelemetry: (name) => spokenTelemetry(name, say),
    administrator: sample.adminToken,
    release: version,
    delaySeconds: DELAY_SECONDS,
  });
  kept.configureHooks(service.hook);
  const { ports } = await connect(table, systemClock, requireCoordinates(), configuration.webhooks);
  const reportServer = await startReportServer(ports, configuration);
  try {
    const addresses = [
      ...kept.addresses,
      `Hooks         ${service.hook.url}`,
      `Report        ${reportServer.url}/`,
    ];
    await introduce(terminal, addresses, ports);
    await runRounds(service, kept.cloud, say, options);
  } finally {
    await service.unsubscribe();
    await reportServer.close();
    await service.close();
    await kept.close();
  }
  terminal.note('Ended. The cloud is kept in .azfed/ and goes on with the next start.');
  return 0;
}

function speaker(terminal: Terminal): Say {
  const { style } = terminal;
  return (who, what) => {
    const time = new Date(systemClock.now()).toTimeString().slice(0, 8);
    terminal.result(`${style.dim(time)}  ${style.bold(who.padEnd(10))}  ${inert(what)}`);
  };
}

async function introduce(
  terminal: Terminal,
  addresses: readonly string[],
  { state }: Pick<Ports, 'state'>,
): Promise<void> {
  const { bootstrapped } = await state.readControls();
  terminal.result(
    [
      ...addresses,
      '',
      'Running until Ctrl-C. In another terminal, from this folder:',
      ...(bootstrapped
        ? []
        : ['  azfed bootstrap --local                   let it write: until then it only observes']),
      '  azfed local tamper open-trust shop-prod   be the one at the console, and see it repaired',
      '  azfed local azdo rename Platform aws-network aws-net',
      '  azfed status --local',
      '',
    ].join('\n'),
  );
}

async function runRounds(
  service: LocalService,
  { receiver }: LocalCloud,
  say: Say,
  { every, once, for: lasting = Infinity }: ServeOptions,
): Promise<void> {
  let isInterrupted = false;
  void interrupted().then(() => {
    isInterrupted = true;
  });
  const watch = watchReceiver(receiver, say);
  const end = systemClock.now() + lasting;
  let rounds = 0;
  // The report in the bucket comes a minute later; who watches has the live one.
  const { report: _, ...awaited } = service.queues;
  const isIdle = () => rounds > 0 && Object.values(awaited).every((queue) => queue.messages().length === 0);
  const isFinished = () => isInterrupted || systemClock.now() >= end || (once && isIdle());
  const watched = {
    ...service,
    followStream: async () => {
      const shown = await service.followStream();
      watch.report();
      rounds += 1;
      return shown;
    },
  };
  await serve(watched, { clock: systemClock, everyMs: once ? Infinity : every, isOnce: once, isFinished });
}

interface ServingOptions {
  readonly clock: Clock;
  /** Between two schedules of every organization. */
  readonly everyMs: number;
  /** The first schedule comes at once even where no other one follows. Default true. */
  readonly isOnce?: boolean;
  /** Between two looks at what has happened. Default 200. */
  readonly roundMs?: number;
  /** Asked between two rounds. */
  readonly isFinished: () => boolean;
}

/** Lets the service run until it is over; what was begun is brought to its end. */
export async function serve(
  service: Pick<LocalService, 'schedule' | 'audit' | 'notify' | 'processBatch' | 'followStream' | 'sweep'>,
  { clock, everyMs, isOnce = true, roundMs = 200, isFinished: isOver }: ServingOptions,
): Promise<void> {
  let due = everyMs === Infinity && !isOnce ? Infinity : clock.now();
  while (!isOver()) {
    if (clock.now() >= due) {
      due = clock.now() + everyMs;
      await service.schedule();
      await service.audit();
      await service.sweep();
    }
    await round(service);
    await clock.sleep(roundMs);
  }
  while ((await round(service)) > 0);
}

async function round(
  service: Pick<LocalService, 'notify' | 'processBatch' | 'followStream'>,
): Promise<number> {
  await service.notify();
  const messages = await service.processBatch();
  return messages + (await service.followStream());
}

const Named = z.object({ name: z.string() });

/** What of an event is worth a line. */
const EventBody = z.object({
  type: z.string(),
  data: z.object({
    reason: z.string().optional(),
    project: Named.optional(),
    connection: Named.optional(),
    actor: z.object({ principal: z.string().optional(), sessionName: z.string().optional() }).optional(),
  }),
});

/** Says what the webhook receiver has got since the last time. */
function watchReceiver(
  { received }: Pick<WebhookReceiver, 'received'>,
  say: Say,
): { readonly report: () => void } {
  let shown = received.length;
  return {
    report() {
      for (const { body } of received.slice(shown)) say('webhook', formatEvent(body));
      shown = received.length;
    },
  };
}

function formatEvent(body: string): string {
  const { success, data: event } = EventBody.safeParse(JSON.parse(body));
  if (!success) return 'Something came that is no event.';
  const { project, connection, reason, actor } = event.data;
  const place = [project?.name, connection?.name].filter((part) => part !== undefined).join(' / ');
  const by = actor ? (actor.sessionName ?? actor.principal ?? 'somebody unknown') : undefined;
  const details = [place, reason, by === undefined ? undefined : `by ${by}`];
  return [event.type, ...details.filter((part) => part !== undefined && part !== '')].join('  ');
}
