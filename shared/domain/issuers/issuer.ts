import type { ConnectionId, OrganizationId } from '../kernel/ids.ts';

export const issuerNames = ['vstoken', 'entra'] as const;
export type IssuerName = (typeof issuerNames)[number];
/** Whose tokens are to be let in. both: while connections move from one to the other. */
export type IssuerChoice = IssuerName | 'both';

/** An issuer of tokens for service connections, and how it names a connection in them. */
export type IssuerProfile = VstokenProfile | EntraProfile;

interface CommonProfile {
  /** Host and path, without `https://`: the prefix of IAM's condition keys. GUID in lower case, no slash at the end. */
  readonly issuer: string;
  readonly audience: string;
}

/** One issuer for each organization; its subjects are built of names. */
interface VstokenProfile extends CommonProfile {
  readonly name: 'vstoken';
  /** ISO date of the vendor's announcement. */
  readonly retiredOn: string;
}

/** One issuer for all of a tenant: the subject is the only fence. It is built of ids, so that no rename changes it. */
interface EntraProfile extends CommonProfile {
  readonly name: 'entra';
  /** What subjects begin with, up to `/sc/<organization>/<connection>`. */
  readonly prefix: string;
}

/** The tenant of an organization, and what its tokens say where that is not as everywhere. */
export interface EntraIssuer {
  /** GUID, lower case. */
  readonly tenantId: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly prefix?: string;
}

/** What tokens of Azure DevOps' own issuer are made out for (aws-toolkit-azure-devops README), and what Entra proposes for federated credentials (entra-docs, workload-identity-federation). */
export const TOKEN_EXCHANGE_AUDIENCE = 'api://AzureADTokenExchange';
/** What the tokens of Azure connections are made out for: an application of Microsoft. */
export const ENTRA_TOKEN_AUDIENCE = 'fb60f99c-7a34-4190-8149-302f77469936';
/** The application that Azure DevOps is in every tenant (azure-devops-docs, service-principal-managed-identity). */
export const AZURE_DEVOPS_APPLICATION = '499b84ac-1321-427f-aa17-267ca6975798';

/**
 * Tokens of the tenant's own issuer, as Azure connections have them (azure-devops-docs, troubleshoot-workload-identity). What AWS
 * connections will get has not been said: everything can be told otherwise in the configuration.
 */
export const entraProfile = ({ tenantId, issuer, audience, prefix }: EntraIssuer): EntraProfile => ({
  name: 'entra',
  issuer: issuer ?? `login.microsoftonline.com/${tenantId}/v2.0`,
  audience: audience ?? ENTRA_TOKEN_AUDIENCE,
  prefix: prefix ?? `/eid1/c/pub/t/${shortGuid(tenantId)}/a/${shortGuid(AZURE_DEVOPS_APPLICATION)}`,
});

/** Base64url of a GUID's bytes, in the order in which Windows keeps them: the first three groups turned round. */
function shortGuid(guid: string): string {
  const turned = guid
    .split('-')
    .map((group, index) => (index < 3 ? (group.match(/../g) ?? []).reverse().join('') : group))
    .join('');
  return Buffer.from(turned, 'hex').toString('base64url');
}

/** The subject of a connection in tokens of Entra; it is built, never parsed. */
export function entraSubject(prefix: string, organization: OrganizationId, connection: ConnectionId): string {
  return `${prefix}/sc/${organization}/${connection}`;
}

/** The profiles of an organization's tokens that a choice stands for; those of vstoken first. */
export function selectProfiles(
  organization: { readonly id: OrganizationId; readonly entra?: EntraIssuer },
  choice: IssuerChoice = 'vstoken',
): readonly IssuerProfile[] {
  const { id, entra } = organization;
  // Without a tenant there is nothing else: that is refused in the configuration, and lets nobody in here.
  if (choice === 'vstoken' || !entra) return [vstokenProfile(id)];
  return choice === 'entra' ? [entraProfile(entra)] : [vstokenProfile(id), entraProfile(entra)];
}

