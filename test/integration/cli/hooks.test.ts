import type { SubscriptionRecord } from '../../../infra/local/azure-devops/state/state.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { HooksPlace } from './hooks-place.ts';
import { FIRST, URL, enterHooksPlace } from './hooks-place.ts';

let place: HooksPlace;
beforeEach(async () => {
  place = await enterHooksPlace();
});
afterEach(() => place.leave());

function addForeign(): SubscriptionRecord {
  const { id: _, createdAt: __, modifiedAt: ___, ...ours } = place.one();
  const consumerInputs = { url: 'http://127.0.0.1:9/somebody-else', httpHeaders: 'Key: planted' };
  return place.cloud.azureDevOps.hooks.create(sample.organization, { ...ours, consumerInputs });
}

describe('azfed hooks install', () => {
  it('makes two subscriptions in each project that a grant covers, and finds nothing to do the second time', async () => {
    expect(await place.statuses()).toEqual(Array(6).fill('missing'));
    const first = await place.install();
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain(`Subscriptions that post to ${URL}:`);
    expect(first.stdout.match(/ enabled$/gm)).toHaveLength(6);
    const events = place
      .subscriptions()
      .map(({ eventType, publisherInputs }) => `${publisherInputs['projectId'] ?? ''} ${eventType}`);
    expect(new Set(events).size).toBe(6);
    expect(place.one().consumerInputs).toEqual({
      url: URL,
      basicAuthUsername: 'azfed',
      basicAuthPassword: FIRST,
      resourceDetailsToSend: 'minimal',
      messagesToSend: 'none',
      detailedMessagesToSend: 'none',
      acceptUntrustedCerts: 'false',
    });
    const before = place.writes();
    expect((await place.install()).code).toBe(0);
    expect(place.writes()).toBe(before);
    expect(await place.status()).toMatchObject({ code: 0, isPartial: false });
  });

  it.each([false, true])(
    'brings back one that the system disabled, whether or not (%s) updates leave it so',
    async (leaves) => {
      const { hooks } = place.cloud.azureDevOps;
      await place.install();
      const { id } = place.one();
      hooks.leaveDisabled(sample.organization, leaves);
      hooks.setStatus(sample.organization, id, 'disabledBySystem');
      expect(await place.statuses()).toContain('disabledBySystem');
      expect((await place.install()).code).toBe(0);
      expect(await place.statuses()).toEqual(Array(6).fill('enabled'));
      expect(place.subscriptions().some((one) => one.id === id)).toBe(!leaves);
      const before = place.writes();
      expect((await place.install()).code).toBe(0);
      expect(place.writes()).toBe(before);
    },
  );

  it('writes nothing where nobody says yes', async () => {
    const { code, stderr } = await place.hooks('install');
    expect({ code, isSaid: stderr.includes('Nothing was written') }).toEqual({ code: 1, isSaid: true });
    expect(place.subscriptions()).toEqual([]);
  });

  it.each<readonly [string, () => void, string]>([
    [
      'is disabled by a person',
      () => {
        place.edit({ status: 'disabledByUser' });
      },
      'disabledByUser',
    ],
    [
      'is on probation',
      () => {
        place.edit({ status: 'onProbation' });
      },
      'onProbation',
    ],
    [
      'takes any certificate',
      () => {
        place.edit({ consumerInputs: { ...place.one().consumerInputs, acceptUntrustedCerts: 'true' } });
      },
      'enabled',
    ],
    [
      'was deleted',
      () => {
        place.cloud.azureDevOps.hooks.remove(sample.organization, place.one().id);
      },
      'missing',
    ],
    [
      'is there twice',
      () => {
        place.cloud.azureDevOps.hooks.create(sample.organization, place.one());
      },
      'duplicate',
    ],
    [
      'posts to somewhere else now',
      () => {
        place.edit({
          consumerInputs: { ...place.one().consumerInputs, url: 'http://127.0.0.1:9/elsewhere' },
        });
      },
      'enabled',
    ],
    [
      'is for every project now',
      () => {
        place.edit({ publisherInputs: {} });
      },
      'enabled',
    ],
  ])('heals a subscription that %s', async (_what, befall, status) => {
    await place.install();
    befall();
    const found = await place.status();
    expect(found.code).toBe(2);
    expect(found.subscriptions.filter(({ change }) => change !== 'none')).toMatchObject([
      { standing: status },
    ]);
    expect((await place.install()).code).toBe(0);
    expect(await place.statuses()).toEqual(Array(6).fill('enabled'));
    expect(place.subscriptions()).toHaveLength(6);
  });

  it('gives a subscription that somebody made by hand the password and its inputs', async () => {
    await place.install();
    const { id: _, ...byHand } = {
      ...place.one(),
      consumerInputs: { url: URL, basicAuthPassword: 'guessed-by-hand' },
    };
    place.cloud.azureDevOps.hooks.remove(sample.organization, place.one().id);
    place.cloud.azureDevOps.hooks.create(sample.organization, byHand);
    expect((await place.hooks('status')).stdout).toMatch(
      /enabled; password not known; other basicAuthUsername, /,
    );
    expect((await place.install()).code).toBe(0);
    expect(await place.statuses()).toEqual(Array(6).fill('enabled'));
  });

  it('takes away those of a project that no grant covers any more, and leaves those of one that is not listed', async () => {
    await place.install();
    const { azureDevOps } = place.cloud;
    azureDevOps.projects.rename(sample.organization, 'Platform', 'Outside');
    const shop = azureDevOps.snapshot().organizations[0]?.projects.find(({ name }) => name === 'Shop');
    azureDevOps.organizations.setPat(sample.organization, {
      token: sample.readerToken,
      access: 'read',
      projects: ['Payments', 'Outside'],
    });
    expect((await place.install()).code).toBe(0);
    const left = place.subscriptions().map(({ publisherInputs }) => publisherInputs['projectId']);
    expect(left).toHaveLength(4);
    expect(left.filter((id) => id === shop?.id)).toHaveLength(2);
  });

  it('names what it was refused, and ends with 1', async () => {
    const { azureDevOps } = place.cloud;
    azureDevOps.organizations.setPat(sample.organization, { token: sample.adminToken, access: 'read' });
    const { code, stderr } = await place.install();
    expect(code).toBe(1);
    expect(stderr).toContain('create contoso / Payments, created: The identity may not do this');
    expect(place.subscriptions()).toEqual([]);
  });

  it('looks again when nobody knows whether a subscription was made, and makes no second one', async () => {
    place.cloud.azureDevOps.faults.next({ operation: 'write' }, 'cut-json');
    const { code, stdout, stderr } = await place.install();
    expect(code).toBe(1);
    expect(stderr).toContain('create contoso / Payments, created: The answer breaks off');
    expect(stdout.match(/enabled; password not known/g)).toHaveLength(1);
    expect(stdout).toMatch(/\n\nTo carry out 1 change: azfed hooks install( --local)?\n$/);
    expect((await place.install()).code).toBe(0);
    expect(place.subscriptions()).toHaveLength(6);
  });
});

