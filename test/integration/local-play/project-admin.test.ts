import { createProjectAdmin } from '../../../infra/local/project-admin.ts';
import type { ProjectAdmin } from '../../../infra/local/project-admin.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { sample } from '../../../infra/local/sample.ts';
import { ConfigError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import { startPlayground } from './playground.ts';

let cloud: LocalCloud;
let admin: ProjectAdmin;

beforeEach(async () => {
  cloud = await startPlayground();
  admin = createProjectAdmin(cloud.azureDevOps.url, sample.organization, sample.adminToken);
});

afterEach(() => cloud.close());

const ROLE = 'arn:aws:iam::123456789012:role/azure-devops/shop/another';

interface Answer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly isDisabled: boolean;
  readonly authorization: { readonly parameters: Readonly<Record<string, string | null>> };
}

/** What the REST interface answers to somebody else: the reader, as azfed is one. */
async function answers(project: string): Promise<readonly Answer[]> {
  const url = `${cloud.azureDevOps.url}/contoso/${encodeURIComponent(project)}/_apis/serviceendpoint/endpoints`;
  const authorization = `Basic ${Buffer.from(`:${sample.readerToken}`).toString('base64')}`;
  const response = await fetch(`${url}?api-version=7.1`, { headers: { authorization } });
  return ((await response.json()) as { readonly value: readonly Answer[] }).value;
}

async function answer(project: string, name: string): Promise<Answer> {
  const found = (await answers(project)).find((one) => one.name === name);
  if (!found) throw new Error(`${project} shows no ${name}.`);
  return found;
}

const listNames = async (project: string) => (await answers(project)).map(({ name }) => name).sort();

describe('a project admin', () => {
  it('lists the connections of all projects, more than a page of them', async () => {
    const lines = await admin.list();
    expect(new Set(lines.map(({ project }) => project))).toEqual(new Set(['Shop', 'Payments', 'Platform']));
    expect(lines).toHaveLength(14);
  });

  it.each([
    { options: {}, useOIDC: 'true', assumeRoleArn: '' },
    { options: { roleArn: ROLE, oidc: false }, useOIDC: 'false', assumeRoleArn: ROLE },
  ])('creates a connection with OIDC $useOIDC', async ({ options, useOIDC, assumeRoleArn }) => {
    const { id } = await admin.create({ project: 'Shop', name: 'aws-new', ...options });
    expect(await answer('Shop', 'aws-new')).toMatchObject({
      id,
      type: 'AWS',
      authorization: { parameters: { useOIDC, assumeRoleArn } },
    });
  });

  it('renames a connection, which stays the same one', async () => {
    const { id } = await answer('Shop', 'aws-prod');
    await admin.renameConnection('Shop', 'aws-prod', 'aws-live');
    expect((await answer('Shop', 'aws-live')).id).toBe(id);
    expect(await listNames('Shop')).not.toContain('aws-prod');
  });

  it('renames a shared connection in the one project', async () => {
    await admin.share('Shop', 'aws-prod', 'Platform');
    await admin.renameConnection('Shop', 'aws-prod', 'aws-live');
    expect(await listNames('Shop')).toContain('aws-live');
    expect(await listNames('Platform')).toContain('aws-prod-Platform');
  });

  it('renames a project, whose connections stay', async () => {
    const before = await listNames('Shop');
    await admin.renameProject('Shop', 'Shop Europe');
    expect(await listNames('Shop Europe')).toEqual(before);
    await expect(admin.renameProject('Shop', 'Elsewhere')).rejects.toThrow(ConfigError);
  });

  it('deletes a connection, from every project that uses it', async () => {
    await admin.share('Shop', 'aws-prod', 'Platform');
    expect(await listNames('Platform')).toContain('aws-prod-Platform');
    await admin.remove('Shop', 'aws-prod');
    expect(await listNames('Shop')).toEqual(['aws-legacy', 'aws-mixed', 'aws-staging']);
    expect(await listNames('Platform')).not.toContain('aws-prod-Platform');
  });

  it.each([
    { type: undefined, becomes: 'AWS' },
    { type: 'generic', becomes: 'generic' },
  ])('makes a connection again as $becomes: another id, the same fields', async ({ type, becomes }) => {
    const before = await answer('Shop', 'aws-prod');
    const { id } = await admin.recreate('Shop', 'aws-prod', type);
    const after = await answer('Shop', 'aws-prod');
    const { assumeRoleArn, useOIDC } = before.authorization.parameters;
    expect(after).toMatchObject({
      id,
      type: becomes,
      authorization: { parameters: { assumeRoleArn, useOIDC } },
    });
    expect(after.id).not.toBe(before.id);
  });

  it('shares a connection, which has one id in both projects', async () => {
    await admin.share('Shop', 'aws-prod', 'Platform');
    expect((await answer('Platform', 'aws-prod-Platform')).id).toBe((await answer('Shop', 'aws-prod')).id);
  });

  it('turns OIDC off and on, and leaves the other fields', async () => {
    const { parameters } = (await answer('Shop', 'aws-prod')).authorization;
    await admin.setOidc('Shop', 'aws-prod', false);
    const off = await answer('Shop', 'aws-prod');
    expect(off.authorization.parameters).toEqual({ ...parameters, useOIDC: 'false' });
    await admin.setOidc('Shop', 'aws-prod', true);
    expect((await answer('Shop', 'aws-prod')).authorization.parameters).toEqual(parameters);
  });

  it('types another role into a connection, and leaves the other fields', async () => {
    const { parameters } = (await answer('Shop', 'aws-prod')).authorization;
    await admin.setRole('Shop', 'aws-prod', ROLE);
    const after = await answer('Shop', 'aws-prod');
    expect(after.authorization.parameters).toEqual({ ...parameters, assumeRoleArn: ROLE });
  });

  it('disables a connection and enables it again', async () => {
    await admin.disable('Shop', 'aws-prod', true);
    expect((await answer('Shop', 'aws-prod')).isDisabled).toBe(true);
    expect((await answer('Shop', 'aws-staging')).isDisabled).toBe(false);
    await admin.disable('Shop', 'aws-prod', false);
    expect((await answer('Shop', 'aws-prod')).isDisabled).toBe(false);
  });
});

describe('when it cannot be done', () => {
  it('lists the connections of the project when none has the name', async () => {
    const removed = admin.remove('Shop', 'aws-nowhere');
    await expect(removed).rejects.toThrow(ConfigError);
    await expect(removed).rejects.toThrow('Choose one of: aws-legacy, aws-mixed, aws-prod, aws-staging.');
    expect(await listNames('Shop')).toHaveLength(4);
  });

  it('lists the projects when none has the name', async () => {
    await expect(admin.remove('Nowhere', 'aws-prod')).rejects.toThrow(
      'Choose one of: Payments, Platform, Shop.',
    );
  });

  it("gives Azure DevOps' sentence when it refuses", async () => {
    const made = admin.create({ project: 'Shop', name: 'aws-prod' });
    await expect(made).rejects.toThrow(UpstreamError);
    await expect(made).rejects.toThrow('409: Service connection with name aws-prod already exists.');
  });

  it.each([
    { who: 'a token that nobody has', token: 'nobody', status: '203' },
    { who: 'a token that may only read', token: sample.readerToken, status: '403' },
  ])('says $status to $who', async ({ token, status }) => {
    const other = createProjectAdmin(cloud.azureDevOps.url, sample.organization, token);
    await expect(other.renameProject('Shop', 'Elsewhere')).rejects.toThrow(
      `Azure DevOps answered ${status}: `,
    );
    expect(await listNames('Shop')).toHaveLength(4);
  });
});
