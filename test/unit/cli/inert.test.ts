import { inert, inertJson, jsonText } from '../../../functions/cli/output/sanitize.ts';
import { findActive, hostileText, hostileTexts } from '../../builders/hostile.ts';

const rows = Object.entries(hostileTexts).map(([does, text]) => ({ does, text }));
const onAScreen = rows.filter(({ text }) => findActive(text).length > 0 || text.includes('\n'));
/** Where a text stands in a line that is ours. */
const places = {
  'alone in a line': (text: string) => text,
  'after an indent': (text: string) => `    ${text}`,
  'in a sentence': (text: string) => `There is no connection ${text} here.`,
  'behind a number sign': (text: string) => `#${text}`,
} as const;

describe('a text from outside', () => {
  it('is known to act on screens and in pipelines as long as nothing is done about it', () => {
    expect(onAScreen.length).toBeGreaterThanOrEqual(16);
    expect(findActive(hostileText)).toContain('\u001b');
  });

  describe.each(Object.entries(places))('%s', (_place, put) => {
    it.each(rows)('does not act when it $does', ({ text }) => {
      const line = put(inert(text));
      expect(findActive(line)).toStrictEqual([]);
      expect(line).not.toContain('\n');
    });

    it.each(rows)('does not act as a JSON value on one line when it $does', ({ text }) => {
      const line = put(inertJson({ [text]: [text] }));
      expect(findActive(line)).toStrictEqual([]);
      expect(line).not.toContain('\n');
    });
  });

  it.each(rows)('is in a document as it is, and does not act, when it $does', ({ text }) => {
    const document = { [text]: [text, { text }] };
    expect(findActive(jsonText(document))).toStrictEqual([]);
    expect(JSON.parse(jsonText(document))).toStrictEqual(document);
  });

  it.each([
    'Shop / aws-prod',
    'arn:aws:iam::123456789012:role/azure-devops/shop',
    'Größe 日本 №1 #2 [a]',
    'a::b',
  ])('that does no harm is shown as it is: %s', (text) => {
    expect(inert(text)).toBe(text);
    expect(jsonText([text])).toBe(`[\n  "${text}"\n]`);
  });

  it('shows what it holds', () => {
    expect(inert('##vso[a]')).toBe('#\\u{23}vso[a]');
    expect(inert('::warning::a')).toBe('\\u{3a}:warning::a');
    expect(jsonText('##vso[a]')).toBe('"#\\u0023vso[a]"');
  });
});
