import type { SubscriptionRecord } from '../../../infra/local/azure-devops/state.ts';
import { sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import {
  createDynamoState,
  createLocalDynamoClient,
} from '../../../shared/adapters/dynamodb/dynamo-state.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { parseOrganizationId } from '../../../shared/domain/ids.ts';
import { required } from '../../builders/stage.ts';
import { tableItems } from '../../builders/table.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const URL = 'http://127.0.0.1:9/hooks/azure-devops';
const FIRST = 'first-password-of-the-hooks';
const SECOND = 'second-password-of-the-hooks';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  const secret = setPasswords({ current: FIRST });
  configure(`hooks: { url: "${URL}", secret: "${secret}" }\n`);
});
afterEach(() => place.leave());

const setPasswords = (passwords: { readonly current: string; readonly previous?: string }) =>
  place.cloud.secrets.put('azfed/hook', JSON.stringify(passwords));
/** What the service reads. */
function secretOf() {
  const secret = place.cloud.secrets.snapshot().secrets.find(({ name }) => name === 'azfed/hook');
  const value = secret?.versions[0]?.value;
  if (!value || !('SecretString' in value)) throw new Error('There is no password.');
  return JSON.parse(value.SecretString) as { readonly current: string; readonly previous?: string };
}

/** The subscriptions were given their passwords that long ago. */
async function age(hours: number): Promise<void> {
  const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
  const { state } = createDynamoState({ table: 'azfed', client, clock: systemClock });
  const recorded = await state.readHooks(required(parseOrganizationId(sample.organizationId), 'GUID'));
  const givenAt = new Date(systemClock.now() - hours * 3_600_000).toISOString();
  await state.write({ ...recorded, givenAt });
  client.destroy();
}
const configure = (more: string) => {
  place.write('.azfed/federation.yaml', `${sampleConfiguration(place.cloud)}${more}`);
};
const hooks = (...typed: readonly string[]) => place.azfed(['hooks', ...typed, '--local']);
const install = () => hooks('install', '--yes');
const subscriptions = () => place.cloud.azureDevOps.snapshot().organizations[0]?.subscriptions ?? [];
const writes = () => place.cloud.azureDevOps.calls.filter(({ operation }) => operation === 'write').length;

interface Document {
  readonly isPartial: boolean;
  readonly subscriptions: readonly Readonly<Record<string, unknown>>[];
}
const status = async () => {
  const { code, stdout } = await hooks('status', '--json');
  return { code, ...(JSON.parse(stdout) as Document) };
};
const standings = async () => (await status()).subscriptions.map(({ standing }) => standing);

function one(): SubscriptionRecord {
  const [found] = subscriptions();
  if (!found) throw new Error('There is no subscription.');
  return found;
}

/** What a person does with a subscription at the page of the project. */
function edit(change: Partial<SubscriptionRecord>): void {
  const { id, createdAt: _, modifiedAt: __, ...before } = one();
  place.cloud.azureDevOps.hooks.update(sample.organization, id, { ...before, ...change });
}

function addForeign(): SubscriptionRecord {
  const { id: _, createdAt: __, modifiedAt: ___, ...ours } = one();
  const consumerInputs = { url: 'http://127.0.0.1:9/somebody-else', httpHeaders: 'Key: planted' };
  return place.cloud.azureDevOps.hooks.create(sample.organization, { ...ours, consumerInputs });
}

