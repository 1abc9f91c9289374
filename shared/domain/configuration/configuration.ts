import type { Partition } from '../kernel/arn.ts';
import type { AccountListing, AssumedRoles, ResolvedListing } from './account-listing.ts';
import type { DenyWindow } from './deny-window.ts';
import type { People } from './people.ts';
import type { AccountId, OrganizationId, RoleArn } from '../kernel/ids.ts';
import type { EntraIssuer, IssuerChoice } from '../issuers/issuer.ts';
import type { JsonObject, PolicyDocument, Statement } from '../policy/policy-document.ts';
import type { HookReceiver } from '../azure-devops/hook-subscription.ts';
import type { Severity } from '../kernel/severity.ts';
import type { AcceptedRunFinding } from '../findings/acceptance.ts';

/** Where a secret is to be read from. The secret itself is never in the configuration. */
export type SecretReference =
  | { readonly env: string }
  /** ARN of a Secrets Manager secret. */
  | { readonly secret: string };

/** A personal access token of this one organization. */
export type PatCredential = { readonly type: 'pat' } & SecretReference;

/** An application in Entra that trusts azfed's own AWS role: nothing is stored that could leak or end. */
export interface EntraCredential {
  readonly type: 'entra';
  /** GUID of the tenant, lower case. */
  readonly tenantId: string;
  /** GUID of the application (client), lower case. */
  readonly clientId: string;
  /** What AWS signs the proof for: the audience of the application's federated credential. */
  readonly audience: string;
  /** Base URL of Entra, without a slash at the end. */
  readonly authority: string;
}

export interface Organization {
  readonly name: string;
  /** Pinned: must agree with what Azure DevOps says, or the organization is halted. */
  readonly id: OrganizationId;
  /** Base URL, without a slash at the end. */
  readonly url: string;
  readonly credential: PatCredential | EntraCredential;
  /** Its audit log is read: it tells of changes early, and is evidence of deletions. */
  readonly auditLog?: boolean;
  /** Identities as the audit log has them: what one of them replaced may be approved together. */
  readonly trustedAutomation?: readonly string[];
  /** Whose tokens are let in. Default: vstoken. */
  readonly issuer?: IssuerChoice;
  /** Needed for the tokens of Entra. */
  readonly entra?: EntraIssuer;
}

export interface Account extends AssumedRoles<RoleArn> {
  readonly id: AccountId;
  /** What people call it; no decision reads it. Left out: its id. */
  readonly name?: string;
  readonly partition: Partition;
}

/** observe: report only. repair: fix roles that azfed already keeps. enforce: create and close as well. */
export type Mode = 'observe' | 'repair' | 'enforce';

/** What is done with a role that its connection positively no longer asks for. */
export type Retirement = 'keep' | 'close' | 'delete';

/**
 * What is done with the role of a connection that has been missing for `missingWaitDays` and is not known to be deleted. close:
 * its trust is closed until the connection is seen again.
 */
type MissingRule = 'keep' | 'close';

/** Glob patterns (`*`, `?`), compared case-sensitively; a name is covered that matches one of its list. */
interface ConnectionPatterns {
  readonly organization: readonly string[];
  readonly project: readonly string[];
  readonly name: readonly string[];
}

/**
 * The ARN typed into the connection must lie on this path or below it, with a name that matches one of the patterns. `/` is
 * the root path alone, never what lies below it: nobody could grant azfed less than every role there.
 */
interface RolePatterns {
  readonly path: string;
  readonly name: readonly string[];
}

/** One connection and its one role, by exact names: nobody else of the grant may ask for that role. */
export interface RolePair {
  /** Name of the organization, as it is configured. */
  readonly organization: string;
  readonly project: string;
  readonly connection: string;
  /** Accounts that the role may lie in: the one of its ARN, or those of the grant. */
  readonly accounts: readonly AccountId[];
  /** Of the role: begins and ends with a slash. */
  readonly path: string;
  /** Of the role. */
  readonly name: string;
  /** aws: the connection must ask for this role. any: a connection of any type has it by this word alone; `accounts` is one. */
  readonly type: 'aws' | 'any';
  /** The names that the file has, where the connection was renamed and the pair follows it. Never in a file. */
  readonly configuredAs?: { readonly project: string; readonly connection: string };
}

/** What a grant says instead of a boundary, in so many words. */
export const NO_BOUNDARY = 'none';

/** managed: azfed keeps the whole role. unmanaged: the trust and the mark of ownership alone; the rest is somebody else's. */
export type Permissions = 'managed' | 'unmanaged';

/**
 * What belongs into the trust beside azfed's own statement. Text may hold `{account}` and `{partition}` for those of the role:
 * see `placeTrust`.
 */
export interface TrustTerms {
  /** Further statements (Allow), kept to the letter; none is for an issuer of Azure DevOps. */
  readonly statements: readonly Statement[];
  /** On azfed's own statement, beyond `aud` and `sub`: operator, key, values. */
  readonly conditions: JsonObject;
  /** Deny statements that somebody else puts there. any: whatever they are. */
  readonly expectDeny: 'any' | 'none' | readonly Statement[];
}

/** What a grant is about: connections and roles by patterns, or pairs of them by name. */
type Coverage =
  | { readonly connections: ConnectionPatterns; readonly role: RolePatterns; readonly roles?: undefined }
  | { readonly connections?: undefined; readonly role?: undefined; readonly roles: readonly RolePair[] };

/** Deny by default: a connection that no grant matches is reported and never acted on. */
export type Grant = GrantTerms & Coverage;

