import type { Organization } from '../../domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId } from '../../domain/kernel/ids.ts';
import { newConnection } from '../../domain/records/outbox.ts';
import type { Reading, Unknown } from '../../domain/kernel/result.ts';
import type { KeyMigration, RecordedConnection } from '../../domain/records/connection-record.ts';
import type { ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import type {
  ConnectionSession,
  ConnectionEditor,
  CredentialOrder,
  EditableConnection,
} from '../../ports/service-connections.ts';
import type { StateStore } from '../../ports/state.ts';
import { decideOnConnection } from '../records/records.ts';

/** A connection in the project through which it is read and changed. */
export interface ConnectionPlace {
  readonly organization: Organization;
  readonly project: ProjectId;
  readonly id: ConnectionId;
}

/** Where the connection is, through the first project that lists it. */
export function findConnectionPlace(
  organization: Organization,
  { id, references }: ServiceConnection,
): ConnectionPlace | undefined {
  const [first] = references;
  return first && { organization, project: first.projectId, id };
}

/** Throws PermissionError, and ConfigError where nobody can sign in. */
export function readEditable(
  session: ConnectionSession,
  { organization, project, id }: ConnectionPlace,
): Promise<Reading<EditableConnection>> {
  return session(organization, (editor) => editor.read(project, id));
}

/** What stands in Azure DevOps after an order, whatever was answered to it. */
export type Switched =
  | { readonly outcome: 'as-ordered'; readonly now: EditableConnection }
  /** It stands as it stood. */
  | { readonly outcome: 'not-done'; readonly why: string }
  /** OIDC is on, and Azure DevOps still shows a key id: the tasks take the keys. `isPutBack`: it is as before again. */
  | { readonly outcome: 'key-kept'; readonly isPutBack: boolean }
  | { readonly outcome: 'otherwise'; readonly now: EditableConnection }
  /** Nobody knows. */
  | { readonly outcome: 'unknown'; readonly why: string };

/** Changes what a connection signs in with, and looks at what came of it. Throws as `readEditable` does. */
export function switchCredentials(
  session: ConnectionSession,
  place: ConnectionPlace,
  before: EditableConnection,
  order: CredentialOrder,
): Promise<Switched> {
  return session(place.organization, async (editor) => {
    const sent = await editor.write(place.project, before, order);
    if (isRefused(sent)) return { outcome: 'not-done', why: sent.message };
    const read = await editor.read(place.project, place.id);
    if (read.state === 'unknown') return { outcome: 'unknown', why: read.message };
    const now = read.value;
    if (isAsOrdered(now, order)) return { outcome: 'as-ordered', now };
    if (now.revision === before.revision) return { outcome: 'not-done', why: describeReason(sent) };
    if (order.use !== 'oidc' || now.connection.oidc !== 'on' || !now.connection.hasAccessKey)
      return { outcome: 'otherwise', now };
    return { outcome: 'key-kept', isPutBack: await putBack(editor, place, before, now) };
  });
}

/** It was not sent, or sent and not done. */
const isRefused = (sent: Reading<undefined>): sent is Unknown =>
  sent.state === 'unknown' && ['moved', 'forbidden', 'refused', 'conditional-access'].includes(sent.code);

const describeReason = (sent: Reading<undefined>) =>
  sent.state === 'unknown' ? sent.message : 'It was taken, and had no effect.';

function isAsOrdered({ connection, accessKeyEnding }: EditableConnection, order: CredentialOrder): boolean {
  if (connection.requestedRoleArn !== order.roleArn) return false;
  // A text that is empty may come back as null. Whoever was shown the key id before the write would be shown it still.
  if (order.use === 'oidc') return connection.oidc === 'on' && connection.hasAccessKey !== true;
  const isThatKey = order.key === 'stored' || accessKeyEnding === order.key.accessKeyId.slice(-4);
  return connection.oidc === 'off' && connection.hasAccessKey === true && isThatKey;
}

/** With the keys that Azure DevOps would not let go, and without OIDC where it was off. */
async function putBack(
  editor: ConnectionEditor,
  { project, id }: ConnectionPlace,
  { connection: { oidc, requestedRoleArn } }: EditableConnection,
  now: EditableConnection,
): Promise<boolean> {
  // What was not shown before cannot be put back.
  if (requestedRoleArn === null) return false;
  if (oidc === 'on') return requestedRoleArn === now.connection.requestedRoleArn;
  const order: CredentialOrder = { use: 'keys', roleArn: requestedRoleArn, key: 'stored' };
  await editor.write(project, now, order);
  const again = await editor.read(project, id);
  return again.state === 'complete' && isAsOrdered(again.value, order);
}

/** Before AWS is made ready: a run that comes by must not take away what nobody was seen to ask for yet. */
export async function recordMigration(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  of: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references'>,
  keyMigration: KeyMigration,
): Promise<void> {
  const known = await state.readConnections(of.organizationId);
  if (known.some(({ connectionId }) => connectionId === of.connectionId))
    await decideOnConnection(state, of, (item) => ({ ...item, keyMigration }));
  else await state.write({ ...newConnection(of), keyMigration });
}

/** For who has gone back: nothing keeps the role from following its grant any more. */
export async function forgetMigration(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  of: Pick<RecordedConnection, 'organizationId' | 'connectionId'>,
): Promise<void> {
  await decideOnConnection(state, of, (item) => {
    const { keyMigration, ...rest } = item;
    return keyMigration ? rest : item;
  });
}
