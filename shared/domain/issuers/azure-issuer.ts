import { parseOrganizationId, type OrganizationId } from '../kernel/ids.ts';
import type { IssuerName, IssuerProfile } from './issuer.ts';
import {
  ENTRA_TOKEN_AUDIENCE,
  issuerHosts,
  AZURE_DEVOPS_APPLICATION,
  TOKEN_EXCHANGE_AUDIENCE,
} from './issuer.ts';
import { isLoopback } from '../kernel/loopback.ts';

/** An issuer that signs, or signed, tokens for service connections of Azure DevOps. */
export interface AzureIssuer {
  /**
   * `vstoken` has one issuer for each organization. `entra` has one for each tenant, whatever its tokens are for: there
   * only the subject tells one organization, or one application, from another.
   */
  readonly kind: IssuerName;
  /** Of `vstoken`; `undefined` when what stands there is not the GUID of an organization. */
  readonly organization: OrganizationId | undefined;
  /** Host and path as the tokens spell them; a provider that is spelled otherwise lets nobody in. */
  readonly canonical: string;
  /** Of tokens for service connections. */
  readonly audience: string;
  /** It signs no token any more. */
  readonly isFormer: boolean;
}

/** Says which issuer stands behind host and path; `undefined` for issuers of others. */
export type IssuerClassifier = (text: string) => AzureIssuer | undefined;

/**
 * The issuer behind host and path, spelled in whatever case and with or without a slash at the end. The table of hosts
 * decides; for the issuers that a configuration names, see `makeClassifier`.
 */
export function azureIssuer(text: string): AzureIssuer | undefined {
  const [host, path] = plainParts(text);
  const entry = issuerHosts.find((one) => one.host === host);
  if (!entry) return undefined;
  const { name, path: form, isFormer = false } = entry;
  const issuer = path === '' ? entry.host : `${entry.host}/${path}`;
  // Tokens of the first version name their issuer with a slash at the end (Microsoft Entra, access token claims).
  return name === 'vstoken'
    ? { ...facts.vstoken, isFormer, organization: parseOrganizationId(path), canonical: issuer }
    : { ...facts.entra, isFormer, organization: undefined, canonical: form === 'v1' ? `${issuer}/` : issuer };
}

/** Knows the issuers that a configuration names as well, wherever they are. */
export function makeClassifier(profiles: readonly IssuerProfile[]): IssuerClassifier {
  const named = new Map(profiles.map((profile) => [plainParts(profile.issuer).join('/'), profile]));
  return (text) => {
    const profile = named.get(plainParts(text).join('/'));
    if (!profile || profile.name === 'vstoken') return azureIssuer(text);
    const { issuer: canonical, audience } = profile;
    return { kind: 'entra', isFormer: false, organization: undefined, canonical, audience };
  };
}

/** `host/<tenant>/v2.0` or `host/<tenant>/`. */
export const parseTenant = (issuer: string): string => issuer.split('/')[1]?.toLowerCase() ?? '';

/** The organization in a subject of Entra: it ends with `/sc/<organization id>/<connection id>`. */
export function organizationInEntraSubject(subject: string): OrganizationId | undefined {
  return parseOrganizationId(/\/sc\/([^/]+)\/[^/]*$/i.exec(subject)?.[1] ?? '');
}

/**
 * Whether everybody whom the pattern lets in is of one project (`vstoken`), or of one organization and with more than
 * that in common (`entra`, whose subjects hold no project). The text before the first wildcard decides: a `*` also
 * stands for slashes.
 */
export function isNarrowPattern({ kind }: Pick<AzureIssuer, 'kind'>, pattern: string): boolean {
  const fixed = /^[^*?]*/.exec(pattern)?.[0] ?? '';
  return kind === 'vstoken'
    ? /^sc:\/\/[^/]+\/[^/]+\//.test(fixed)
    : /\/sc\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/[^/]/i.test(fixed);
}

/** Audiences of tokens for service connections: aws-toolkit-azure-devops README; of Entra, an application of Microsoft. */
const facts = {
  vstoken: { kind: 'vstoken', audience: TOKEN_EXCHANGE_AUDIENCE },
  entra: { kind: 'entra', audience: ENTRA_TOKEN_AUDIENCE },
} as const;

/** Host and path in lower case, without slashes at the end. */
function plainParts(text: string): readonly [string, string] {
  const [host = '', ...path] = text.toLowerCase().replace(/\/+$/, '').split('/');
  return [host, path.join('/')];
}

/** What an access token for Azure DevOps is asked for with, and what it is then made out for. */
export const azureDevOpsScope = `${AZURE_DEVOPS_APPLICATION}/.default`;

/** Where Entra is, in the public cloud and the national ones (entra-docs, authentication-national-cloud). */
export const entraAuthorities: readonly [string, ...string[]] = [
  'https://login.microsoftonline.com',
  ...issuerHosts
    .filter(({ host, isAuthority = false }) => isAuthority && host !== 'login.microsoftonline.com')
    .map(({ host }) => `https://${host}`),
];

/** Why no proof may be sent to this address; `undefined` when it may. The text is not quoted: it may hold a password. */
export function problemOfAuthority(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'holds a user name or password';
  if (url.href !== `${url.origin}/`) return 'has more than a host: the tenant has a field of its own';
  return (/^https?:$/.test(url.protocol) && isLoopback(url)) ||
    entraAuthorities.some((authority) => authority === url.origin)
    ? undefined
    : `is none of ${entraAuthorities.join(', ')}`;
}
