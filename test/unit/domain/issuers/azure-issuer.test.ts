import {
  azureIssuer,
  makeClassifier,
  entraAuthorities,
} from '../../../../shared/domain/issuers/azure-issuer.ts';
import { entraProfile, listEntraIssuers, issuerHosts } from '../../../../shared/domain/issuers/issuer.ts';
import { organizationId } from '../../../builders/domain-ids.ts';

const TENANT = '99999999-8888-7777-6666-555555555555';
const OURS = organizationId(1);

describe('which issuer stands behind host and path', () => {
  it.each<readonly [string, 'vstoken' | 'entra' | undefined, string | undefined, boolean]>([
    [`vstoken.dev.azure.com/${OURS}`, 'vstoken', `vstoken.dev.azure.com/${OURS}`, false],
    [`VSTOKEN.dev.azure.com/${OURS}/`, 'vstoken', `vstoken.dev.azure.com/${OURS}`, false],
    ['vstoken.dev.azure.com', 'vstoken', 'vstoken.dev.azure.com', false],
    ['app.vstoken.visualstudio.com', 'vstoken', 'app.vstoken.visualstudio.com', true],
    [`app.vstoken.visualstudio.com/${OURS}`, 'vstoken', `app.vstoken.visualstudio.com/${OURS}`, true],
    [`sts.windows.net/${TENANT}`, 'entra', `sts.windows.net/${TENANT}/`, false],
    [`sts.chinacloudapi.cn/${TENANT}/`, 'entra', `sts.chinacloudapi.cn/${TENANT}/`, false],
    [`login.microsoftonline.us/${TENANT}/v2.0`, 'entra', `login.microsoftonline.us/${TENANT}/v2.0`, false],
    [
      `login.partner.microsoftonline.cn/${TENANT}/v2.0/`,
      'entra',
      `login.partner.microsoftonline.cn/${TENANT}/v2.0`,
      false,
    ],
    ['vstoken.actions.githubusercontent.com', undefined, undefined, false],
    [`login.microsoftonline.com.example.com/${TENANT}/v2.0`, undefined, undefined, false],
    [`https://vstoken.dev.azure.com/${OURS}`, undefined, undefined, false],
  ])('%s: %s', (text, kind, canonical, isFormer) => {
    const issuer = azureIssuer(text);
    expect([issuer?.kind, issuer?.canonical, issuer?.isFormer ?? false]).toEqual([kind, canonical, isFormer]);
  });

  it('knows every host of the table, by whatever its tokens say', () => {
    for (const { name, host } of issuerHosts) expect(azureIssuer(`${host}/${TENANT}`)?.kind).toBe(name);
    for (const issuer of listEntraIssuers(TENANT)) expect(azureIssuer(issuer)?.canonical).toBe(issuer);
  });

  it('takes an issuer that the configuration names for what it is there, wherever it is', () => {
    const profile = entraProfile({ tenantId: TENANT, issuer: `tokens.example.com/${TENANT}/v2.0` });
    const classify = makeClassifier([profile]);
    expect(classify(`Tokens.example.com/${TENANT}/v2.0/`)).toMatchObject({
      kind: 'entra',
      canonical: profile.issuer,
    });
    expect(classify('tokens.example.com/else')).toBeUndefined();
    expect(classify(`vstoken.dev.azure.com/${OURS}`)?.organization).toBe(OURS);
  });

  it('says where a proof may be sent', () => {
    expect(entraAuthorities).toEqual([
      'https://login.microsoftonline.com',
      'https://login.microsoftonline.us',
      'https://login.partner.microsoftonline.cn',
    ]);
  });
});
