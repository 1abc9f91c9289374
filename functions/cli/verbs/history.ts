import type { PendingEvent } from '../../../shared/domain/event.ts';
import { parseConnectionId } from '../../../shared/domain/ids.ts';
import type { ConnectionId } from '../../../shared/domain/ids.ts';
import type { Deployment } from '../deployment.ts';
import { openDeployment } from '../deployment.ts';
import { chooseRecorded } from '../connection-choice.ts';
import { inert, jsonText } from '../render/inert.ts';
import { table } from '../render/table.ts';
import type { Verb } from '../verb.ts';

export const historyVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .action((typed: string) =>
      run(async (invocation) => {
        const deployment = await openDeployment(invocation);
        const events = await eventsOf(deployment, typed);
        const { terminal, options } = invocation;
        terminal.result(options.json ? jsonText({ schemaVersion: 1, events }) : historyText(events));
        return 0;
      }),
    );
};

/** What is in the history, and what still waits in the outbox. */
async function eventsOf(
  { ports, configuration }: Deployment,
  typed: string,
): Promise<readonly PendingEvent[]> {
  const recorded = (
    await Promise.all(configuration.organizations.map(({ id }) => ports.state.readConnections(id)))
  ).flat();
  const id: ConnectionId = parseConnectionId(typed) ?? chooseRecorded(typed, recorded).connectionId;
  const told = await ports.history.read(id);
  const waiting = recorded.find(({ connectionId }) => connectionId === id)?.outbox.pending ?? [];
  const known = new Set(told.map((event) => event.id));
  return [...told, ...waiting.filter((event) => !known.has(event.id))];
}

function historyText(events: readonly PendingEvent[]): string {
  if (events.length === 0) return 'Nothing was told about this connection.';
  const rows = events.map(({ time, type, data, deliveries }) =>
    [time, type, reasonOf(data), deliveryText(deliveries)].map(inert),
  );
  return table(['TIME', 'EVENT', 'REASON', 'DELIVERY'], rows);
}

const reasonOf = (data: PendingEvent['data']) => (typeof data['reason'] === 'string' ? data['reason'] : '');

function deliveryText(deliveries: PendingEvent['deliveries']): string {
  return Object.entries(deliveries)
    .map(([webhook, { state }]) => `${webhook}: ${state}`)
    .join(', ');
}