/** Deprecated since 2026-07-01, to be retired on this day (azure-devops-docs, convert-service-connections). */
export const RETIRED_ISSUER_ENDS = '2027-07-01';

/** Tokens of Azure DevOps' own issuer (aws-toolkit-azure-devops README). */
export const vstokenProfile = (organization: OrganizationId): VstokenProfile => ({
  name: 'vstoken',
  issuer: `vstoken.dev.azure.com/${organization}`,
  audience: TOKEN_EXCHANGE_AUDIENCE,
  retiredOn: RETIRED_ISSUER_ENDS,
});

/** Letters, digits and hyphens, at most 50 (azure-devops-docs, naming-restrictions). */
export function isOrganizationName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/.test(name);
}

/** The subject is built of names, with the spelling that Azure DevOps stores. It is built, never parsed. */
export function buildSubject(
  organizationName: string,
  { projectName, name }: { readonly projectName: string; readonly name: string },
): string {
  return `sc://${organizationName}/${projectName}/${name}`;
}

/** STS returns subjects of 6 to 255 characters (STS service model); what it does beyond is not documented. */
export const SUBJECT_MAX_LENGTH = 255;

/** Why a name cannot stand in a subject of a trust policy. */
export type NameProblem = 'empty' | 'pattern' | 'variable' | 'slash' | 'invisible' | 'not-latin-1';

// Controls, the soft hyphen, and what changes the direction of text: nobody sees them.
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Names are refused; they are never normalised, escaped or cut. Everything else is held safely by a value of StringEquals: a
 * document may hold U+0020 to U+00FF (IAM service model, policyDocumentType), and `*`, `?` and `${` are the marks that IAM
 * reads as patterns and variables. Connections may be named as URLs are; in the name of a project a slash is documented
 * to be impossible (azure-devops-docs, naming-restrictions), and would let one subject be read in two ways.
 */
export function problemOfName(
  name: string,
  of: 'project' | 'connection' = 'connection',
): NameProblem | undefined {
  if (name === '') return 'empty';
  if (invisible.test(name)) return 'invisible';
  if (/[*?]/.test(name)) return 'pattern';
  if (name.includes('${')) return 'variable';
  if (of === 'project' && name.includes('/')) return 'slash';
  return /[^\u0020-\u00ff]/u.test(name) ? 'not-latin-1' : undefined;
}

/** A subject that was not built just now (the table kept it) is held to the same rules as one that was. */
export function isSafeSubject(subject: string): boolean {
  return problemOfName(subject) === undefined && subject.length <= SUBJECT_MAX_LENGTH;
}

/**
 * Text that a pattern over names may hold: all that people can see. Braces are the alternatives of other globs, and would match
 * nothing here; for one in a name there is `?`.
 */
export function isPatternText(pattern: string): boolean {
  return pattern !== '' && !invisible.test(pattern) && !/[{}]/.test(pattern);
}

/** The issuers of a choice, less the one that a person has taken from the connection. That narrows, and never to nothing. */
export function chosenProfiles(
  organization: Parameters<typeof selectProfiles>[0],
  choice: IssuerChoice | undefined,
  without: IssuerName | undefined,
): readonly IssuerProfile[] {
  const profiles = selectProfiles(organization, choice);
  const left = profiles.filter(({ name }) => name !== without);
  return left.length > 0 ? left : profiles;
}

/** A host that signs, or signed, tokens for service connections of Azure DevOps. */
interface IssuerHost {
  readonly name: IssuerName;
  readonly host: string;
  /**
   * What follows the host in the `iss` of its tokens:
   *
   *     organization  /<organization id>
   *     none          nothing, or /<organization id>: the former issuer was written both ways
   *     v2            /<tenant id>/v2.0
   *     v1            /<tenant id>/
   */
  readonly path: 'organization' | 'none' | 'v2' | 'v1';
  readonly cloud: 'public' | 'us-gov' | 'china' | 'france' | 'germany' | 'singapore';
  /** It signs no token any more; trusts that name it may still stand. */
  readonly isFormer?: true;
  /** People and services sign in there, so that azfed may send its proof to it. */
  readonly isAuthority?: true;
}

