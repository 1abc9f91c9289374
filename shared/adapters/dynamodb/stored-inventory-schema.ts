import * as z from 'zod';
import type { Complete, Unknown } from '../../domain/kernel/result.ts';
import type { OrganizationIdentity } from '../../domain/azure-devops/inventory.ts';
import { isAwsConnection } from '../../domain/azure-devops/service-connection.ts';
import type { ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import type { StoredIdentity, StoredProject } from '../../domain/discovery/stored-inventory.ts';
import type { Fields } from './stored-fields.ts';
import { connectionId, connectionReference, list, organizationId, projectId } from './stored-fields.ts';

const unread = z.strictObject({
  state: z.literal('unknown'),
  code: z.string(),
  message: z.string(),
} satisfies Fields<Unknown>);

/** A reading of what the schema describes. */
function reading<Value extends z.ZodType>(value: Value) {
  const whole = z.strictObject({ state: z.literal('complete'), value } satisfies Fields<Complete<unknown>>);
  return z.discriminatedUnion('state', [whole, unread]);
}

const storedConnection = z.strictObject({
  id: connectionId,
  type: z.string().nullable(),
  references: list(connectionReference),
  hidesReferences: z.exactOptional(z.enum(['all', 'some'])),
  requestedRoleArn: z.string().nullable(),
  oidc: z.enum(['on', 'off', 'unclear']).nullable(),
  unset: z.exactOptional(list(z.enum(['assumeRoleArn', 'useOIDC']))),
  powerShellOidc: z.exactOptional(z.boolean()),
  hasAccessKey: z.boolean().nullable(),
  hasExternalId: z.boolean().nullable(),
  sessionName: z.exactOptional(z.string()),
  isDisabled: z.boolean().nullable(),
  isReady: z.boolean().nullable(),
} satisfies Fields<ServiceConnection>);

const serviceConnection = storedConnection.transform(withoutGuesses);

/**
 * The release before stored a connection whose parameters were not shown as one that asks for nothing. An AWS connection that
 * asks for nothing, and of which nothing says that parameters were seen, is taken for such a one until it is read again.
 */
function withoutGuesses(stored: ServiceConnection): ServiceConnection {
  const { oidc, requestedRoleArn, hasAccessKey, hasExternalId, powerShellOidc } = stored;
  const asksForNothing = oidc === 'off' && requestedRoleArn === '' && !hasAccessKey && !hasExternalId;
  if (!isAwsConnection(stored) || !asksForNothing || powerShellOidc !== undefined) return stored;
  return { ...stored, oidc: null, requestedRoleArn: null, hasAccessKey: null, hasExternalId: null };
}

/** What is in the text of an item: key and version stand beside it. */
type Content<Part> = Omit<Part, 'organizationId' | 'version'>;

const identity = z.strictObject({
  kind: z.literal('identity'),
  organizationName: z.string(),
  identity: reading(
    z.strictObject({
      id: organizationId,
      name: z.string(),
      nameProblem: z.exactOptional(unread),
    } satisfies Fields<OrganizationIdentity>),
  ),
  list: reading(z.literal('whole')),
  unreadable: z.exactOptional(list(unread)),
} satisfies Fields<Content<StoredIdentity>>);

const project = z.strictObject({
  kind: z.literal('project'),
  id: projectId,
  name: z.string(),
  connections: reading(list(serviceConnection)),
  unreadable: z.exactOptional(list(unread)),
} satisfies Fields<Content<StoredProject>>);

export const inventoryContent = z.discriminatedUnion('kind', [identity, project]);

/** Text as it is, or packed by gzip where it is long. */
export const inventoryItem = z.strictObject({
  version: z.int().positive(),
  text: z.exactOptional(z.string()),
  packed: z.exactOptional(z.instanceof(Uint8Array)),
});
