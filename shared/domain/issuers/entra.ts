import { issuerHosts } from './issuer-hosts.ts';

/** The application id of Azure DevOps, the same in every tenant (azure-devops-docs, service-principal-managed-identity). */
const AZURE_DEVOPS = '499b84ac-1321-427f-aa17-267ca6975798';

/** What an access token for Azure DevOps is asked for with, and what it is then made out for. */
export const azureDevOpsScope = `${AZURE_DEVOPS}/.default`;

/** The audience that Entra proposes for federated credentials (entra-docs, workload-identity-federation). */
export const ENTRA_AUDIENCE = 'api://AzureADTokenExchange';

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
  return isLoopback(url) || entraAuthorities.some((authority) => authority === url.origin)
    ? undefined
    : `is none of ${entraAuthorities.join(', ')}`;
}

function isLoopback({ hostname, protocol }: URL): boolean {
  return /^https?:$/.test(protocol) && /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(hostname);
}
