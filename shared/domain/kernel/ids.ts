/**
 * Ids are the keys of everything; names only build subjects. A brand keeps an id of one thing from being passed
 * where another is meant: a swapped pair of GUIDs would bind a role to the wrong connection.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };
/** Text that nothing has parsed yet: the compiler refuses a value that is parsed already. */
export type Unparsed = string & { readonly [brand]?: never };

/** GUID of an Azure DevOps organization, lower case. The issuer's URL ends with it. */
export type OrganizationId = Branded<'OrganizationId'>;
/** GUID of a project, lower case. */
export type ProjectId = Branded<'ProjectId'>;
/** GUID of a service connection (endpoint), lower case. */
export type ConnectionId = Branded<'ConnectionId'>;
/** GUID of a service hook subscription, lower case. */
export type SubscriptionId = Branded<'SubscriptionId'>;
/** GUID by which an organization knows one of its members (storage key), lower case. */
export type MemberId = Branded<'MemberId'>;
/** Twelve digits. */
export type AccountId = Branded<'AccountId'>;
/** IAM's unique id of one role (`AROA...`): a role made again under the same name has another. */
export type RoleId = Branded<'RoleId'>;
/** Full ARN of a role, exactly as IAM spells it. */
export type RoleArn = Branded<'RoleArn'>;
/** Full ARN of an OIDC provider. */
export type ProviderArn = Branded<'ProviderArn'>;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** GUIDs compare without regard to case, so they are kept in lower case. `undefined` when the text is not one. */
function parseGuid<Name extends string>(text: string): Branded<Name> | undefined {
  return guid.test(text) ? (text.toLowerCase() as Branded<Name>) : undefined;
}

export const parseOrganizationId = parseGuid<'OrganizationId'>;
export const parseProjectId = parseGuid<'ProjectId'>;
export const parseConnectionId = parseGuid<'ConnectionId'>;
export const parseSubscriptionId = parseGuid<'SubscriptionId'>;
export const parseMemberId = parseGuid<'MemberId'>;

/** `undefined` when the text is not twelve digits. */
export function parseAccountId(text: string): AccountId | undefined {
  return /^\d{12}$/.test(text) ? (text as AccountId) : undefined;
}
