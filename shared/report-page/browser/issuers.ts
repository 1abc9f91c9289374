import { groupItems } from '../../domain/kernel/group-by.ts';
import type { ReportedIssuerStatus } from '../../application/reporting/report-document.ts';
import { RETIRED_ISSUER_ENDS } from '../../domain/issuers/issuer.ts';
import { connectionLink, countedText, element, mark, section } from './elements.ts';
import { report, type Tone } from './report.ts';

interface Kind {
  readonly title: string;
  readonly tone: Tone;
  readonly advice: string;
}

/** In the order of the way past the issuer that is retired. */
const kinds = {
  vstoken: {
    title: 'vstoken alone',
    tone: 'due',
    advice: `Its tokens end with the issuer, on ${RETIRED_ISSUER_ENDS}. Write issuer: both, then: azfed migrate issuer`,
  },
  both: {
    title: 'both issuers',
    tone: 'due',
    advice: 'Once a token of Entra has got in: azfed migrate issuer CONNECTION --finish',
  },
  entra: { title: 'Entra alone', tone: 'ok', advice: 'Nothing.' },
  none: {
    title: 'nobody',
    tone: 'still',
    advice: 'Nobody is let in: the role is closed, or not as it should be.',
  },
  unread: { title: 'not known', tone: 'still', advice: 'There is no role yet, or it was not read.' },
} as const satisfies Record<string, Kind>;

/** Which issuers' tokens get in now, by what the live trusts say. */
export function issuers(): HTMLElement {
  const title = 'Whose tokens get in';
  if (report.issuers.length === 0)
    return section(title, 'issuers', [element('p', { class: 'faint' }, ['No connection was read.'])]);
  const groups = groupItems(report.issuers, selectKind);
  const blocks = Object.entries(kinds).flatMap(([key, kind]) => {
    const group = groups.get(key as keyof typeof kinds);
    return group ? [block(kind, group)] : [];
  });
  return section(title, 'issuers', [element('div', { class: 'card' }, blocks)]);
}

function selectKind({ trusted }: ReportedIssuerStatus): keyof typeof kinds {
  if (trusted === null) return 'unread';
  const [first, second] = trusted;
  if (second !== undefined) return 'both';
  return first ?? 'none';
}

/** More names than that are found by the search. */
const MOST_NAMES = 200;

function block({ title, tone, advice }: Kind, group: readonly ReportedIssuerStatus[]): HTMLElement {
  const names = group
    .slice(0, MOST_NAMES)
    .map(({ connectionId }) => element('li', {}, [connectionLink(connectionId)]));
  const left = group.length - names.length;
  return element('details', { class: 'finding' }, [
    element('summary', {}, [mark(title, tone), ' ', countedText(group.length, 'connection')]),
    element('p', {}, [`What to do: ${advice}`]),
    element('ul', { class: 'plain' }, [
      ...names,
      ...(left > 0 ? [element('li', {}, [`and ${countedText(left, 'more connection')}`])] : []),
    ]),
  ]);
}
