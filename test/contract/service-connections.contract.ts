import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId } from '../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type {
  ProjectConnectionSource,
  ServiceConnectionSource,
} from '../../shared/ports/service-connections.ts';
import { projectId } from '../builders/domain-ids.ts';

export interface NewConnection {
  readonly name: string;
  readonly type?: string;
  readonly roleArn?: string;
  readonly useOidc?: boolean;
  readonly accessKeyId?: string;
  readonly externalId?: string;
  readonly isDisabled?: boolean;
  readonly isReady?: boolean;
}

/** A source, and the organization that it looks at. Lists of projects come in pages of two where there are pages. */
export interface SourceUnderTest {
  readonly source: ServiceConnectionSource & ProjectConnectionSource;
  /** As configured. Nothing is in it yet. */
  readonly organization: Organization;
  addProject(name: string): ProjectId;
  addConnection(project: ProjectId, connection: NewConnection): ConnectionId;
  share(connection: ConnectionId, project: ProjectId, name: string): void;
  /** From now on another organization answers under the name. */
  takeName(): void;
  /** From now on it is not plainly complete. */
  spoil(what: 'organization' | 'projects' | ProjectId): void;
  close(): Promise<void>;
}

const NOWHERE = projectId(9);
const ROLE_ARN = 'arn:aws:iam::123456789012:role/azure-devops/shop/prod';

