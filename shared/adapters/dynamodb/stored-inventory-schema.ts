import * as z from 'zod';
import type { Complete, Unknown } from '../../domain/reading.ts';
import type { OrganizationIdentity } from '../../domain/inventory.ts';
import type { ServiceConnection } from '../../domain/service-connection.ts';
import type { StoredIdentity, StoredProject } from '../../domain/stored-inventory.ts';
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

const serviceConnection = z.strictObject({
  id: connectionId,
  type: z.string(),
  references: list(connectionReference),
  requestedRoleArn: z.string(),
  oidc: z.enum(['on', 'off', 'unclear']),
  hasAccessKey: z.boolean(),
  hasExternalId: z.boolean(),
  isDisabled: z.boolean(),
  isReady: z.boolean(),
} satisfies Fields<ServiceConnection>);

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
} satisfies Fields<Content<StoredIdentity>>);

const project = z.strictObject({
  kind: z.literal('project'),
  id: projectId,
  name: z.string(),
  connections: reading(list(serviceConnection)),
} satisfies Fields<Content<StoredProject>>);

export const inventoryContent = z.discriminatedUnion('kind', [identity, project]);

/** Text as it is, or packed by gzip where it is long. */
export const inventoryItem = z.strictObject({
  version: z.int().positive(),
  text: z.exactOptional(z.string()),
  packed: z.exactOptional(z.instanceof(Uint8Array)),
});
