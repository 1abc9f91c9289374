import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { listIf } from '../../../../shared/domain/kernel/group-by.ts';
import { inert } from '../../output/sanitize.ts';
import { createLayout, type Layout } from '../../output/layout.ts';
import { emptyText, statesText, statusCells, statusColumns } from '../../output/status-text.ts';
import type { Style } from '../../output/style.ts';
import { fitTable } from '../../output/table.ts';
import { clipText } from '../../output/text.ts';
import type { Happening, Picture, WatchedRow } from './watch-snapshot.ts';
import { formatInstant } from '../../../../shared/domain/kernel/durations.ts';

export interface FrameView {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  /** Epoch milliseconds. */
  readonly now: number;
  /** When the next look begins, `looking` while it lasts, `over` after the last one. */
  readonly next: number | 'looking' | 'over';
}

const MOST_HAPPENINGS = 5;

/** The screen, line by line: never more lines than it has, none longer than it is wide; the last one of all is kept whole. */
export function frame(picture: Picture, view: FrameView): readonly string[] {
  const lines = arranged(picture, view);
  return view.next === 'over' ? lines : lines.map((line) => clipText(line, view.columns));
}

function arranged(picture: Picture, view: FrameView): readonly string[] {
  const above = [headText(picture, view), tallyText(picture, view), ...splitLines(picture.controls), ''];
  const below = [...happeningLines(picture.happenings, view.style), ...noticeLines(picture, view.style)];
  const room = view.rows - above.length - below.length;
  // A notice is worth more than what happened before: on a low screen that gives way first.
  const kept = room < LEAST_TABLE ? noticeLines(picture, view.style) : below;
  return [...above, ...tableLines(picture, view, view.rows - above.length - kept.length), ...kept].slice(
    0,
    view.rows,
  );
}

type PlainView = Pick<FrameView, 'style' | 'now'> & { readonly columns: number | undefined };

/** Everything that one look has shown, for where nothing can be drawn on. */
export function pictureLines(picture: Picture, view: PlainView): readonly string[] {
  const { style } = view;
  return [
    style.bold(`Seen ${clockText(picture.seenAt)}`),
    tallyText(picture, view),
    ...splitLines(picture.controls),
    '',
    ...tableLines(picture, view, Infinity),
    ...noticeLines(picture, style),
    '',
    'What changes from now on is appended; Ctrl-C ends.',
  ];
}

const NO_CONTROLS = 'Nothing is held back by people or breakers any more.';

/** What another look has shown that the one before it has not; nothing where both are alike. */
export function changeLines(before: Picture, picture: Picture, { style }: PlainView): readonly string[] {
  const at = clockText(picture.seenAt);
  const happened = picture.happenings
    .filter((happening) => happening.at === picture.seenAt)
    .map(({ connection, what }) => `${at}  ${inert(connection)}: ${inert(what)}`);
  const known = new Set(before.unread);
  const unread = picture.unread
    .filter((one) => !known.has(one))
    .map((one) => `${at}  ${style.yellow('Could not be read:')} ${inert(one)}`);
  const isReadAgain = known.size > 0 && picture.unread.length === 0;
  return [
    ...happened,
    ...unread,
    ...listIf(isReadAgain, `${at}  Everything could be read again.`),
    ...listIf(
      before.controls !== picture.controls,
      ...splitLines(picture.controls || NO_CONTROLS).map((line) => `${at}  ${line}`),
    ),
  ];
}

/** Headings, three connections and the line that says how many are left out. */
const LEAST_TABLE = 5;

function headText({ seenAt }: Picture, { style, now, next }: FrameView): string {
  const ago = `${Math.max(0, Math.round((now - seenAt) / 1_000))} s ago`;
  return `${style.bold(`Seen ${clockText(seenAt)}`)}, ${ago}; ${nextText(next, now)}`;
}

