import { execFileSync } from 'node:child_process';
import { controlsText } from '../../../functions/cli/output/controls-text.ts';
import { explainMissing } from '../../../functions/cli/output/credential-text.ts';
import { inert, inertJson, jsonText, quoteWord } from '../../../functions/cli/output/sanitize.ts';
import { createStyle } from '../../../functions/cli/output/style.ts';
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

describe('a text as a word of a command to copy', () => {
  const commands = [
    '$(touch harm)',
    '`touch harm`',
    "it's; touch harm",
    '"; touch harm; "',
    '${HOME}',
    'a b',
    'a\nb',
    '',
    '*',
    '~',
    '-- | & > harm #',
    "'",
    '\\',
    '!!',
  ];

  it.each(commands)('is for a shell nothing but itself: %j', (text) => {
    const script = `printf %s ${quoteWord(text)}`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: {} })).toBe(text);
  });

  it.each(['Shop/aws-prod', './plan.json', 'arn:aws:iam::123456789012:role/azure-devops/a'])(
    'is not quoted where nothing in it acts: %s',
    (text) => {
      expect(quoteWord(text)).toBe(text);
    },
  );

  // A person who may approve may write pauses, and somebody with more rights copies the command.
  it('stands so in the command that ends a suspension', () => {
    const at = '2026-11-30T12:00:00Z' as never;
    const scope = { of: 'grant', name: 'a$(touch harm)' } as const;
    const controls = {
      pauses: [{ scope, until: at, reason: '', by: '', at }],
      bootstrapped: true,
      breakers: [],
      approvals: [],
    };
    const layout = { style: createStyle(false), columns: undefined };
    expect(controlsText(controls as never, () => 'grant', layout)).toContain(
      "`azfed resume grant 'a$(touch harm)'`",
    );
  });

  it('stands so in advice about a profile', () => {
    const { fix } = explainMissing('Token is expired.', 'a$(touch harm)');
    expect(fix).toBe("Sign in: aws sso login --profile 'a$(touch harm)'");
  });
});