/** What a source of service connections promises, on every implementation. */
export function serviceConnectionsContract(open: () => Promise<SourceUnderTest>): void {
  let under: SourceUnderTest;

  beforeEach(async () => {
    under = await open();
  });
  afterEach(() => under.close());

  const observe = (): Promise<OrganizationInventory> => under.source.readInventory(under.organization);

  async function readConnections(project: ProjectId): Promise<readonly ServiceConnection[]> {
    const { projects } = await observe();
    if (projects.state === 'unknown') throw new Error(projects.message);
    const found = projects.value.find(({ id }) => id === project)?.connections;
    if (found?.state !== 'complete') throw new Error(`The connections of ${project} are not known.`);
    return found.value;
  }

  it('says who answers, beside who was asked', async () => {
    const { id, name } = under.organization;
    expect(await observe()).toMatchObject({
      organizationId: id,
      organizationName: name,
      identity: { state: 'complete', value: { id, name } },
    });
  });

  it('calls an organization without projects complete and empty', async () => {
    expect((await observe()).projects).toEqual({ state: 'complete', value: [] });
  });

  it('calls a project without connections complete and empty', async () => {
    const shop = under.addProject('Shop');
    expect(await readConnections(shop)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('gives %i projects, each once', async (count) => {
    const names = ['Shop', 'Bank', 'Map', 'Post', 'Zoo'].slice(0, count);
    const added = names.map((name) => ({ id: under.addProject(name), name }));
    const { projects } = await observe();
    const given = projects.state === 'complete' ? projects.value.map(({ id, name }) => ({ id, name })) : [];
    expect(given).toHaveLength(count);
    expect(given).toEqual(expect.arrayContaining(added));
  });

  it('gives what a connection asks for', async () => {
    const shop = under.addProject('Shop');
    const id = under.addConnection(shop, { name: 'aws-prod', roleArn: ROLE_ARN, useOidc: true });
    expect(await readConnections(shop)).toEqual([
      {
        id,
        type: 'AWS',
        references: [{ projectId: shop, projectName: 'Shop', name: 'aws-prod' }],
        requestedRoleArn: ROLE_ARN,
        oidc: 'on',
        powerShellOidc: true,
        hasAccessKey: false,
        hasExternalId: false,
        isDisabled: false,
        isReady: true,
      },
    ]);
  });

  it.each<[string, Omit<NewConnection, 'name'>, Partial<ServiceConnection>]>([
    ['of another type', { type: 'Generic' }, { type: 'Generic', oidc: 'off', requestedRoleArn: '' }],
    ['that Terraform made', { type: 'aws' }, { type: 'aws' }],
    ['without OIDC', { useOidc: false }, { oidc: 'off' }],
    ['with an access key', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, { hasAccessKey: true }],
    ['with an external id', { externalId: 'tenant-7' }, { hasExternalId: true }],
    ['that is disabled', { isDisabled: true }, { isDisabled: true, isReady: true }],
    ['whose creation failed', { isReady: false }, { isDisabled: false, isReady: false }],
  ])('gives a connection %s', async (_what, connection, expected) => {
    const shop = under.addProject('Shop');
    const id = under.addConnection(shop, { name: 'one', ...connection });
    expect(await readConnections(shop)).toMatchObject([{ id, ...expected }]);
  });

  it('lets no key out', async () => {
    const shop = under.addProject('Shop');
    under.addConnection(shop, { name: 'old', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', externalId: 'tenant-7' });
    const seen = JSON.stringify(await observe());
    expect(seen).toContain('"hasAccessKey":true');
    expect(seen).not.toMatch(/AKIAIOSFODNN7EXAMPLE|tenant-7/);
  });

  it('gives a shared connection in each project, with all its references by project id', async () => {
    const [shop, bank] = [under.addProject('Shop'), under.addProject('Bank')];
    const id = under.addConnection(shop, { name: 'aws-prod' });
    under.share(id, bank, 'aws-prod-Bank');
    const references = [
      { projectId: shop, projectName: 'Shop', name: 'aws-prod' },
      { projectId: bank, projectName: 'Bank', name: 'aws-prod-Bank' },
    ].sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
    for (const project of [shop, bank])
      expect(await readConnections(project)).toMatchObject([{ id, references }]);
  });

  it('says the same again while nothing changes, and something else after a change', async () => {
    const shop = under.addProject('Shop');
    under.addConnection(shop, { name: 'aws-prod' });
    const first = await observe();
    expect(await observe()).toEqual(first);
    under.addConnection(shop, { name: 'aws-test' });
    expect(await observe()).not.toEqual(first);
  });

  it('reads nothing of another organization that answers under the name', async () => {
    under.addProject('Shop');
    under.takeName();
    const { organizationId, identity, projects } = await observe();
    const answered = identity.state === 'complete' ? identity.value.id : undefined;
    expect(answered).toMatch(/^[0-9a-f-]{36}$/);
    expect(answered).not.toBe(organizationId);
    expect(projects).toMatchObject({ state: 'unknown', code: 'identity-mismatch' });
  });

  it('knows no project of an organization that does not say who it is', async () => {
    under.addProject('Shop');
    under.spoil('organization');
    const { identity, projects } = await observe();
    expect(identity).toMatchObject({ state: 'unknown', code: expect.any(String) as string });
    expect(projects).toEqual(identity);
  });

  it('knows who answers when the list of projects is not complete', async () => {
    under.addProject('Shop');
    under.spoil('projects');
    const { identity, projects } = await observe();
    expect(identity).toMatchObject({ state: 'complete', value: { id: under.organization.id } });
    expect(projects).toMatchObject({ state: 'unknown', message: expect.stringMatching(/\w/) as string });
  });

  it('calls one project unknown and the others complete', async () => {
    const [shop, bank] = [under.addProject('Shop'), under.addProject('Bank')];
    under.addConnection(shop, { name: 'aws-prod' });
    const id = under.addConnection(bank, { name: 'aws-prod' });
    under.spoil(shop);
    const { projects } = await observe();
    const byId = new Map(
      projects.state === 'complete' ? projects.value.map((project) => [project.id, project.connections]) : [],
    );
    expect(byId.get(shop)).toMatchObject({ state: 'unknown' });
    expect(byId.get(bank)).toMatchObject({ state: 'complete', value: [{ id }] });
  });

  describe('a look at one project', () => {
    const observeConnection = (project: ProjectId) => under.source.readProject(under.organization, project);

    it('tells the same of it as a look at everything, and says who answers', async () => {
      const [shop, bank] = [under.addProject('Shop'), under.addProject('Bank')];
      const id = under.addConnection(shop, { name: 'aws-prod', roleArn: ROLE_ARN, useOidc: true });
      under.share(id, bank, 'aws-prod-Bank');
      under.addConnection(bank, { name: 'aws-test' });
      const whole = await observe();
      for (const { id: project, ...rest } of whole.projects.state === 'complete'
        ? whole.projects.value
        : []) {
        const { identity, project: seen } = await observeConnection(project);
        expect(seen).toEqual({ state: 'complete', value: { id: project, ...rest } });
        expect(identity).toEqual(whole.identity);
      }
      expect(whole.projects).toMatchObject({ value: [{}, {}] });
    });

    it('calls a project without connections complete and empty', async () => {
      const shop = under.addProject('Shop');
      expect((await observeConnection(shop)).project).toMatchObject({
        value: { name: 'Shop', connections: { state: 'complete', value: [] } },
      });
    });

    it('calls a project unknown that is not there', async () => {
      under.addProject('Shop');
      const { identity, project } = await observeConnection(NOWHERE);
      expect(identity.state).toBe('complete');
      expect(project).toMatchObject({ state: 'unknown', code: 'not-found' });
    });

    it('says which part of it could not be read', async () => {
      const [shop, bank] = [under.addProject('Shop'), under.addProject('Bank')];
      under.spoil(shop);
      expect((await observeConnection(shop)).project).toMatchObject({
        value: { connections: { state: 'unknown' } },
      });
      expect((await observeConnection(bank)).project).toMatchObject({
        value: { connections: { state: 'complete' } },
      });
    });

    it('reads nothing of another organization that answers under the name', async () => {
      const shop = under.addProject('Shop');
      under.takeName();
      const { organizationId, identity, project } = await observeConnection(shop);
      expect(identity.state === 'complete' ? identity.value.id : organizationId).not.toBe(organizationId);
      expect(project).toMatchObject({ state: 'unknown', code: 'identity-mismatch' });
    });

    it('knows no project of an organization that does not say who it is', async () => {
      const shop = under.addProject('Shop');
      under.spoil('organization');
      const { identity, project } = await observeConnection(shop);
      expect(identity.state).toBe('unknown');
      expect(project).toEqual(identity);
    });
  });
}
