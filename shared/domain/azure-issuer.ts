import type { OrganizationId } from './ids.ts';
import { parseOrganizationId } from './ids.ts';

/** An issuer that signs tokens for service connections of Azure DevOps. */
export interface AzureIssuer {
  /**
   * `vstoken` has one issuer for each organization. `entra` has one for each tenant, whatever its tokens are for: there
   * only the subject tells one organization, or one application, from another.
   */
  readonly kind: 'vstoken' | 'entra';
  /** Of `vstoken`; `undefined` when what stands there is not the GUID of an organization. */
  readonly organization: OrganizationId | undefined;
  /** Host and path as the tokens spell them; a provider that is spelled otherwise lets nobody in. */
  readonly canonical: string;
  /** Of tokens for service connections. */
  readonly audience: string;
}

/**
 * The issuer behind host and path, spelled in whatever case and with or without a slash at the end; `undefined` for
 * issuers of others. Audiences: `api://AzureADTokenExchange` (aws-toolkit-azure-devops README); of Entra's tokens for
 * service connections, the id of an application of Microsoft.
 */
export function azureIssuer(text: string): AzureIssuer | undefined {
  const plain = text.toLowerCase().replace(/\/+$/, '');
  const [host, ...path] = plain.split('/');
  if (host === 'vstoken.dev.azure.com') return vstokenIssuer(plain, path.join('/'));
  if (host === 'login.microsoftonline.com') return entraIssuer(plain);
  // Tokens of the first version name their issuer with a slash at the end (Microsoft Entra, access token claims).
  return host === 'sts.windows.net' ? entraIssuer(`${plain}/`) : undefined;
}

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

function vstokenIssuer(canonical: string, organization: string): AzureIssuer {
  return {
    kind: 'vstoken',
    organization: parseOrganizationId(organization),
    canonical,
    audience: 'api://AzureADTokenExchange',
  };
}

function entraIssuer(canonical: string): AzureIssuer {
  return {
    kind: 'entra',
    organization: undefined,
    canonical,
    audience: 'fb60f99c-7a34-4190-8149-302f77469936',
  };
}
