import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { sequenceText, tableAttributes } from '../../../shared/contract/table-keys.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace } from './command-line.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  // Whoever is behind the webhook wants nothing of the first apply.
  place.cloud.receiver.failNext(410);
  await place.azfed(['apply', '--local', '--yes', '--quiet']);
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const ids = () => place.cloud.receiver.received.map(({ id }) => id);

it('sends again what a webhook has missed since it was disabled, once, oldest first', async () => {
  expect(ids()).toHaveLength(1);
  const first = await azfed('replay');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(/^ops: \d+ events sent again; azfed sends it events again\.\n$/);
  const sent = ids().slice(1);
  expect(sent.length).toBeGreaterThan(5);
  expect(new Set(sent).size).toBe(sent.length);
  expect(place.cloud.receiver.received.every(({ verified }) => verified)).toBe(true);
  expect(await azfed('replay')).toMatchObject({ code: 0, stdout: 'ops: nothing was missed.\n' });
  expect(ids().slice(1)).toEqual(sent);
});

it('says why a webhook still does not take it, ends with 1, and leaves it disabled', async () => {
  place.cloud.receiver.failNext(500);
  const { code, stdout } = await azfed('replay', '--webhook', 'ops');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^ops: nothing was sent; it does not take the next one: .*500/);
  const again = await azfed('replay', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ replays: [{ webhook: 'ops', isEnabled: true }] });
});

it('sends what is about one connection alone', async () => {
  const { stdout } = await azfed('replay', '--connection', 'Shop/aws-staging');
  expect(stdout).toMatch(/^ops: 1 event sent again; azfed sends it events again\.\n/);
  expect(stdout).toMatch(/ {2}\d+ other events that it missed: azfed replay --webhook ops --local\n$/);
});

it.each([
  [['--webhook', 'nobody'], 'There is no such webhook.'],
  [['--since', 'yesterday'], 'This is no time.'],
  [['--connection', '00000000-0000-4000-8000-000000000000'], 'has this name or id'],
])('refuses %s', async (typed, reason) => {
  const { code, stderr } = await azfed('replay', ...typed);
  expect({ code, isSaid: stderr.includes(reason) }).toEqual({ code: 1, isSaid: true });
});

it('ends with 3 where an entry of the history cannot be read, and shows or sends the others', async () => {
  const id = findConnectionId(place.cloud, 'Shop', 'aws-prod');
  await azfed('replay');
  const whole = await azfed('history', id, '--json');
  const { events } = JSON.parse(whole.stdout) as { readonly events: readonly unknown[] };
  const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
  const key = { pk: { S: `CONNECTION#${id}` }, sk: { S: `EVENT#${sequenceText(99)}` } };
  const later = { schemaVersion: { N: '99' }, [tableAttributes.timeToLive]: { N: '99999999999' } };
  await client.send(new PutItemCommand({ TableName: 'azfed', Item: { ...key, ...later } }));
  client.destroy();

  const history = await azfed('history', id, '--json');
  expect({ whole: whole.code, code: history.code }).toEqual({ whole: 0, code: 3 });
  expect(JSON.parse(history.stdout)).toMatchObject({ events, unreadable: 1 });
  expect(history.stderr).toContain('cannot be read');
  const replay = await azfed('replay', '--json');
  expect(replay.code).toBe(3);
  expect(JSON.parse(replay.stdout)).toMatchObject({ replays: [{ webhook: 'ops', unreadable: 1 }] });
  expect(replay.stderr).toContain('cannot be read');
});
