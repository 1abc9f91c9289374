import type { ReviewItem } from '../../../shared/domain/configuration/configuration-review.ts';
import { findingCatalogue, type Finding } from '../../../shared/domain/findings/finding.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import { reviewText } from '../arguments/review-base.ts';
import { changeText, changeTitle } from './change-text.ts';
import type { Layout } from './layout.ts';
import { totalsText } from './plan-text.ts';
import { inert } from './sanitize.ts';
import { createStyle } from './style.ts';

/** Bytes: what a comment of GitHub holds (GitHub docs, comments: 65,536 characters), and less than one of Azure DevOps. */
const MOST_BYTES = 64 * 1024;
/** Of one folded part. */
const MOST_PART_BYTES = 8 * 1024;
/** For the sentence about what was cut. */
const RESERVE_BYTES = 512;

export interface ShownPlan {
  /** Path of the configuration, by which a pipeline finds its comment again. */
  readonly configuration: string;
  readonly planId: string;
  readonly changes: readonly GuardedChange[];
  readonly findings: readonly Finding[];
  readonly review?: readonly ReviewItem[] | undefined;
  /** What a filter leaves out, in sentences; the first says all of it. */
  readonly notSelected?: readonly string[];
}

/** Not shown, and the beginning of the text. */
export const commentMarker = (configuration: string): string =>
  `<!-- azfed:plan ${encodeURIComponent(configuration)} -->`;

/**
 * The plan as a comment of a pull request: totals, then a folded part for each change and each kind of finding. The same plan
 * gives the same text. Names from outside stand in code alone, where no host makes a mention or a link of them.
 */
export function planMarkdown(
  { configuration, planId, changes, findings, review, notSelected = [] }: ShownPlan,
  { accounts }: Pick<Layout, 'accounts'>,
): string {
  // Times as they are: an age would be another one at the next run.
  const layout: Layout = { style: createStyle(false), columns: undefined, isWide: true, now: 0, accounts };
  const [leftOut, ...urgent] = notSelected;
  const head = [
    commentMarker(configuration),
    '### azfed plan',
    '',
    escapeMarkdown(totalsText(changes, findings, layout)),
    '',
    ...(leftOut === undefined ? [] : [escapeMarkdown(inert(leftOut)), '']),
    `Configuration ${code(configuration)}, plan ${code(planId)}`,
  ].join('\n');
  const groups = [...groupItems(findings, ({ code: one }) => one)];
  return fitParts(head, [
    ...(urgent.length > 0 ? [fold(`Not selected: ${urgent.length}`, urgent.join('\n'))] : []),
    ...(review ? [fold(`Review: ${review.length} to check`, reviewText(review))] : []),
    ...changes.map((change) => fold(summarizeChange(change, layout), changeText(change, layout))),
    ...groups.map(([, group]) => fold(summarizeFindings(group), describeFindings(group))),
  ]);
}

function summarizeChange(change: GuardedChange, layout: Layout): string {
  const verdict = change.decision === 'held' ? `blocked (${change.blockedBy})` : change.kind;
  return `${verdict}, ${change.severity}: ${code(changeTitle(change, layout))}`;
}

function summarizeFindings(group: readonly Finding[]): string {
  const [first] = group;
  if (!first) return '';
  const accepted = group.filter((found) => found.accepted).length;
  const note = accepted === 0 ? '' : `, ${accepted} accepted`;
  return `${first.severity}: ${code(first.code)}, ${counted(group.length, 'finding')}${note}`;
}

function describeFindings(group: readonly Finding[]): string {
  const [first] = group;
  const fix = first ? [`-> ${findingCatalogue[first.code].fix}`] : [];
  const lines = group.map(({ message, accepted }) =>
    accepted ? `${message} Accepted until ${accepted.until}: ${accepted.reason}` : message,
  );
  return [...lines.map((line) => inert(line)), ...fix].join('\n');
}

/** A blank line before and after, without which hosts take the content for HTML. */
function fold(summary: string, content: string): string {
  const cut = cutBytes(content, MOST_PART_BYTES);
  const text = cut === content ? content : `${cut}\n(cut; azfed plan shows all of it)`;
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `<details><summary>${summary}</summary>\n\n${fence}diff\n${text}\n${fence}\n\n</details>`;
}

/** As many parts as there is room for, and how many are missing. */
function fitParts(head: string, parts: readonly string[]): string {
  const kept: string[] = [];
  let bytes = Buffer.byteLength(head) + RESERVE_BYTES;
  for (const part of parts) {
    bytes += Buffer.byteLength(part) + 2;
    if (bytes > MOST_BYTES) break;
    kept.push(part);
  }
  const missing = parts.length - kept.length;
  const note =
    missing === 0
      ? []
      : [`**${counted(missing, 'part')} more had no room here:** \`azfed plan\` shows the whole plan.`];
  return `${[head, ...kept, ...note].join('\n\n')}\n`;
}

function cutBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  // A character that is cut in the middle becomes a replacement character, which goes.
  return Buffer.from(text)
    .subarray(0, most)
    .toString('utf8')
    .replace(/\ufffd+$/u, '');
}

const code = (text: string) => `<code>${escapeHtml(inert(text))}</code>`;

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Sentences of ours, with numbers in them. */
const escapeMarkdown = (text: string) => escapeHtml(text).replaceAll(/[*_`[\]]/g, String.raw`\$&`);
