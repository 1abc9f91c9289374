import type { AccountId, ConnectionId } from '../../shared/domain/kernel/ids.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';

/** A federation that people have made by hand, as a value: `brownfield.ts` makes it. */
export interface BrownfieldWorld {
  readonly organization: Organization;
  readonly projects: readonly string[];
  readonly accounts: readonly BrownfieldAccount[];
  readonly connections: readonly BrownfieldConnection[];
  readonly roles: readonly BrownfieldRole[];
  /** Customer managed policies: boundaries, and what roles have attached. */
  readonly policies: readonly { readonly account: AccountId; readonly name: string }[];
}

export interface BrownfieldAccount {
  readonly id: AccountId;
  /** OIDC providers: host and path, audiences, thumbprint. */
  readonly providers: readonly {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly thumbprint?: string;
  }[];
  /** So many roles beyond those of the world fit in; left out: as AWS has it. */
  readonly roomForRoles?: number;
}

/**
 * granted: an import grants it the role that it names, or for a connection that names none, the one whose trust lets it in.
 * named: it gets no grant, and a finding says why. other: not of the AWS type, and no trust of the world is about it alone.
 */
type Importer = 'granted' | 'named' | 'other';

export interface BrownfieldConnection {
  readonly id: ConnectionId;
  /** Row of the table. */
  readonly shape: string;
  readonly project: string;
  readonly name: string;
  /** `AWS`, as the UI spells it; `aws` from Terraform; `azurerm` and others. */
  readonly type: string;
  readonly roleArn: string;
  readonly useOidc: boolean;
  readonly accessKeyId?: string;
  readonly isDisabled?: true;
  /** Further projects that use it, under the same name. */
  readonly sharedWith?: readonly string[];
  readonly importer: Importer;
}

export type BrownfieldRole = Omit<ObservedRole, 'id' | 'createdAt' | 'isFromTemplate'> & {
  readonly shape: string;
};

/** Numbers between 0 and 1 that a seed decides (mulberry32). */
export interface Random {
  next(): number;
  pick<Item>(items: readonly Item[]): Item;
}
