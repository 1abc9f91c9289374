import type { ChatMessage } from '../../domain/notify/message.ts';

/** Hosts of Teams know no later version (Microsoft Learn, "Cards reference"). */
const VERSION = '1.4';
const colours = { high: 'attention', medium: 'warning', low: 'good' } as const;

/**
 * The message as an Adaptive Card for a workflow that posts "when a Teams webhook request is received". All text stands in
 * text runs, which know no Markdown (adaptivecards.io, TextRun), and nobody is mentioned without an entity that says so.
 */
export function teamsBody({ title, severity, text, facts, lines, furtherLines, links }: ChatMessage): string {
  const more = furtherLines > 0 ? [`... and ${furtherLines} more`] : [];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: VERSION,
    msteams: { width: 'Full' },
    fallbackText: withoutFunctions(title),
    body: [
      richText([{ ...run(title), weight: 'bolder', size: 'large', color: colours[severity] }]),
      richText([run(text)]),
      ...facts.map(({ name, value }) =>
        richText([{ ...run(`${name}: `), weight: 'bolder' }, run(value)], 'none'),
      ),
      ...[...lines, ...more].map((line, index) =>
        richText([{ ...run(line), fontType: 'monospace', size: 'small' }], index === 0 ? 'default' : 'none'),
      ),
    ],
    actions: links.map((link) => ({ type: 'Action.OpenUrl', title: link.title, url: link.url })),
  };
  return JSON.stringify({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  });
}

const run = (text: string) => ({ type: 'TextRun', text: withoutFunctions(text) });

/** `{{DATE(...)}}` and `{{TIME(...)}}` are carried out wherever they stand (Microsoft Learn, "Text features"). */
const withoutFunctions = (text: string) => text.replaceAll(/\{(?=\{)/g, '{ ');

const richText = (inlines: readonly object[], spacing = 'default') => ({
  type: 'RichTextBlock',
  spacing,
  inlines,
});
