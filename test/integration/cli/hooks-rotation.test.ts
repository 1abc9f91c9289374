import { sample } from '../../../infra/local/sample.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { parseOrganizationId } from '../../../shared/domain/kernel/ids.ts';
import { required } from '../../builders/stage.ts';
import { tableItems } from '../../builders/table.ts';
import type { HooksPlace } from './hooks-place.ts';
import { FIRST, enterHooksPlace } from './hooks-place.ts';

const SECOND = 'second-password-of-the-hooks';

let place: HooksPlace;
beforeEach(async () => {
  place = await enterHooksPlace();
});
afterEach(() => place.leave());

/** The subscriptions were given their passwords that long ago. */
async function age(hours: number): Promise<void> {
  const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
  const { state } = createDynamoState({ table: 'azfed', client, clock: systemClock });
  const recorded = await state.readHooks(required(parseOrganizationId(sample.organizationId), 'GUID'));
  const givenAt = systemClock.now() - hours * 3_600_000;
  await state.write({ ...recorded, givenAt });
  client.destroy();
}

describe('a password that is changed', () => {
  it('brings subscriptions from a former password to the new one, and shows neither', async () => {
    await place.install();
    place.setPasswords({ current: SECOND, previous: FIRST });
    const { code, stdout } = await place.hooks('status');
    expect(code).toBe(2);
    expect(stdout.match(/enabled; former password/g)).toHaveLength(6);
    const said = await place.install();
    expect(said.code).toBe(0);
    expect(place.subscriptions().map(({ consumerInputs }) => consumerInputs['basicAuthPassword'])).toEqual(
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

  it('gives every subscription a new password while the old one is still taken, and says neither', async () => {
    await place.install();
    const said = await place.hooks('install', '--rotate', '--yes');
    expect(said.code).toBe(0);
    const given = new Set(
      place.subscriptions().map(({ consumerInputs }) => consumerInputs['basicAuthPassword']),
    );
    const passwords = place.passwords();
    expect([...given]).toEqual([passwords.current]);
    expect(passwords.current).not.toBe(FIRST);
    expect(passwords.previous).toBe(FIRST);
    expect(`${said.stdout}${said.stderr}`).not.toContain(passwords.current);
    expect((await place.status()).code).toBe(0);
  });

  it('is refused while one is under way, and the end of it before 48 hours have passed', async () => {
    await place.install();
    await place.hooks('install', '--rotate', '--yes');
    const before = place.passwords();
    const again = await place.hooks('install', '--rotate', '--yes');
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain('a rotation is under way');
    const early = await place.hooks('install', '--drop-previous', '--yes');
    expect(early).toMatchObject({ code: 1 });
    expect(early.stderr).toContain('may still be repeated');
    place.edit({ status: 'disabledByUser' });
    const unsure = await place.hooks('install', '--drop-previous', '--yes');
    expect(unsure.stderr).toContain('may still have the former password');
    expect(place.passwords()).toEqual(before);
  });

  it('ends two days later, when every subscription is in order', async () => {
    await place.install();
    await place.hooks('install', '--rotate', '--yes');
    const { current } = place.passwords();
    await age(47);
    expect((await place.hooks('install', '--drop-previous', '--yes')).code).toBe(1);
    await age(49);
    expect((await place.hooks('install', '--drop-previous', '--yes')).code).toBe(0);
    expect(place.passwords()).toEqual({ current });
  });

  it('changes nothing where nobody says yes, or where subscriptions cannot be read', async () => {
    await place.install();
    expect((await place.hooks('install', '--rotate')).code).toBe(1);
    place.cloud.azureDevOps.faults.next({ operation: 'subscriptions' }, 'sign-in-page-203');
    expect((await place.hooks('install', '--rotate', '--yes')).code).toBe(3);
    expect(place.passwords()).toEqual({ current: FIRST });
  });
});
