import type { LocalCloud } from '../../../../infra/local/local-cloud.ts';
import { sample } from '../../../../infra/local/sample.ts';
import { systemClock } from '../../../../shared/adapters/system/system-clock.ts';
import { LOOPBACK_ALLOWED } from '../../../../shared/config/environment.ts';
import { loadConfiguration } from '../../../../shared/config/load-configuration.ts';
import type { Ports } from '../../composition/deployment.ts';
import { connect } from '../../composition/deployment.ts';
import { duration } from '../../arguments/duration.ts';
import { interrupted } from '../../console/interrupted.ts';
import { startPersistentEmulator } from '../../composition/persistent-emulator.ts';
import { requireCoordinates } from '../../command-line/local-mode.ts';
import { inert } from '../../output/sanitize.ts';
import type { LocalService } from './service/local-service.ts';
import { startLocalService } from './service/local-service.ts';
import { startReportServer } from './service/report-server.ts';
import { watchReceiver } from './service/receiver-watch.ts';
import { serve } from './service/serving.ts';
import type { Say } from './service/spoken-telemetry.ts';
import { spokenTelemetry } from './service/spoken-telemetry.ts';
import type { Terminal } from '../../console/terminal.ts';
import { tableNameOf } from '../../composition/table-location.ts';
import type { Invocation, Verb } from '../../command-line/command.ts';

interface ServeOptions {
  /** Milliseconds. */
  readonly every: number;
  readonly for?: number;
  readonly once: boolean;
}

export const serveVerb: Verb = (command, run) => {
  command
    .option('--every <time>', 'interval of the scheduled runs, such as 15s or 5m', duration(), 15_000)
    .option('--for <time>', 'stop after this time', duration())
    .option('--once', 'make one scheduled run, deliver its events, and stop', false)
    .action((options: ServeOptions) => run((invocation) => serveLocally(invocation, options)));
};

/** One who watches does not want to wait for half a minute: hooks are gathered for a second. */
const DELAY_SECONDS = 1;

async function serveLocally({ terminal, environment }: Invocation, options: ServeOptions): Promise<0> {
  const kept = await startPersistentEmulator();
  const say = speaker(terminal);
  const configuration = loadConfiguration(kept.configuration, LOOPBACK_ALLOWED);
  const table = tableNameOf(environment, configuration);
  const service = await startLocalService({
    cloud: kept.cloud,
    configuration,
    clock: systemClock,
    table,
    secrets: kept.secrets,
    telemetryOf: (name) => spokenTelemetry(name, say),
    administrator: sample.adminToken,
    delaySeconds: DELAY_SECONDS,
  });
  kept.configureHooks(service.hook);
  const { ports } = await connect(table, systemClock, requireCoordinates());
  const reportServer = await startReportServer(ports, configuration);
  try {
    const addresses = [
      ...kept.addresses,
      `Hooks         ${service.hook.url}`,
      `Report        ${reportServer.url}/`,
    ];
    await introduce(terminal, addresses, ports);
    await runFor(service, kept.cloud, say, options);
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
        : ['  npx azfed bootstrap --local                   let it write: until then it only observes']),
      '  npx azfed local tamper open-trust shop-prod   be the one at the console, and see it repaired',
      '  npx azfed local azdo rename Platform aws-network aws-net',
      '  npx azfed status --local',
      '',
    ].join('\n'),
  );
}

async function runFor(
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
  const isOver = () => isInterrupted || systemClock.now() >= end || (once && isIdle());
  const watched = {
    ...service,
    followStream: async () => {
      const shown = await service.followStream();
      watch.tell();
      rounds += 1;
      return shown;
    },
  };
  await serve(watched, { clock: systemClock, everyMs: once ? Infinity : every, isOver });
}
