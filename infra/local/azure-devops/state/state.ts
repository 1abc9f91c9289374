import type { SubscriptionState } from '../../../../shared/domain/azure-devops/hook-subscription.ts';
import type { PullRequestsState } from './pull-request-state.ts';
import type { PipelinesState } from './pipeline-state.ts';

/** Everything that the embedded Azure DevOps knows, as plain JSON: what `snapshot()` gives and a start takes. */
export interface LocalAzureDevOpsState {
  /** How many GUIDs were given out, so that a restart gives out new ones. */
  readonly idsIssued: number;
  readonly organizations: readonly OrganizationRecord[];
}

export interface OrganizationRecord {
  readonly id: string;
  readonly name: string;
  /** Default: `newAddress`. */
  readonly address?: OrganizationAddress;
  readonly pats: readonly PatRecord[];
  /** GUID of the Entra tenant that it is connected to. Without one it takes no token of Entra. */
  readonly tenantId?: string;
  readonly servicePrincipals?: readonly ServicePrincipalRecord[];
  /** The AWS Toolkit that is installed. Default: current. */
  readonly toolkit?: Toolkit;
  /** Tokens of connections are of the tenant's issuer. Absent: of the organization's own. */
  readonly entraTokens?: EntraTokens;
  /** What an update cannot empty. Default: nothing. */
  readonly staleKeys?: StaleKeys;
  /** Which names of projects are taken. Default: documented. */
  readonly projectNames?: 'documented' | 'any';
  /** What a Reader is shown of a connection. Default: neither authorization nor type, in lists as by id. */
  readonly readers?: ReaderView;
  /** Auditing is switched on. Absent: where it is connected to a tenant. */
  readonly audits?: boolean;
  readonly projects: readonly ProjectRecord[];
  readonly connections: readonly ConnectionRecord[];
  /** Of service hooks. */
  readonly subscriptions?: readonly SubscriptionRecord[];
  readonly pipelines?: PipelinesState;
  readonly pullRequests?: PullRequestsState;
  /** An update leaves a subscription disabled that was. Absent: it enables it. */
  readonly leavesDisabled?: boolean;
}

/**
 * How answers spell the organization's address. Which is the primary one is documented; whether capitals of the asked name,
 * or of the host, come back is not: all of it can be switched.
 */
export interface OrganizationAddress {
  /** `legacy`: `https://<name>.visualstudio.com`, the default of organizations made before 2018-09-10. */
  readonly primary: 'new' | 'legacy';
  /** `lower`: a legacy address comes in small letters. */
  readonly hostCase: 'stored' | 'lower';
  /** What addresses of projects begin with: the address that was asked, or the primary one. */
  readonly projectUrls: 'asked' | 'primary';
}

export const newAddress: OrganizationAddress = { primary: 'new', hostCase: 'stored', projectUrls: 'primary' };

/**
 * With ViewEndpoint alone a connection is listed without its authorization and type (terraform-provider-azuredevops pull
 * requests 1193 and 1559, issues 786 and 1445; coe-starter-kit issue 287). Whether they are absent, null or empty, and
 * whether lists keep them back as get-by-id does, no public source says.
 */
export interface ReaderView {
  readonly members: KeptBack;
  readonly lists: 'kept-back' | 'shown';
}

export interface EntraTokens {
  readonly tenantId: string;
  /** Ids of connections that have moved; absent means all. */
  readonly connections?: readonly string[];
}

/**
 * What answers leave of a member of a document. Members may be absent, null or empty in any combination
 * (terraform-provider-azuredevops issues 292, 460, 499, 951; vsts-rest-api-specs issue 303; nkdAgility issue 1555).
 */
type KeptBack = 'absent' | 'null' | 'empty';

/** Keyed by the member's path in the document, such as `authorization.parameters.useOIDC`; a value stands in its place. */
export type ShownMembers = Readonly<Record<string, KeptBack | { readonly value: unknown }>>;

/** old: it knows nothing of OIDC. */
export type Toolkit = 'none' | 'old' | 'current';

/**
 * An empty text that leaves what is stored where it is (aws-toolkit-azure-devops issues 407, 428, 466, 564): of secrets
 * alone, where nobody sees it; or of the access key id too.
 */
export type StaleKeys = 'secrets' | 'all';

/** azure-devops-docs, service connection user roles. */
export type ConnectionRole = 'Reader' | 'User' | 'Creator' | 'Administrator';

/** What a caller may do. Whatever is outside its lists is left out without a word. */
export interface Rights {
  readonly access: 'read' | 'manage';
  /** Ids or names; absent means all. */
  readonly projects?: readonly string[];
  /** Ids; absent means all. */
  readonly connections?: readonly string[];
  /** Ids of connections on which it has ViewAuthorization (role User and above); on others it is a Reader. Absent means all. */
  readonly authorizations?: readonly string[];
  /** Roles on all service connections of a project, by its id: they show what the lists leave out. Absent means none. */
  readonly roles?: Readonly<Record<string, ConnectionRole>>;
  /** `View subscriptions`; absent means yes. */
  readonly seesHooks?: boolean;
  /** `View audit log`; absent means yes. */
  readonly seesAudit?: boolean;
  /** Nobody who has signed in. */
  readonly isAnonymous?: true;
}

export interface PatRecord extends Rights {
  readonly token: string;
}

/** An application of Entra that was added as a user. */
export interface ServicePrincipalRecord extends Rights {
  readonly objectId: string;
}

/** vsts-rest-api-specs, core, ProjectVisibility. */
export type Visibility = 'private' | 'public';

export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  readonly state: 'wellFormed' | 'deleted';
  /** Absent: private. */
  readonly visibility?: Visibility;
  readonly revision: number;
  /** Epoch ms. */
  readonly updatedAt: number;
}

/** A project that may use a connection, and the connection's name there. */
export interface ReferenceRecord {
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
}

export interface ConnectionRecord {
  readonly id: string;
  readonly type: string;
  readonly url: string;
  readonly scheme: string;
  /** With secrets in clear; they never leave over REST. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly owner: string;
  readonly isDisabled: boolean;
  readonly isReady: boolean;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly references: readonly ReferenceRecord[];
  /** Members that answers do not show as they are, to whomever. */
  readonly shows?: ShownMembers;
}

export interface SubscriptionRecord {
  readonly id: string;
  readonly publisherId: string;
  readonly eventType: string;
  readonly resourceVersion: string;
  readonly consumerId: string;
  readonly consumerActionId: string;
  readonly publisherInputs: Readonly<Record<string, string>>;
  /** With the password in clear; it never leaves over REST. */
  readonly consumerInputs: Readonly<Record<string, string>>;
  readonly status: SubscriptionState;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}
