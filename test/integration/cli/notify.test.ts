import type { ChatReceiver } from '../../../infra/local/chat-receiver/chat-receiver.ts';
import { startChatReceiver } from '../../../infra/local/chat-receiver/chat-receiver.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

let place: Place;
let chats: ChatReceiver;
beforeEach(async () => {
  [place, chats] = await Promise.all([enterPlace(), startChatReceiver()]);
  const configuration = place.read('.azfed/federation.yaml');
  place.write(
    '.azfed/federation.yaml',
    `${configuration}
  - { name: slack, format: slack, secret: { env: AZFED_SLACK_URL }, events: ["*"] }
  - { name: teams, format: teams, secret: { env: AZFED_TEAMS_URL }, events: ["*"] }
report: { url: "https://reports.example.com/azfed.html" }
`,
  );
});
afterEach(() => Promise.all([place.leave(), chats.close()]));

const notify = (...typed: readonly string[]) =>
  place.azfed(['notify', 'test', '--local', ...typed], {
    AZFED_SLACK_URL: chats.slackUrl,
    AZFED_TEAMS_URL: chats.teamsUrl,
  });

it('sends each webhook and each chat one event, signed and formed as real ones', async () => {
  const { code, stdout, stderr } = await notify();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^WEBHOOK +FORMAT +TEST EVENT\n/);
  expect(stdout).toMatch(/\n\nLook for the test at the receiver\. .*azfed replay --local\n$/);
  for (const name of ['ops +cloudevents', 'slack +slack', 'teams +teams'])
    expect(stdout).toMatch(new RegExp(`${name} +taken in \\d+ ms`));
  expect(place.cloud.receiver.received).toMatchObject([{ type: 'webhook.test.v1', verified: true }]);
  expect(chats.received.map(({ chat, shown }) => [chat, shown.includes('Report')])).toEqual([
    ['slack', true],
    ['teams', true],
  ]);
});

it('says which one does not take it and why, tries the others, and ends with 1', async () => {
  place.cloud.receiver.failNext(503);
  const { code, stdout } = await place.azfed(['notify', 'test', '--local', '--json'], {
    AZFED_SLACK_URL: chats.slackUrl,
  });
  expect(code).toBe(1);
  const { webhooks } = JSON.parse(stdout) as {
    webhooks: { webhook: string; isTaken: boolean; reason: string }[];
  };
  expect(webhooks.map(({ webhook, isTaken }) => [webhook, isTaken])).toEqual([
    ['ops', false],
    ['slack', true],
    ['teams', false],
  ]);
  expect(webhooks[0]?.reason).toBe('HTTP 503');
  expect(webhooks[2]?.reason).toContain('AZFED_TEAMS_URL');
});

it('shows the address of a chat nowhere', async () => {
  chats.failNext(500, 500);
  const texts = await Promise.all([notify(), notify('--json'), place.azfed(['doctor', '--local'])]);
  const secret = new URL(chats.slackUrl).pathname.split('/').at(-1) ?? '';
  expect(secret.length).toBeGreaterThan(20);
  for (const { stdout, stderr } of texts) expect(`${stdout}${stderr}`).not.toContain(secret);
});

it('tries one alone, and refuses a name that there is not', async () => {
  expect((await notify('--webhook', 'slack')).code).toBe(0);
  expect(chats.received).toHaveLength(1);
  expect(place.cloud.receiver.received).toEqual([]);
  const { code, stderr } = await notify('--webhook', 'slak');
  expect(code).toBe(1);
  expect(stderr).toContain('Did you mean slack?');
});

it('is told of what an apply does, a chat in one message', async () => {
  const { code } = await place.azfed(['apply', '--local', '--yes', '--quiet'], {
    AZFED_SLACK_URL: chats.slackUrl,
    AZFED_TEAMS_URL: chats.teamsUrl,
  });
  expect(code).toBe(0);
  const titles = chats.received.filter(({ chat }) => chat === 'slack').map(({ shown }) => shown[0]);
  expect(titles.filter((title) => title?.endsWith('things happened in one run'))).toHaveLength(1);
  expect(chats.received.every(({ status }) => status < 300)).toBe(true);
  expect(place.cloud.receiver.received.length).toBeGreaterThan(titles.length);
});
