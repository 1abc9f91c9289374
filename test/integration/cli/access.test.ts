import { otherCredentials } from '../../../infra/local/sample-sign-in.ts';
import { sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import { required } from '../../builders/stage.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

interface Document {
  readonly isPartial: boolean;
  readonly organizations: readonly { readonly isMember: boolean | null }[];
  readonly projects: readonly {
    readonly project: string;
    readonly isMember: boolean | null;
    readonly role: string | null;
    readonly steps: readonly string[];
  }[];
}

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  const [entra = ''] = otherCredentials(place.cloud);
  const text = sampleConfiguration(place.cloud).replace(/credential: .*/, `credential: ${entra}`);
  place.write('.azfed/federation.yaml', text);
  place.cloud.azureDevOps.organizations.removeServicePrincipal(sample.organization, application().objectId);
});
afterEach(() => place.leave());

const azdo = () => place.cloud.azureDevOps;
const application = () => required(place.cloud.entra.snapshot().applications[0], 'application');
const access = (...typed: readonly string[]) => place.azfed(['access', ...typed, '--local']);
const writes = () => azdo().calls.filter(({ operation }) => operation === 'write').length;

async function show() {
  const { code, stdout } = await access('show', '--json');
  return { code, document: JSON.parse(stdout) as Document };
}

const grantAll = () => access('grant', '--object-id', application().objectId, '--yes');

/** Names of the connections of Shop whose type the service itself is shown, and of those that are only listed. */
async function listAsService() {
  const token = await place.cloud.entra.mintToken(application().clientId);
  const answer = await fetch(`${azdo().url}/${sample.organization}/Shop/_apis/serviceendpoint/endpoints`, {
    headers: { authorization: `Bearer ${token}`, 'x-tfs-fedauthredirect': 'Suppress' },
  });
  if (answer.status !== 200) return answer.status;
  const { value } = (await answer.json()) as { readonly value: readonly { readonly type?: string }[] };
  return { listed: value.length, shown: value.filter(({ type }) => type !== undefined).length };
}

describe('azfed access grant', () => {
  it('makes the service a member, lets it read each granted project, and has nothing to do the second time', async () => {
    expect(await listAsService()).toBe(401);
    expect(await show()).toMatchObject({ code: 2, document: { organizations: [{ isMember: false }] } });
    const refused = await access('grant', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`--object-id "$(az ad sp show --id ${application().clientId}`);
    expect(writes()).toBe(0);

    expect((await access('grant', '--object-id', application().objectId)).code).toBe(1);
    expect(writes()).toBe(0);
    expect(await grantAll()).toMatchObject({ code: 0 });
    const { code, document } = await show();
    expect(code).toBe(0);
    expect(document.projects.length).toBeGreaterThan(1);
    for (const project of document.projects)
      expect(project).toMatchObject({ isMember: true, role: 'User', steps: [] });
    const seen = await listAsService();
    expect(seen).toEqual({ listed: expect.any(Number) as number, shown: expect.any(Number) as number });
    expect(seen).toMatchObject({ shown: (seen as { readonly listed: number }).listed });

    const before = writes();
    expect((await grantAll()).code).toBe(0);
    expect(writes()).toBe(before);
  });

  it('gives what --project names alone, and a revocation takes the role and nothing else', async () => {
    await access('grant', '--object-id', application().objectId, '--project', 'Sho?', '--yes');
    const granted = (await show()).document.projects.filter(({ role }) => role !== null);
    expect(granted.map(({ project }) => project)).toEqual(['Shop']);
    expect(await access('revoke', '--yes')).toMatchObject({ code: 0 });
    const shop = (await show()).document.projects.find(({ project }) => project === 'Shop');
    expect(shop).toMatchObject({ isMember: true, role: null, steps: ['assign'] });
    expect(await listAsService()).toEqual({ listed: 0, shown: 0 });
  });

  it('refuses a name that no project has, and takes roles away where no grant is any more', async () => {
    await grantAll();
    const before = writes();
    for (const [verb, what] of [
      ['grant', 'You see no such project that a grant covers.'],
      ['show', 'You see no such project that a grant covers.'],
      ['revoke', 'You see no such project.'],
    ] as const) {
      const { code, stdout, stderr } = await access(
        verb,
        '--project',
        'Shop',
        '--project',
        'Paymens',
        '--yes',
      );
      expect({ verb, code, stdout }).toEqual({ verb, code: 1, stdout: '' });
      expect(stderr).toContain(`--project Paymens\n  ${what}\n  Did you mean Payments?`);
    }
    expect(writes()).toBe(before);

    const text = place.read('.azfed/federation.yaml');
    const covered = (await show()).document.projects.length;
    place.write(
      '.azfed/federation.yaml',
      text.replaceAll(/project: (?:Payments|Platform),/g, 'project: Shop,'),
    );
    expect((await show()).document.projects).toHaveLength(1);
    expect(await access('revoke', '--yes')).toMatchObject({ code: 0 });
    place.write('.azfed/federation.yaml', text);
    const { projects } = (await show()).document;
    expect(projects.map(({ role }) => role)).toEqual(Array.from({ length: covered }, () => null));
  });

  it('says so where the new member is not listed at once', async () => {
    azdo().faults.next({ operation: 'members' }, 'ok-empty-list', 2);
    const { code, stderr } = await grantAll();
    expect([code, stderr]).toEqual([1, expect.stringContaining('added, and is not listed yet')]);
    expect(await access('grant', '--yes')).toMatchObject({ code: 0 });
  });

  it('goes on where one project is refused, and ends with 3 where one could not be read', async () => {
    azdo().faults.next({ operation: 'roleassignments', project: 'Shop' }, '403', 9);
    const { code, stderr } = await grantAll();
    expect(code).toBe(3);
    expect(stderr).toMatch(/Could not be read: contoso \/ Shop: .*HTTP 403/);
    azdo().faults.clear();
    const { projects } = (await show()).document;
    expect(projects.find(({ project }) => project === 'Shop')).toMatchObject({ isMember: true });
    expect(projects.filter(({ role }) => role === 'User').length).toBeGreaterThanOrEqual(projects.length - 1);
  });
});

it('says where an organization has no application that anything could be given to', async () => {
  place.write('.azfed/federation.yaml', sampleConfiguration(place.cloud));
  const { code, stderr } = await access('show');
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('a personal access token has the rights of its owner'),
  ]);
});
