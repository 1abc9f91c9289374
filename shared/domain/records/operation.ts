import type { EventType } from './event-catalogue.ts';

/**
 * What a change of a role does, as its intent says. A run that finds the intent of an interrupted one decides from the
 * operation. The event of the operation is recorded once the operation is done, and decides nothing.
 */
export const roleOperations = {
  create: 'connection.federated.v1',
  /** Undo what somebody changed in IAM. */
  repair: 'connection.repaired.v1',
  /** Follow a change in Azure DevOps or in the configuration. */
  update: 'connection.changed.v1',
  /** Follow a change of a name. The former subject stays for a while. */
  rename: 'connection.renamed.v1',
  adopt: 'connection.adopted.v1',
  close: 'connection.closed.v1',
  /** Close the role because another connection holds the name. */
  'close-recreated': 'connection.recreated.v1',
  delete: 'connection.role-deleted.v1',
  /** Recreate a deleted role from its snapshot, with a closed trust. */
  restore: 'connection.role-restored.v1',
} as const satisfies Record<string, EventType>;

export type RoleOperation = keyof typeof roleOperations;

/** What a change of an OIDC provider does. */
export const providerOperations = {
  create: 'provider.created.v1',
  repair: 'provider.repaired.v1',
} as const satisfies Record<string, EventType>;

export type ProviderOperation = keyof typeof providerOperations;
