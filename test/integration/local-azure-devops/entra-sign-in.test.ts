import type { LocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type { LocalEntra } from '../../../infra/local/entra/local-entra.ts';
import { startLocalEntra } from '../../../infra/local/entra/local-entra.ts';
import type { ApplicationRecord } from '../../../infra/local/entra/state.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');

describe('an application that signs in to the embedded Azure DevOps', () => {
  let azdo: LocalAzureDevOps;
  let entra: LocalEntra;
  let application: ApplicationRecord;

  beforeAll(async () => {
    entra = await startLocalEntra({ now: () => NOW });
    azdo = await startLocalAzureDevOps({
      now: () => NOW,
      resolveTenant: (issuer) => entra.resolveIssuer(issuer),
    });
    application = entra.register(entra.addTenant());
    azdo.organizations.create({ name: 'contoso', tenantId: application.tenantId });
    azdo.organizations.create({ name: 'unconnected' });
    for (const name of ['contoso', 'unconnected'])
      azdo.organizations.setServicePrincipal(name, { objectId: application.objectId });
  });
  afterAll(() => Promise.all([azdo.close(), entra.close()]));

  async function requestStatus(
    authorization: string,
    organization = 'contoso',
    what: { readonly method?: string; readonly body?: string } = {},
  ): Promise<number> {
    const url = `${azdo.url}/${organization}/_apis/projects?api-version=7.1`;
    const headers = {
      authorization,
      'content-type': 'application/json',
      'x-tfs-fedauthredirect': 'Suppress',
    };
    return (await fetch(url, { ...what, headers })).status;
  }

  it('is let in', async () => {
    expect(await requestStatus(`Bearer ${await entra.mintToken(application.clientId)}`)).toBe(200);
  });

  const seconds = NOW / 1000;
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['for Microsoft Graph', { aud: 'https://graph.microsoft.com' }],
    ['that is over', { exp: seconds }],
    ['that has no end', { exp: undefined }],
    ['that has not begun', { nbf: seconds + 1 }],
    ['of another tenant', { iss: 'https://sts.windows.net/0a000000-0000-4000-8000-000000000009/' }],
    ['of another issuer', { iss: 'https://vstoken.dev.azure.com/x' }],
    ['of a service principal that was not added', { oid: '0a000000-0000-4000-8000-000000000009' }],
    ['of nobody', { oid: undefined }],
  ])('is not let in with a token %s', async (_what, overrides) => {
    expect(await requestStatus(`Bearer ${await entra.mintToken(application.clientId, overrides)}`)).toBe(401);
  });

  it('is not let in with a token that somebody else has signed, nor with half of one', async () => {
    const forged = await entra.mintToken(application.clientId, {}, 'impostor');
    const token = await entra.mintToken(application.clientId);
    expect(await requestStatus(`Bearer ${forged}`)).toBe(401);
    expect(await requestStatus(`Bearer ${token.slice(0, -9)}`)).toBe(401);
    expect(await requestStatus('Bearer x')).toBe(401);
  });

  it('is not let in to an organization that is connected to no tenant', async () => {
    const token = await entra.mintToken(application.clientId);
    expect(await requestStatus(`Bearer ${token}`, 'unconnected')).toBe(401);
    expect(await requestStatus(`Basic ${btoa(':local-pat')}`, 'unconnected')).toBe(200);
  });

  it('needs the scheme that is its own, as a personal access token does', async () => {
    const token = await entra.mintToken(application.clientId);
    expect(await requestStatus(`Basic ${btoa(`:${token}`)}`)).toBe(401);
    expect(await requestStatus('Bearer local-pat')).toBe(401);
  });

  it('may do what it was given, until it is removed', async () => {
    const { objectId, clientId } = application;
    const authorization = `Bearer ${await entra.mintToken(clientId)}`;
    const create = () =>
      requestStatus(authorization, 'contoso', { method: 'POST', body: JSON.stringify({ name: 'Shop' }) });
    azdo.organizations.setServicePrincipal('contoso', { objectId, access: 'read' });
    expect([await requestStatus(authorization), await create()]).toEqual([200, 403]);
    azdo.organizations.removeServicePrincipal('contoso', objectId);
    expect(await requestStatus(authorization)).toBe(401);
    azdo.organizations.setServicePrincipal('contoso', { objectId });
    expect([await requestStatus(authorization), await create()]).toEqual([200, 202]);
  });
});
