import type { IssuerName } from './issuer.ts';

/** A host that signs, or signed, tokens for service connections of Azure DevOps. */
export interface IssuerHost {
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
export function entraIssuersOf(tenantId: string): readonly string[] {
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
