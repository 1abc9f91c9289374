/** Everything that the embedded Entra knows, as plain JSON: what `snapshot()` gives and a start takes. */
export interface LocalEntraState {
  /** GUIDs. */
  readonly tenants: readonly string[];
  readonly applications: readonly ApplicationRecord[];
}

/** An application and its service principal in the one tenant that it is of. */
export interface ApplicationRecord {
  readonly tenantId: string;
  /** What tokens are asked for with. */
  readonly clientId: string;
  /** Of the service principal: what Azure DevOps knows it by. */
  readonly objectId: string;
  readonly isEnabled: boolean;
  readonly federatedCredentials: readonly FederatedCredential[];
}

/** Whose assertions are believed: all three are compared to the letter. */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}
