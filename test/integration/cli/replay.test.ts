import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

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
  expect(first.stdout).toMatch(/^ops: \d+ events sent again; it is told again from now on\.\n$/);
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
  expect(stdout).toMatch(/^ops: 1 event sent again/);
});

it.each([
  [['--webhook', 'nobody'], 'There is no such webhook.'],
  [['--since', 'yesterday'], 'This is no time.'],
])('refuses %s', async (typed, reason) => {
  const { code, stderr } = await azfed('replay', ...typed);
  expect({ code, isSaid: stderr.includes(reason) }).toEqual({ code: 1, isSaid: true });
});
