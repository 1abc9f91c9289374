import type { Configuration } from '../configuration/configuration.ts';
import { isRecord } from '../kernel/json.ts';
import { inert } from '../kernel/sanitize.ts';
import type { PendingEvent } from '../records/event.ts';

/** What people are told in a chat, whatever the chat: plain text, never markup. */
export interface ChatMessage {
  /** What happened, in words. */
  readonly title: string;
  readonly severity: 'low' | 'medium' | 'high';
  /** Why, in a sentence; empty where the title says it all. */
  readonly text: string;
  readonly facts: readonly Fact[];
  /** One line each: the first of the differences, or of what happened. */
  readonly lines: readonly string[];
  /** How many more lines there would be. */
  readonly furtherLines: number;
  readonly links: readonly Link[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** Where people read more of what an event is about. */
export interface Places {
  readonly organizations: readonly { readonly id: string; readonly url: string }[];
  /** Accounts that have names. */
  readonly accounts?: readonly { readonly id: string; readonly name?: string }[];
  /** Address of the report page, where there is one. */
  readonly reportUrl?: string;
}

export function selectPlaces({
  organizations,
  accounts,
  report,
}: Pick<Configuration, 'organizations' | 'accounts' | 'report'>): Places {
  return { organizations, accounts, ...(report ? { reportUrl: report.url } : {}) };
}

/** The event with the name of its account beside the id, where the configuration gives one. */
export function nameAccount(event: PendingEvent, { accounts = [] }: Places): PendingEvent {
  const { aws } = event.data;
  if (!isRecord(aws)) return event;
  const name = accounts.find(({ id }) => id === aws['account'])?.name;
  return name === undefined
    ? event
    : { ...event, data: { ...event.data, aws: { ...aws, accountName: name } } };
}

/**
 * Bytes of UTF-8. Together they stay under what Slack and Teams take (13,000 characters, 20 kB), also when every character
 * is one that JSON escapes.
 */
const budget = { title: 140, text: 500, fact: 200, line: 180, url: 500 } as const;
const MOST_LINES = 12;

/** The message as long as a chat takes it; of what is cut, the end is missing and says so. */
export const fitMessage = (whole: ChatMessage): ChatMessage => ({
  ...whole,
  title: shown(budget.title, whole.title),
  text: shown(budget.text, whole.text),
  facts: whole.facts.map(({ name, value }) => ({ name, value: shown(budget.fact, value) })),
  lines: whole.lines.slice(0, MOST_LINES).map((line) => shown(budget.line, line)),
  furtherLines: whole.furtherLines + Math.max(0, whole.lines.length - MOST_LINES),
  // Half an address leads nowhere.
  links: whole.links.filter(({ url }) => byteLength(url) <= budget.url),
});

const shown = (bytes: number, text: string) => truncateText(bytes, inert(text));

const byteLength = (text: string) => new TextEncoder().encode(text).length;

function truncateText(bytes: number, text: string): string {
  if (byteLength(text) <= bytes) return text;
  let left = bytes - byteLength('…');
  const kept: string[] = [];
  for (const character of text) {
    left -= byteLength(character);
    if (left < 0) break;
    kept.push(character);
  }
  return `${kept.join('')}…`;
}
