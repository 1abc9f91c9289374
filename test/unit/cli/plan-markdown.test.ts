import { planMarkdown } from '../../../functions/cli/output/plan-markdown.ts';
import { finding } from '../../../shared/domain/findings/finding.ts';
import { guard } from '../../../shared/domain/guard/guard.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { connection } from '../../builders/connection.ts';
import { rules } from '../../builders/rules.ts';
import { makePlan, world } from '../../builders/small-world.ts';

const plan = makePlan(world([connection(1)]));
const { changes } = guard(plan, rules());
const layout = { accounts: new Map<string, string>() };
const shown = { configuration: 'federation.yaml', planId: 'plan-1', changes, findings: [] };

/** The same change with a text from outside in it. */
const withReason = (reason: string): readonly GuardedChange[] =>
  changes.map((change) => ({ ...change, reason }));

describe('a plan in Markdown', () => {
  it('begins with a marker that nobody sees, and folds each change', () => {
    const text = planMarkdown(shown, layout);
    expect(text.split('\n').slice(0, 2)).toEqual(['<!-- azfed:plan federation.yaml -->', '### azfed plan']);
    expect(text.match(/<details><summary>/g)).toHaveLength(changes.length);
    expect(planMarkdown(shown, layout)).toBe(text);
  });

  it('lets no name from outside out of its code', () => {
    const hostile = '``` \n@everyone </details> <!-- azfed:plan other -->';
    const text = planMarkdown(
      {
        ...shown,
        configuration: '--> <b>',
        changes: withReason(hostile),
        findings: [finding('connection.without-role', `${hostile} ${'`'.repeat(9)}`)],
      },
      layout,
    );
    const outside = text.replaceAll(/(`{3,})diff\n[^]*?\n\1\n/g, '');
    expect(outside).not.toContain('@everyone');
    expect(outside).not.toContain('<b>');
    expect(outside.match(/<details>/g)).toHaveLength(outside.match(/<\/details>/g)?.length ?? 0);
  });

  it('says what a filter leaves out, and what people live with', () => {
    const open = finding('connection.static-keys', 'Shop / old holds a static access key.');
    const accepted = { ...open, accepted: { reason: 'gone <b>soon', until: '2027-03-31' } };
    const text = planMarkdown(
      {
        ...shown,
        findings: [open, accepted],
        notSelected: ['Only project Sh*. Not shown: 2 changes, 1 finding.', 'Not selected: arn:aws:iam::x'],
      },
      layout,
    );
    const [head = '', ...parts] = text.split('<details>');
    expect(head).toContain('Only project Sh\\*. Not shown: 2 changes, 1 finding.');
    expect(parts[0]).toContain('Not selected: arn:aws:iam::x');
    expect(text).toContain('<code>connection.static-keys</code>, 2 findings, 1 accepted</summary>');
    expect(text).toContain('key. Accepted until 2027-03-31: gone <b>soon\n');
    expect(planMarkdown({ ...shown, notSelected: [] }, layout)).toBe(planMarkdown(shown, layout));
  });

  it('holds at most 64 KB, and says what had no room', () => {
    const many = Array.from({ length: 400 }, () => withReason('ü'.repeat(4_000))).flat();
    const text = planMarkdown({ ...shown, changes: many }, layout);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1024);
    expect(text).toMatch(/\*\*\d+ parts more had no room here:\*\*/);
    const huge = planMarkdown({ ...shown, changes: withReason('ü'.repeat(100_000)).slice(0, 1) }, layout);
    expect(Buffer.byteLength(huge)).toBeLessThanOrEqual(64 * 1024);
    expect(huge).toContain('(cut; azfed plan shows all of it)');
    expect(huge).not.toContain('\ufffd');
  });
});
