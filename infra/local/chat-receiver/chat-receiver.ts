import { randomBytes } from 'node:crypto';
import { parseJson } from '../../../shared/domain/kernel/json.ts';
import {
  startLoopbackServer,
  type LoopbackOutcome,
  type LoopbackRequest,
} from '../loopback/loopback-server.ts';
import { slackMessage } from './slack-rules.ts';
import { MOST_BYTES, teamsMessage } from './teams-rules.ts';

interface ReceivedMessage {
  readonly chat: 'slack' | 'teams';
  readonly body: string;
  readonly status: number;
  /** What a person sees, a line for each text and each button. */
  readonly shown: readonly string[];
}

export interface ChatReceiver {
  /** Addresses of one incoming webhook each. Whoever has one may post. */
  readonly slackUrl: string;
  readonly teamsUrl: string;
  /** Every message that came, refused ones as well, oldest first. */
  readonly received: readonly ReceivedMessage[];
  /** Statuses of the next answers, in order, whatever comes. */
  failNext(...statuses: readonly number[]): void;
  close(): Promise<void>;
}

/** Slack and Teams as far as they take messages: as strict as they are documented to be. */
export async function startChatReceiver(port = 0): Promise<ChatReceiver> {
  const received: ReceivedMessage[] = [];
  const failures: number[] = [];
  const secret = randomBytes(12).toString('hex');
  const paths = { slack: `/services/T0/B0/${secret}`, teams: `/workflows/${secret}/triggers/manual/run` };

  const answer = (request: LoopbackRequest): Promise<LoopbackOutcome> => {
    const chat = request.path === paths.slack ? 'slack' : 'teams';
    if (request.method !== 'POST' || request.path !== paths[chat]) return reply(404, 'no_service');
    const { status, text } = judge(chat, request);
    const answered = failures.shift() ?? status;
    received.push({ chat, body: request.text, status: answered, shown: listShownTexts(request.text) });
    return reply(answered, answered === status ? text : '');
  };
  const server = await startLoopbackServer(answer, port);
  return {
    slackUrl: `${server.url}${paths.slack}`,
    teamsUrl: `${server.url}${paths.teams}`,
    received,
    failNext(...statuses) {
      failures.push(...statuses);
    },
    close: () => server.close(),
  };
}

const reply = (status: number, text: string) => Promise.resolve({ status, headers: {}, text });

function judge(chat: 'slack' | 'teams', { text, headers }: LoopbackRequest) {
  if (!String(headers['content-type']).startsWith('application/json'))
    return { status: 400, text: 'invalid_payload' };
  if (chat === 'slack')
    return slackMessage.safeParse(parseJson(text)).success
      ? { status: 200, text: 'ok' }
      : { status: 400, text: 'invalid_blocks' };
  if (Buffer.byteLength(text) > MOST_BYTES) return { status: 413, text: '' };
  return { status: teamsMessage.safeParse(parseJson(text)).success ? 202 : 400, text: '' };
}

const shownKeys = new Set(['text', 'title', 'url']);

/** Every text in it, in order. */
function listShownTexts(text: string): readonly string[] {
  const shown: string[] = [];
  const visit = (value: unknown, key = '') => {
    if (typeof value === 'string' && shownKeys.has(key)) shown.push(value);
    else if (typeof value === 'object' && value !== null)
      for (const [inner, child] of Object.entries(value)) visit(child, inner);
  };
  visit(parseJson(text));
  return shown;
}
