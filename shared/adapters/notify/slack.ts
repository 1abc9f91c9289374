import type { ChatMessage } from '../../domain/notify/message.ts';

const marks = { high: '\u{1f534}', medium: '\u{1f7e1}', low: '\u{1f7e2}' } as const;

/**
 * The message as Block Kit for an incoming webhook (docs.slack.dev, Block Kit). All text is `plain_text`, in which Slack
 * reads neither markup nor mentions. Only the fallback, which notifications show, is read as markup.
 */
export function slackBody({ title, severity, text, facts, lines, furtherLines, links }: ChatMessage): string {
  const more = furtherLines > 0 ? [`... and ${furtherLines} more`] : [];
  const list = [...lines, ...more].join('\n');
  return JSON.stringify({
    text: escaped(title),
    blocks: [
      { type: 'header', text: plain(`${marks[severity]} ${title}`) },
      { type: 'section', text: plain(text) },
      ...(facts.length > 0
        ? [{ type: 'section', fields: facts.map(({ name, value }) => plain(`${name}\n${value}`)) }]
        : []),
      ...(list === '' ? [] : [{ type: 'section', text: plain(list) }]),
      ...(links.length > 0
        ? [
            {
              type: 'actions',
              elements: links.map((link) => ({ type: 'button', text: plain(link.title), url: link.url })),
            },
          ]
        : []),
    ],
  });
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });

/** What begins a mention or a link in mrkdwn (docs.slack.dev, Formatting message text). */
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string) => text.replaceAll(/[&<>]/g, (character) => escapes[character] ?? '');