function nextText(next: FrameView['next'], now: number): string {
  if (next === 'looking') return 'looking; Ctrl-C ends';
  if (next === 'over') return 'ended';
  return `next in ${Math.max(0, Math.ceil((next - now) / 1_000))} s; Ctrl-C ends`;
}

const clockText = (time: number) => `${formatInstant(time).slice(11, 19)} UTC`;

/** How many of each, and what it takes to know. */
function tallyText({ rows, requests }: Picture, { style }: Pick<FrameView, 'style'>): string {
  const there = rows.filter(({ mark }) => mark !== 'gone');
  const read = there.filter(({ isRead }) => isRead);
  const states = [
    ...(read.length > 0 ? [statesText(read, style)] : []),
    ...(read.length < there.length ? [`${there.length - read.length} not read now`] : []),
  ].join(', ');
  const tally = `${counted(there.length, 'connection')}${states === '' ? '' : `: ${states}`}`;
  const cost = `one look: ${requests.azureDevOps} to Azure DevOps, ${requests.iam} to IAM`;
  return `${tally}  ${style.dim(cost)}`;
}

const splitLines = (text: string) => (text === '' ? [] : text.split('\n'));

function noticeLines({ failure, unread }: Picture, style: Style): readonly string[] {
  const lines = [
    ...(failure
      ? [
          style.yellow(`The look at ${clockText(failure.at)} failed; this is what was seen before it:`),
          ...splitLines(failure.why),
        ]
      : []),
    ...unread.map((message) => `${style.yellow('Could not be read:')} ${inert(message)}`),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

function happeningLines(happenings: readonly Happening[], style: Style): readonly string[] {
  if (happenings.length === 0) return [];
  const lines = happenings
    .slice(-MOST_HAPPENINGS)
    .map(({ at, connection, what }) => `  ${clockText(at)}  ${inert(connection)}: ${inert(what)}`);
  return ['', style.bold('What has changed'), ...lines];
}

const marks = { same: ' ', new: '+', changed: '~', gone: '-' } as const;

/** Where not all fit, those that somebody may have to act on come first. */
function tableLines({ rows, unread, accounts }: Picture, view: PlainView, room: number): readonly string[] {
  if (rows.length === 0) return [emptyText(unread.length > 0)];
  const layout = createLayout({ ...view, isWide: false }, { accounts }, view.now);
  const isWhole = rows.length < room;
  const most = Math.max(1, room - 2);
  const urgent = mostUrgent(rows, isWhole ? rows.length : most);
  const shown = rows.filter((row) => urgent.has(row));
  const left = rows.length - shown.length;
  const cells = shown.map((row) => [row.isRead ? marks[row.mark] : '?', ...formatCells(row, layout)]);
  const { headings, lines } = fitTable(['', ...statusColumns], cells, view.columns);
  return [
    headings,
    ...lines.map((line, at) => coloured(line, shown[at], view.style)),
    ...(left > 0 ? [view.style.dim(`and ${left} more that do not fit; azfed status lists all`)] : []),
  ];
}

function formatCells(row: WatchedRow, layout: Layout): readonly string[] {
  const [connection = '', state = '', ...rest] = statusCells(row, layout);
  return [connection, row.isRead || row.state === 'not read' ? state : `was ${state}`, ...rest];
}

function coloured(line: string, row: WatchedRow | undefined, style: Style): string {
  if (!row || row.mark === 'same') return row?.isRead === false ? style.dim(line) : line;
  return { new: style.green, changed: style.yellow, gone: style.dim }[row.mark](line);
}

function mostUrgent(rows: readonly WatchedRow[], most: number): ReadonlySet<WatchedRow> {
  return new Set([...rows].sort((a, b) => urgency(b) - urgency(a)).slice(0, most));
}

function urgency({ mark, isRead, state, findings }: WatchedRow): number {
  if (mark !== 'same') return 4;
  if (!isRead) return 3;
  if (!['converged', 'closed', 'deleted', 'left alone', 'no role'].includes(state)) return 2;
  return findings.length > 0 ? 1 : 0;
}