describe('azfed hooks status', () => {
  it.each(['sign-in-page-203', 'ok-null', 'count-mismatch', 'html-200'] as const)(
    'says that it cannot say where the list comes as %s, and install writes nothing',
    async (fault) => {
      await place.install();
      const before = place.writes();
      place.cloud.azureDevOps.faults.next({ operation: 'subscriptions' }, fault, 2);
      expect(await place.status()).toMatchObject({ code: 3, isPartial: true, subscriptions: [] });
      const said = await place.install();
      expect(said.code).toBe(3);
      expect(said.stderr).toContain('Could not be read: contoso: ');
      expect(place.writes()).toBe(before);
    },
  );

  it('gives no password to another organization that answers under the name', async () => {
    place.cloud.azureDevOps.organizations.swapId(sample.organization);
    const said = await place.install();
    expect(said.code).toBe(3);
    expect(said.stderr).toMatch(/Another organization answers under/);
    expect(place.subscriptions()).toEqual([]);
  });

  it('says that the password cannot be read', async () => {
    place.cloud.secrets.put('azfed/hook', 'no passwords');
    const { code, stderr } = await place.hooks('status');
    expect(code).toBe(3);
    expect(stderr).toContain('It does not hold the passwords of service hooks.');
  });

  it('asks for the address where the configuration has none', async () => {
    place.configure('');
    const { code, stderr } = await place.hooks('status');
    expect(code).toBe(1);
    expect(stderr).toContain('output HookUrl');
  });
});

describe('azfed hooks remove', () => {
  it('takes all of its own away and leaves those of others as they are', async () => {
    await place.install();
    const foreign = addForeign();
    const { code, stdout, stderr } = await place.hooks('remove', '--yes');
    expect(code).toBe(0);
    expect(stderr.match(/^delete .* enabled$/gm)).toHaveLength(6);
    expect(place.subscriptions()).toEqual([foreign]);
    expect(`${stdout}${stderr}`).not.toContain('planted');
  });

  it('takes its own away by their record, whatever somebody has edited', async () => {
    await place.install();
    const { id } = place.one();
    const consumerInputs = { url: 'http://127.0.0.1:9/elsewhere', basicAuthUsername: 'kim' };
    place.edit({ eventType: 'git.push', publisherInputs: {}, consumerInputs });
    const { stdout } = await place.hooks('status');
    expect(stdout).toContain('somebody has changed its event');
    const token = { token: sample.adminToken, access: 'read' } as const;
    place.cloud.azureDevOps.organizations.setPat(sample.organization, token);
    expect((await place.hooks('remove', '--yes')).code).toBe(1);
    expect(place.subscriptions().map((one) => one.id)).toContain(id);
    place.cloud.azureDevOps.organizations.setPat(sample.organization, { ...token, access: 'manage' });
    expect((await place.hooks('remove', '--yes')).code).toBe(0);
    expect(place.subscriptions()).toEqual([]);
  });

  it('takes those of a former address away, and no others', async () => {
    await place.install();
    const consumerInputs = { ...place.one().consumerInputs, url: 'http://127.0.0.1:9/elsewhere' };
    place.edit({ consumerInputs });
    const edited = place.subscriptions().find((one) => one.consumerInputs['url'] !== URL);
    place.configure('');
    const token = { token: sample.adminToken, access: 'read' } as const;
    place.cloud.azureDevOps.organizations.setPat(sample.organization, token);
    const without = await place.hooks('remove', '--yes', '--url', URL);
    expect(without.code).toBe(1);
    expect(without.stdout).toContain(`: azfed hooks remove --url ${URL}`);
    place.cloud.azureDevOps.organizations.setPat(sample.organization, { ...token, access: 'manage' });
    expect((await place.hooks('remove', '--yes', '--url', URL)).code).toBe(0);
    expect(place.subscriptions()).toEqual([edited]);
    const refused = await place.hooks('remove', '--yes', '--url', 'http://example.com/');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('is not https');
  });
});