describe('azfed hooks install', () => {
  it('makes two subscriptions in each project that a grant covers, and finds nothing to do the second time', async () => {
    expect(await standings()).toEqual(Array(6).fill('missing'));
    const first = await install();
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain(`Subscriptions that post to ${URL}:`);
    expect(first.stdout.match(/ enabled$/gm)).toHaveLength(6);
    const events = subscriptions().map(
      ({ eventType, publisherInputs }) => `${publisherInputs['projectId'] ?? ''} ${eventType}`,
    );
    expect(new Set(events).size).toBe(6);
    expect(one().consumerInputs).toEqual({
      url: URL,
      basicAuthUsername: 'azfed',
      basicAuthPassword: FIRST,
      resourceDetailsToSend: 'minimal',
      messagesToSend: 'none',
      detailedMessagesToSend: 'none',
      acceptUntrustedCerts: 'false',
    });
    const before = writes();
    expect((await install()).code).toBe(0);
    expect(writes()).toBe(before);
    expect(await status()).toMatchObject({ code: 0, isPartial: false });
  });

  it('writes nothing where nobody says yes', async () => {
    const { code, stderr } = await hooks('install');
    expect({ code, isSaid: stderr.includes('Nothing was written') }).toEqual({ code: 1, isSaid: true });
    expect(subscriptions()).toEqual([]);
  });

  it.each<readonly [string, () => void, string]>([
    [
      'is disabled by a person',
      () => {
        edit({ status: 'disabledByUser' });
      },
      'disabledByUser',
    ],
    [
      'is on probation',
      () => {
        edit({ status: 'onProbation' });
      },
      'onProbation',
    ],
    [
      'takes any certificate',
      () => {
        edit({ consumerInputs: { ...one().consumerInputs, acceptUntrustedCerts: 'true' } });
      },
      'enabled',
    ],
    [
      'was deleted',
      () => {
        place.cloud.azureDevOps.hooks.remove(sample.organization, one().id);
      },
      'missing',
    ],
    [
      'is there twice',
      () => {
        place.cloud.azureDevOps.hooks.create(sample.organization, one());
      },
      'duplicate',
    ],
    [
      'posts to somewhere else now',
      () => {
        edit({ consumerInputs: { ...one().consumerInputs, url: 'http://127.0.0.1:9/elsewhere' } });
      },
      'missing',
    ],
  ])('heals a subscription that %s', async (_what, befall, standing) => {
    await install();
    befall();
    const found = await status();
    expect(found.code).toBe(2);
    expect(found.subscriptions.filter(({ change }) => change !== 'none')).toMatchObject([{ standing }]);
    expect((await install()).code).toBe(0);
    expect(await standings()).toEqual(Array(6).fill('enabled'));
  });

  it('brings subscriptions from a former password to the new one, and shows neither', async () => {
    await install();
    setPasswords({ current: SECOND, previous: FIRST });
    const { code, stdout } = await hooks('status');
    expect(code).toBe(2);
    expect(stdout.match(/enabled; former password/g)).toHaveLength(6);
    const said = await install();
    expect(said.code).toBe(0);
    expect(subscriptions().map(({ consumerInputs }) => consumerInputs['basicAuthPassword'])).toEqual(
      Array(6).fill(SECOND),
    );
    const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
    const kept = await tableItems(client, 'azfed');
    client.destroy();
    for (const text of [stdout, said.stdout, said.stderr, ...kept]) {
      expect(text).not.toContain(FIRST);
      expect(text).not.toContain(SECOND);
    }
  });

  it('gives a subscription that somebody made by hand the password and its inputs', async () => {
    await install();
    const { id: _, ...byHand } = {
      ...one(),
      consumerInputs: { url: URL, basicAuthPassword: 'guessed-by-hand' },
    };
    place.cloud.azureDevOps.hooks.remove(sample.organization, one().id);
    place.cloud.azureDevOps.hooks.create(sample.organization, byHand);
    expect((await hooks('status')).stdout).toMatch(/enabled; password not known; other basicAuthUsername, /);
    expect((await install()).code).toBe(0);
    expect(await standings()).toEqual(Array(6).fill('enabled'));
  });

  it('takes away those of a project that no grant covers any more, and leaves those of one that is not listed', async () => {
    await install();
    const { azureDevOps } = place.cloud;
    azureDevOps.projects.rename(sample.organization, 'Platform', 'Outside');
    const shop = azureDevOps.snapshot().organizations[0]?.projects.find(({ name }) => name === 'Shop');
    azureDevOps.organizations.setPat(sample.organization, {
      token: sample.readerToken,
      access: 'read',
      projects: ['Payments', 'Outside'],
    });
    expect((await install()).code).toBe(0);
    const left = subscriptions().map(({ publisherInputs }) => publisherInputs['projectId']);
    expect(left).toHaveLength(4);
    expect(left.filter((id) => id === shop?.id)).toHaveLength(2);
  });

  it('names what it was refused, and ends with 1', async () => {
    const { azureDevOps } = place.cloud;
    azureDevOps.organizations.setPat(sample.organization, { token: sample.adminToken, access: 'read' });
    const { code, stderr } = await install();
    expect(code).toBe(1);
    expect(stderr).toContain('create contoso / Payments, created: The identity may not do this');
    expect(subscriptions()).toEqual([]);
  });

  it('looks again when nobody knows whether a subscription was made, and makes no second one', async () => {
    place.cloud.azureDevOps.faults.next({ operation: 'write' }, 'cut-json');
    const { code, stdout, stderr } = await install();
    expect(code).toBe(1);
    expect(stderr).toContain('create contoso / Payments, created: The answer breaks off');
    expect(stdout.match(/enabled; password not known/g)).toHaveLength(1);
    expect((await install()).code).toBe(0);
    expect(subscriptions()).toHaveLength(6);
  });
});

