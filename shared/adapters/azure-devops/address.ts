import { isOrganizationName } from '../../domain/issuers/issuer.ts';
import { isLoopbackUrl } from '../../domain/kernel/loopback.ts';

/** The organization that an address of the service names. */
export interface NamedOrganization {
  readonly name: string;
  /**
   * Whether the address tells capitals from small letters. A path does. Host names are the same in any case, so that one in
   * small letters may be lower-cased; one with capitals is the organization's own spelling.
   */
  readonly isSpelled: boolean;
}

/**
 * Reads both forms, whichever is the organization's primary one (azure-devops-docs, work-with-urls): from the text, because
 * `URL` lower-cases hosts. `undefined` for an address of nobody.
 */
export function parseOrganizationAddress(address: string): NamedOrganization | undefined {
  if (!URL.canParse(address)) return undefined;
  const { host, pathname } = new URL(address);
  const path = pathname.split('/').filter(Boolean);
  const isLegacy = host.endsWith('.visualstudio.com');
  if (!isLegacy && host !== 'dev.azure.com' && !isLoopbackUrl(address)) return undefined;
  const name = isLegacy ? legacyName(address, path) : path.join('/');
  if (name === undefined || !isOrganizationName(name)) return undefined;
  return { name, isSpelled: !isLegacy || name !== name.toLowerCase() };
}

/** `DefaultCollection` is what remains of the times when an organization could have several. */
function legacyName(address: string, path: readonly string[]): string | undefined {
  const isWhole = ['', 'defaultcollection'].includes(path.join('/').toLowerCase());
  return isWhole
    ? /^https:\/\/(?:[^@/]*@)?([a-z0-9-]+)\.visualstudio\.com(?:\/|$)/i.exec(address)?.[1]
    : undefined;
}

/**
 * Why the token must not be sent to this address; `undefined` when it may. Azure DevOps Server issues no tokens for
 * connections (aws-toolkit-azure-devops, pull request 550), so the only hosts are those of the service and, for the
 * embedded one, this machine.
 */
export function problemOfAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return 'it is not a URL';
  const url = new URL(text);
  // The text is not quoted back: it may hold a password.
  if (url.username !== '' || url.password !== '') return 'it holds a user name or password';
  if (/[?#]/.test(url.href)) return 'it has a query or a fragment';
  if (isLoopbackUrl(text)) return ['http:', 'https:'].includes(url.protocol) ? undefined : 'it is not https';
  if (url.protocol !== 'https:') return 'it is not https (plain http is for loopback only)';
  return isService(url) ? undefined : `${url.host} is not a host of Azure DevOps Services`;
}

/** Both forms of the address: azure-devops-docs, work-with-urls. */
function isService({ host }: URL): boolean {
  return host === 'dev.azure.com' || /^[a-z0-9-]+\.visualstudio\.com$/.test(host);
}

/**
 * Parts of the service have hosts of their own, in the new form for every organization (azure-devops-docs, work-with-urls); the
 * embedded one has everything at one address.
 */
export function resolveServiceUrl(
  { name, url }: { readonly name: string; readonly url: string },
  service: 'auditservice' | 'vsaex' | 'vssps',
): string {
  return isLoopbackUrl(url) ? url : `https://${service}.dev.azure.com/${name}`;
}
