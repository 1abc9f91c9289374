import { readControlsApart } from '../../../shared/application/records/controls.ts';
import { readReadings } from '../../../shared/application/records/readings.ts';
import type { PendingEvent } from '../../../shared/domain/records/event.ts';
import { ConfigError, unreadableText, type LogEntries } from '../../../shared/domain/kernel/errors.ts';
import { parseConnectionId, type ConnectionId } from '../../../shared/domain/kernel/ids.ts';
import type { RecordedItem } from '../../../shared/domain/records/connection-record.ts';
import { openDeployment, type Deployment } from '../composition/deployment.ts';
import { chooseRecorded } from '../arguments/connection-choice.ts';
import { addFilterOptions, readFilter, type FilterOptions } from '../arguments/filter.ts';
import { chooseScopes, readRecords } from '../arguments/scope-choice.ts';
import type { Filter } from '../../../shared/application/reporting/selection.ts';
import { selectConnectionIds } from './plan/interactive-plan.ts';
import { historyText } from '../output/history-text.ts';
import { selectLayout } from '../output/layout.ts';
import type { Verb } from '../command-line/command.ts';
import { printResult } from '../output/sanitize.ts';

interface HistoryOptions extends FilterOptions {
  readonly deployment: boolean;
}

export const historyVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .argument('[connection]', 'id, project/name, or a name that only one connection has')
    .option(
      '--deployment',
      'list the events of the deployment instead: decisions of people and breakers, OIDC providers, lost service hooks',
      false,
    )
    .action(
      run(
        async (
          invocation,
          typed: string | undefined,
          { deployment: isOfDeployment, ...places }: HistoryOptions,
        ) => {
          const filter = readFilter(places);
          if ([isOfDeployment, typed !== undefined, filter !== undefined].filter(Boolean).length !== 1)
            throw unclear();
          const deployment = await openDeployment(invocation, 'need');
          const { entries: events, unreadable } = await (typed !== undefined
            ? readEvents(deployment, typed)
            : filter
              ? readSelectedEvents(deployment, filter)
              : eventsOfDeployment(deployment));
          printResult(invocation, { schemaVersion: 1, events, unreadable }, () =>
            historyText(events, selectLayout(invocation, deployment)),
          );
          const unread = unreadableText(unreadable, 'this history');
          if (unread !== undefined) invocation.terminal.problem(unread);
          return unread === undefined ? 0 : 3;
        },
      ),
    );
};

const unclear = () =>
  new ConfigError({
    where: 'azfed history',
    what: 'Of what?',
    fix: 'Name a connection, select some with --project and the like, or use --deployment: one of the three.',
  });

async function readEvents(
  { ports, configuration }: Deployment,
  typed: string,
): Promise<LogEntries<PendingEvent>> {
  const recorded = (
    await Promise.all(configuration.organizations.map(({ id }) => ports.state.readConnections(id)))
  ).flat();
  const id: ConnectionId = parseConnectionId(typed) ?? chooseRecorded(typed, recorded).connectionId;
  const item = recorded.find(({ connectionId }) => connectionId === id);
  return withWaiting(await ports.history.read(id), item);
}

/** Of every recorded connection that the filter selects, oldest first. */
async function readSelectedEvents(deployment: Deployment, filter: Filter): Promise<LogEntries<PendingEvent>> {
  const records = await readRecords(deployment);
  const scopes = await chooseScopes(
    { of: 'connection', name: undefined },
    deployment,
    records,
    filter,
    (wanted) => selectConnectionIds(deployment, wanted),
  );
  const ids = new Set(scopes.flatMap((scope) => (scope.of === 'connection' ? [scope.id as string] : [])));
  const items = records.recorded.filter(({ connectionId }) => ids.has(connectionId));
  const { history } = deployment.ports;
  return mergeEntries(
    await Promise.all(items.map(async (item) => withWaiting(await history.read(item.connectionId), item))),
  );
}

const mergeEntries = (logs: readonly LogEntries<PendingEvent>[]): LogEntries<PendingEvent> => ({
  entries: logs.flatMap(({ entries }) => entries).sort((a, b) => Date.parse(a.time) - Date.parse(b.time)),
  unreadable: logs.reduce((sum, { unreadable }) => sum + unreadable, 0),
});

async function eventsOfDeployment({
  ports: { state, history },
  configuration,
}: Deployment): Promise<LogEntries<PendingEvent>> {
  const hooks = await Promise.all(configuration.organizations.map(({ id }) => state.readHooks(id)));
  const providers = await Promise.all(configuration.accounts.map(({ id }) => state.readProviders(id)));
  const readings = await readReadings(state, configuration);
  const controls = await readControlsApart(state, configuration.accounts);
  const items = [controls.deployment, ...controls.accounts, ...hooks, ...providers.flat(), ...readings];
  return mergeEntries(
    await Promise.all(items.map(async (item) => withWaiting(await history.readItemHistory(item), item))),
  );
}

/** What is in the history, and what still waits in the outbox. A record that cannot be read may hold events, too. */
function withWaiting(
  { entries, unreadable }: LogEntries<PendingEvent>,
  item: Pick<RecordedItem, 'outbox' | 'unreadable'> | undefined,
): LogEntries<PendingEvent> {
  const known = new Set(entries.map((event) => event.id));
  return {
    entries: [...entries, ...(item?.outbox.pending ?? []).filter((event) => !known.has(event.id))],
    unreadable: unreadable + (item?.unreadable ? 1 : 0),
  };
}