/**
 * Every issuer that azfed knows, and nothing else decides whose tokens a trust is about. Sources:
 *
 * | host                                     | source                                                                        |
 * |------------------------------------------|-------------------------------------------------------------------------------|
 * | vstoken.dev.azure.com                    | aws-toolkit-azure-devops README                                               |
 * | app.vstoken.visualstudio.com             | azure-devops-docs, troubleshoot-workload-identity (AADSTS70021); public AWS modules append an organization id |
 * | login.microsoftonline.com, .us           | entra-docs, access-token-claims-reference; authentication-national-cloud       |
 * | login.partner.microsoftonline.cn         | entra-docs, authentication-national-cloud                                      |
 * | login.chinacloudapi.cn, login.sovcloud-identity.* | microsoft-authentication-library-for-js, AuthorityMetadata           |
 * | login.windows.net                        | the same, alias of login.microsoftonline.com                                   |
 * | login.usgovcloudapi.net                  | the same, alias of login.microsoftonline.us                                    |
 * | login.microsoftonline.de                 | closed on 2021-10-29 (entra-docs, authentication-national-cloud)               |
 * | sts.windows.net, sts.chinacloudapi.cn    | entra-docs, access tokens of version 1.0; Microsoft Q&A 1190472                |
 */
export const issuerHosts: readonly IssuerHost[] = [
  { name: 'vstoken', host: 'vstoken.dev.azure.com', path: 'organization', cloud: 'public' },
  { name: 'vstoken', host: 'app.vstoken.visualstudio.com', path: 'none', cloud: 'public', isFormer: true },
  { name: 'entra', host: 'login.microsoftonline.com', path: 'v2', cloud: 'public', isAuthority: true },
  { name: 'entra', host: 'login.windows.net', path: 'v2', cloud: 'public' },
  { name: 'entra', host: 'sts.windows.net', path: 'v1', cloud: 'public' },
  { name: 'entra', host: 'login.microsoftonline.us', path: 'v2', cloud: 'us-gov', isAuthority: true },
  { name: 'entra', host: 'login.usgovcloudapi.net', path: 'v2', cloud: 'us-gov' },
  { name: 'entra', host: 'login.partner.microsoftonline.cn', path: 'v2', cloud: 'china', isAuthority: true },
  { name: 'entra', host: 'login.chinacloudapi.cn', path: 'v2', cloud: 'china' },
  { name: 'entra', host: 'sts.chinacloudapi.cn', path: 'v1', cloud: 'china' },
  { name: 'entra', host: 'login.sovcloud-identity.fr', path: 'v2', cloud: 'france' },
  { name: 'entra', host: 'login.sovcloud-identity.de', path: 'v2', cloud: 'germany' },
  { name: 'entra', host: 'login.sovcloud-identity.sg', path: 'v2', cloud: 'singapore' },
  { name: 'entra', host: 'login.microsoftonline.de', path: 'v2', cloud: 'germany', isFormer: true },
];

/** Every issuer that signs for a tenant, in whatever cloud: host and path as its tokens spell them. */
export function listEntraIssuers(tenantId: string): readonly string[] {
  return issuerHosts
    .filter(({ name }) => name === 'entra')
    .map(({ host, path }) => `${host}/${tenantId}${path === 'v1' ? '/' : '/v2.0'}`);
}

/**
 * Tenants in which Microsoft runs its own services. Roles for Microsoft Sentinel and Defender for Cloud trust them (Azure
 * docs, Connect Microsoft Sentinel to Amazon Web Services; public modules of the Defender connector): the tenant issues
 * no tokens to customers, and the session name tells one customer from another.
 */
export const microsoftTenants: readonly string[] = [
  '33e01921-4d64-4f8c-a055-5bdaffd5e33d',
  'cab8a31a-1906-4287-a0d8-4eef66b95f6e',
  'a55a4d5b-9241-49b1-b4ff-befa8db00269',
];
