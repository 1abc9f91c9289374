import { CoreApi } from 'azure-devops-node-api/CoreApi.js';
import { LocationsApi } from 'azure-devops-node-api/LocationsApi.js';
import { ServiceEndpointApi } from 'azure-devops-node-api/ServiceEndpointApi.js';
import { PersonalAccessTokenCredentialHandler } from 'azure-devops-node-api/handlers/personalaccesstoken.js';

import { LOCAL_PAT } from '../../../infra/local/azure-devops/organizations/organizations.ts';
import { ENDPOINTS, ROLE_ARN, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

describe('the embedded Azure DevOps, asked by azure-devops-node-api', () => {
  let shop: Shop;
  let core: CoreApi;
  let endpoints: ServiceEndpointApi;
  let locations: LocationsApi;

  beforeEach(async () => {
    shop = await openShop();
    const handlers = [new PersonalAccessTokenCredentialHandler(LOCAL_PAT, false)];
    const options = { allowRedirects: false };
    const url = `${shop.azdo.url}/contoso`;
    core = new CoreApi(url, handlers, options);
    endpoints = new ServiceEndpointApi(url, handlers, options);
    locations = new LocationsApi(url, handlers, options);
  });
  afterEach(() => shop.azdo.close());

  const fromProject = (name: string) => ({
    projectReference: { id: shop.project.id, name: shop.project.name },
    name,
  });

  it('lists the projects', async () => {
    const projects = await core.getProjects();
    expect(projects.map(({ id, name }) => ({ id, name }))).toEqual([
      { id: shop.project.id, name: 'My Shop' },
    ]);
  });

  it('finds a project by its percent-encoded name and by its id', async () => {
    const byName = await core.getProject('My Shop');
    const byId = await core.getProject(shop.project.id);
    expect(byName.id).toBe(shop.project.id);
    expect(byId.name).toBe('My Shop');
  });

  it.each(['My Shop', 'my shop', 'id'])(
    'lists the connections of the project that is asked for by %s',
    async (by) => {
      const list = await endpoints.getServiceEndpoints(
        by === 'id' ? shop.project.id : by,
        'aws',
        undefined,
        undefined,
        undefined,
        true,
      );
      expect(list.map(({ id, name, type }) => ({ id, name, type }))).toEqual([
        { id: shop.connection.id, name: 'aws-prod', type: 'AWS' },
      ]);
      expect(list[0]?.authorization?.parameters).toMatchObject({
        assumeRoleArn: ROLE_ARN,
        useOIDC: 'true',
        username: '',
      });
    },
  );

  it('gives one connection by id, and null for a missing one', async () => {
    const found = await endpoints.getServiceEndpointDetails('My Shop', shop.connection.id);
    const missing: unknown = await endpoints.getServiceEndpointDetails('My Shop', shop.project.id);
    expect(found.name).toBe('aws-prod');
    expect(missing).toBeNull();
  });

  it("tells the organization's GUID as the instance id", async () => {
    const data = await locations.getConnectionData();
    expect(data.instanceId).toBe(shop.organization.id);
  });

  it('asks for the locations of an area once', async () => {
    await endpoints.getServiceEndpoints('My Shop');
    await endpoints.getServiceEndpoints('My Shop');
    expect(shop.azdo.counts()).toMatchObject({ location: 1, endpoints: 2 });
  });

  it('plays the project administrator: creates, shares, changes and deletes a connection', async () => {
    const other = shop.azdo.projects.create('contoso', 'Other');
    const created = await endpoints.createServiceEndpoint({
      name: 'aws-test',
      type: 'aws',
      url: 'https://aws.amazon.com/',
      authorization: {
        scheme: 'UsernamePassword',
        parameters: { assumeRoleArn: ROLE_ARN, useOIDC: 'true', password: 'secret' },
      },
      serviceEndpointProjectReferences: [fromProject('aws-test')],
    });
    const id = created.id ?? '';
    await endpoints.shareServiceEndpoint(
      [{ projectReference: { id: other.id }, name: 'aws-test-Other' }],
      id,
    );
    const changed = await endpoints.updateServiceEndpoint(
      { ...created, isDisabled: true, serviceEndpointProjectReferences: [fromProject('aws-renamed')] },
      id,
    );
    expect(changed.isDisabled).toBe(true);
    expect(await listNames('My Shop')).toEqual(['aws-prod', 'aws-renamed']);
    expect(await listNames('Other')).toEqual(['aws-test-Other']);
    const stored = shop.azdo
      .snapshot()
      .organizations[0]?.connections.find((connection) => connection.id === id);
    expect(stored?.parameters['password']).toBe('secret');

    await endpoints.deleteServiceEndpoint(id, [shop.project.id, other.id]);
    expect(await listNames('My Shop')).toEqual(['aws-prod']);
    expect(await listNames('Other')).toEqual([]);
  });

  async function listNames(project: string): Promise<string[]> {
    const list = await endpoints.getServiceEndpoints(project);
    return list.map(({ name }) => name ?? '').sort();
  }

  it('plays the collection administrator: creates, renames and deletes a project', async () => {
    await core.queueCreateProject({ name: 'New' });
    const { id } = await core.getProject('New');
    await core.updateProject({ name: 'Newer' }, id ?? '');
    expect((await core.getProject('Newer')).id).toBe(id);
    await core.queueDeleteProject(id ?? '');
    const live = await core.getProjects();
    expect(live.map(({ name }) => name)).toEqual(['My Shop']);
    const deleted = await shop.ask('/_apis/projects?stateFilter=deleted');
    expect(await deleted.json()).toMatchObject({ count: 1, value: [{ id, state: 'deleted' }] });
  });

  it('shows the client an empty list where the bytes said sign-in page', async () => {
    await core.getProjects();
    shop.azdo.faults.next({ operation: 'projects' }, 'sign-in-page-203');
    const list: unknown = await core.getProjects();
    expect(list).toBeNull();
  });

  it('catches the credentials of a client that follows redirects', async () => {
    const careless = new ServiceEndpointApi(`${shop.azdo.url}/contoso`, [
      new PersonalAccessTokenCredentialHandler(LOCAL_PAT, true),
    ]);
    shop.azdo.faults.next({ operation: 'endpoints' }, 'redirect-302');
    await expect(careless.getServiceEndpoints('My Shop')).resolves.toEqual([]);
    expect(shop.azdo.elsewhere.received).toMatchObject([
      { path: `/contoso${ENDPOINTS}`, hadCredentials: true },
    ]);
  });

  it('sees nothing elsewhere of a client that follows none', async () => {
    shop.azdo.faults.next({ operation: 'endpoints' }, 'redirect-302');
    await expect(endpoints.getServiceEndpoints('My Shop')).rejects.toMatchObject({ statusCode: 302 });
    expect(shop.azdo.elsewhere.received).toEqual([]);
  });
});