interface GrantTerms {
  readonly name: string;
  readonly mode: Mode;
  readonly accounts: readonly AccountId[];
  /** `accounts` are all that are configured, those that AWS Organizations lists among them. */
  readonly allAccounts?: true;
  readonly permissions: Permissions;
  /** Policy ARN, or `none` (`NO_BOUNDARY`); `{account}` and `{partition}` stand for those of the role. */
  readonly boundary: string;
  /** Policy ARNs, as the boundary. */
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
  /** managed: azfed writes a description of its own. keep: it writes one only where it creates the role. */
  readonly description: 'managed' | 'keep';
  readonly retire: Retirement;
  readonly missing: MissingRule;
  /** Instead of the organization's. */
  readonly issuer?: IssuerChoice;
  /** When access that had been wider is narrowed, sessions that were issued before are revoked. */
  readonly revokeSessions: boolean;
  /** While a role is disputed, each narrowing of it denies everything to all its sessions for a while. */
  readonly quarantine?: boolean;
  /**
   * What a connection gets that several projects share. covered: a subject for each project that the grant covers.
   * refuse: nothing at all. Nothing in between can be had: no mark says which project owns a connection.
   */
  readonly sharedConnections: 'covered' | 'refuse';
  /** Connections of this grant may name one role together. */
  readonly shareRole: boolean;
  readonly trust: TrustTerms;
}

export interface Limits {
  readonly changesPerPass: number;
  readonly closuresPerPass: number;
  /** Of the open roles that azfed keeps in an account: how many of them one run may change, or close; at least one. */
  readonly changesPercent: number;
  readonly closuresPercent: number;
  /** Days that a closed role must go unused before it is deleted. */
  readonly deletionWaitDays: number;
  /** Days after which a connection that is missing is reported as unaccounted for. */
  readonly missingWaitDays: number;
  readonly driftPercent: number;
  readonly absencePercent: number;
  /** Days after which drift that stays is told again; 0: never. */
  readonly reminderDays: number;
}

interface CommonWebhook {
  readonly name: string;
  /** Patterns over event types, such as `connection.*`. */
  readonly events: readonly string[];
}

/** Told of each event as a signed CloudEvent. */
export interface SignedWebhook extends CommonWebhook {
  readonly format?: 'cloudevents';
  readonly url: string;
  /** What events are signed with. */
  readonly secret: SecretReference;
}

/** Told in words. Whoever knows the address of an incoming webhook may write there: it lies where secrets lie. */
export interface ChatWebhook extends CommonWebhook {
  readonly format: 'slack' | 'teams';
  readonly secret: SecretReference;
}

/** Each event on a bus of EventBridge. azfed's own credentials may put it there: there is no secret. */
export interface BusWebhook extends CommonWebhook {
  readonly format: 'eventbridge';
  /** ARN of the event bus. */
  readonly bus: string;
}

/** Each event to a topic of SNS, likewise. */
export interface TopicWebhook extends CommonWebhook {
  readonly format: 'sns';
  /** ARN of the topic. */
  readonly topic: string;
}

export type AwsWebhook = BusWebhook | TopicWebhook;
export type Webhook = SignedWebhook | ChatWebhook | AwsWebhook;
/** Events go to it over the internet, with or to a secret. */
export type SecretWebhook = SignedWebhook | ChatWebhook;

export function isOfAws(webhook: Webhook): webhook is AwsWebhook {
  return webhook.format === 'eventbridge' || webhook.format === 'sns';
}

/** The bus or the topic. */
export function getTargetArn(webhook: AwsWebhook): string {
  return webhook.format === 'sns' ? webhook.topic : webhook.bus;
}

export function isChat(webhook: Webhook): webhook is ChatWebhook {
  return webhook.format === 'slack' || webhook.format === 'teams';
}

/** Where azfed itself works from. What is given is pinned: another place is refused. */
export interface Hub {
  readonly account?: AccountId;
  readonly region?: string;
  /** Name of the DynamoDB table. */
  readonly table?: string;
}

export interface Configuration {
  readonly hub?: Hub;
  readonly organizations: readonly Organization[];
  /** Those that the file names; once it is resolved (`resolveAccounts`), also those that AWS Organizations lists. */
  readonly accounts: readonly Account[];
  readonly listing?: AccountListing;
  /** Absent until it is resolved. Never in a file. */
  readonly listed?: ResolvedListing;
  /** Whom the roles in the accounts let in beside the functions; absent: nobody. */
  readonly people?: People;
  readonly grants: readonly Grant[];
  readonly limits: Limits;
  readonly denyWindows: readonly DenyWindow[];
  readonly webhooks: readonly Webhook[];
  /** Where people open the report page. */
  readonly report?: { readonly url: string };
  /** Absent: azfed looks after no service hooks. */
  readonly hooks?: HookReceiver;
  /** Of runs. */
  readonly accepted?: readonly AcceptedRunFinding[];
  /** Of `azfed lint`. */
  readonly acceptedFindings?: readonly AcceptedFinding[];
}

/** What people have looked at and live with, for a while. */
export interface AcceptedFinding {
  /** A code of the catalogue of lint findings. */
  readonly code: string;
  /** Of the role or the provider. */
  readonly arn: string;
  readonly reason: string;
  /** The last day, `YYYY-MM-DD` in UTC. */
  readonly until: string;
  /** The worst that is accepted; left out: the usual severity of the code. */
  readonly severity?: Severity;
}