describe('azfed hooks install --rotate', () => {
  it('gives every subscription a new password while the old one is still taken, and says neither', async () => {
    await install();
    const said = await hooks('install', '--rotate', '--yes');
    expect(said.code).toBe(0);
    const given = new Set(subscriptions().map(({ consumerInputs }) => consumerInputs['basicAuthPassword']));
    const passwords = secretOf();
    expect([...given]).toEqual([passwords.current]);
    expect(passwords.current).not.toBe(FIRST);
    expect(passwords.previous).toBe(FIRST);
    expect(`${said.stdout}${said.stderr}`).not.toContain(passwords.current);
    expect((await status()).code).toBe(0);
  });

  it('is refused while one is under way, and the end of it before 48 hours have passed', async () => {
    await install();
    await hooks('install', '--rotate', '--yes');
    const before = secretOf();
    const again = await hooks('install', '--rotate', '--yes');
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain('a rotation is under way');
    const early = await hooks('install', '--drop-previous', '--yes');
    expect(early).toMatchObject({ code: 1 });
    expect(early.stderr).toContain('may still be repeated');
    edit({ status: 'disabledByUser' });
    const unsure = await hooks('install', '--drop-previous', '--yes');
    expect(unsure.stderr).toContain('may still have the former password');
    expect(secretOf()).toEqual(before);
  });

  it('ends two days later, when every subscription is in order', async () => {
    await install();
    await hooks('install', '--rotate', '--yes');
    const { current } = secretOf();
    await age(47);
    expect((await hooks('install', '--drop-previous', '--yes')).code).toBe(1);
    await age(49);
    expect((await hooks('install', '--drop-previous', '--yes')).code).toBe(0);
    expect(secretOf()).toEqual({ current });
  });

  it('changes nothing where nobody says yes, or where subscriptions cannot be read', async () => {
    await install();
    expect((await hooks('install', '--rotate')).code).toBe(1);
    place.cloud.azureDevOps.faults.next({ operation: 'subscriptions' }, 'sign-in-page-203');
    expect((await hooks('install', '--rotate', '--yes')).code).toBe(3);
    expect(secretOf()).toEqual({ current: FIRST });
  });
});

describe('azfed hooks status', () => {
  it.each(['sign-in-page-203', 'ok-null', 'count-mismatch', 'html-200'] as const)(
    'says that it cannot say where the list comes as %s, and install writes nothing',
    async (fault) => {
      await install();
      const before = writes();
      place.cloud.azureDevOps.faults.next({ operation: 'subscriptions' }, fault, 2);
      expect(await status()).toMatchObject({ code: 3, isPartial: true, subscriptions: [] });
      const said = await install();
      expect(said.code).toBe(3);
      expect(said.stderr).toContain('Could not be read: contoso: ');
      expect(writes()).toBe(before);
    },
  );

  it('gives no password to another organization that answers under the name', async () => {
    place.cloud.azureDevOps.organizations.swapId(sample.organization);
    const said = await install();
    expect(said.code).toBe(3);
    expect(said.stderr).toMatch(/Another organization answers under/);
    expect(subscriptions()).toEqual([]);
  });

  it('says that the password cannot be read', async () => {
    place.cloud.secrets.put('azfed/hook', 'no passwords');
    const { code, stderr } = await hooks('status');
    expect(code).toBe(3);
    expect(stderr).toContain('It does not hold the passwords of service hooks.');
  });

  it('asks for the address where the configuration has none', async () => {
    configure('');
    const { code, stderr } = await hooks('status');
    expect(code).toBe(1);
    expect(stderr).toContain('output HookUrl');
  });
});

describe('azfed hooks remove', () => {
  it('takes all of its own away and leaves those of others as they are', async () => {
    await install();
    const foreign = addForeign();
    const { code, stdout, stderr } = await hooks('remove', '--yes');
    expect(code).toBe(0);
    expect(stderr.match(/^delete .* enabled$/gm)).toHaveLength(6);
    expect(subscriptions()).toEqual([foreign]);
    expect(`${stdout}${stderr}`).not.toContain('planted');
  });

  it('takes those of a former address away', async () => {
    await install();
    configure('');
    expect((await hooks('remove', '--yes', '--url', URL)).code).toBe(0);
    expect(subscriptions()).toEqual([]);
    const refused = await hooks('remove', '--yes', '--url', 'http://example.com/');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('is not https');
  });
});
