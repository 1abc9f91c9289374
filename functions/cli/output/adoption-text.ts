import { splitRoleArn } from '../../../shared/domain/kernel/arn.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import type { AdoptionItem } from '../../../shared/application/connections/adopt-roles.ts';
import type { AdoptionGroup } from '../../../shared/domain/adoption/adoption-groups.ts';
import { adoptionGroups, groupTitles, selectGroup } from '../../../shared/domain/adoption/adoption-groups.ts';
import {
  abbreviate,
  countExcluded,
  describeNeverWorking,
  describeOpening,
  describeRefusal,
  listChangedFields,
  listConnectionNames,
  listExcluded,
} from '../../../shared/domain/adoption/adoption-text.ts';
import { listLostActionNames, type LostAccess } from '../../../shared/domain/adoption/lost-access.ts';
import { needsAnyType, type SharedGrant } from '../../../shared/domain/adoption/shared-grant.ts';
import type { UseEvidence } from '../../../shared/domain/adoption/use-evidence.ts';
import { describeCutUse } from '../../../shared/domain/policy/cut-use.ts';
import type { RoleUser } from '../../../shared/domain/verify/role-uses.ts';
import { changesText } from './plan-text.ts';
import { inert, yamlText } from './sanitize.ts';
import type { Layout } from './layout.ts';
import { shortenRoleArn, type Style } from './style.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { fitTable } from './table.ts';
import { wrapText, wrapWords } from './text.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';

/** One block for each group that holds something, then the totals. */
export function adoptionText(
  items: readonly AdoptionItem[],
  counts: { readonly managed: number; readonly missing: number },
  form: { readonly style: Style; readonly columns?: number; readonly details: boolean },
): string {
  const { style, columns, details } = form;
  const blocks = adoptionGroups.flatMap((group) => {
    const here = items.filter((item) => selectGroup(item.candidate) === group);
    return here.length === 0 ? [] : [groupText(group, here, style, columns)];
  });
  const shown = details ? items.flatMap((item) => detailLines(item, { style, columns })) : [];
  const proposals = items.flatMap(({ proposal }) => proposal ?? []);
  return [
    ...blocks,
    ...shown,
    ...proposals.map((proposal) => proposalText(proposal)),
    totalsText(items, counts),
  ].join('\n\n');
}

/**
 * A table with a line for each role, under its account, and notes below it. What the screen has no room for becomes a note, so
 * that no name is cut: first the role, then everything but the connection.
 */
function groupText(
  group: AdoptionGroup,
  items: readonly AdoptionItem[],
  style: Style,
  columns = Infinity,
): string {
  const all = ['CONNECTION', 'ROLE', ...(isNarrowing(group) ? NARROWED : [])];
  const rows = items.map((item) => listCells(group, item).map(inert));
  const { headings, lines, leftOut } = fitTable(
    all.map((heading, at) => (at === 0 ? heading : { heading, leaves: all.length - at })),
    rows,
    columns,
  );
  const body = items.flatMap((item, at) => {
    const { account } = item.candidate;
    const isFirst = items[at - 1]?.candidate.account !== account;
    const notes = [
      ...leftOut.flatMap((cell) => describeCell(all[cell] ?? '', rows[at]?.[cell] ?? '')),
      ...listNotes(group, item),
    ];
    return [
      ...(isFirst ? [style.dim(`Account ${account}`)] : []),
      lines[at] ?? '',
      ...notes.flatMap((note) => wrapNote(note, columns)),
    ];
  });
  const title = wrapText(`${groupTitles[group]} (${items.length})`, columns);
  return [style.bold(title), headings, ...body].join('\n');
}

const NARROWED = ['LOSES ACCESS', 'USED IT'];
const isNarrowing = (group: AdoptionGroup): boolean => group === 'trust' || group === 'policies';

function listCells(group: AdoptionGroup, { candidate, evidence }: AdoptionItem): readonly string[] {
  const connections = abbreviate(listConnectionNames(candidate)) || 'several connections';
  const role = shortenRoleArn(candidate.roleArn).slice(candidate.account.length + 1);
  if (!isNarrowing(group)) return [connections, role];
  const excluded = countExcluded(candidate);
  return [connections, role, excluded || 'nobody', excluded === '' ? '' : describeUsed(evidence)];
}

function describeUsed(evidence: UseEvidence | undefined): string {
  if (evidence?.state === 'unused') return 'no';
  return evidence?.state === 'used' ? 'yes' : 'unknown';
}

/** A cell that the table has no room for. */
function describeCell(heading: string, cell: string): readonly Note[] {
  if (cell === '') return [];
  const names = {
    ROLE: 'role',
    'LOSES ACCESS': 'loses access',
    'USED IT': 'one of them used it',
  };
  return [[`${names[heading as keyof typeof names]}:`, cell]];
}

/** Words of a sentence; a name is one word. */
type Note = readonly string[];

const FEW = 4;

/** Why a role is not adopted, and what adoption takes away. */
function listNotes(group: AdoptionGroup, { candidate }: AdoptionItem): readonly Note[] {
  const excluded = listExcluded(candidate);
  const more = excluded.length > FEW ? ['and', String(excluded.length - FEW), 'more', '(--details)'] : [];
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['', describeReason(candidate).split(' ')],
    ['loses access:', excluded.length > 0 ? [...listWords(excluded.slice(0, FEW)), ...more] : []],
    ['no longer allowed:', listWords(listLostActionNames(candidate.lost))],
    ...describeBoundary(candidate),
    ['changes:', group === 'trust' || candidate.refusal ? [] : listWords(listChangedFields(candidate))],
  ];
  return lists
    .filter(([, words]) => words.some((word) => word !== ''))
    .map(([what, words]) => [what, ...words].filter((word) => word !== ''));
}

function describeReason(candidate: AdoptionItem['candidate']): string {
  const { refusal, opens } = candidate;
  if (refusal?.reason === 'opens') return describeNeverWorking(candidate);
  if (!refusal && opens) return describeOpening(candidate);
  return refusal ? describeRefusal(refusal).why : '';
}

function describeBoundary({
  cut,
}: AdoptionItem['candidate']): readonly (readonly [string, readonly string[]])[] {
  if (!cut || cut.actions.length === 0) return [];
  return [
    ['the boundary cuts off:', listWords(cut.actions)],
    ['', describeCutUse(cut).split(' ')],
  ];
}

const listWords = (names: readonly string[]): readonly string[] =>
  names.map((name, at) => (at < names.length - 1 ? `${name},` : name));

const INDENT = '    ';

const wrapNote = (words: Note, columns: number): readonly string[] =>
  wrapWords(words.map(inert), columns - INDENT.length, '  ').map((line) => `${INDENT}${line}`);

export const formatConnections = (item: AdoptionItem): string =>
  listConnectionNames(item.candidate).join(', ') || 'several connections';

function detailLines(item: AdoptionItem, form: Pick<Layout, 'style' | 'columns'>): readonly string[] {
  const { candidate, evidence, lostConnections } = item;
  const lines = [
    ...candidate.lost.map((lost) => `    ${describeLost(lost)}`),
    ...lostConnections.map(
      ({ project, name, lastExecution }) =>
        `    would lose access: ${project} / ${name}, ${describeExecution(lastExecution)}`,
    ),
    ...(evidence ? evidenceLines(evidence) : []),
    ...(candidate.cut
      ? [`    the boundary cuts off ${candidate.cut.actions.join(', ')}. ${describeCutUse(candidate.cut)}`]
      : []),
    ...(candidate.refusal ? [`    -> ${describeRefusal(candidate.refusal).fix}`] : []),
  ].map(inert);
  const change = candidate.change ? changesText([candidate.change], form) : inert(candidate.roleArn);
  return [[change, ...lines].join('\n')];
}

const describeExecution = (reading: AdoptionItem['lostConnections'][number]['lastExecution']): string => {
  if (reading.state === 'unknown') return `its jobs could not be read (${reading.message})`;
  return reading.value === null ? 'no job named it' : `last named by a job at ${reading.value}`;
};

function describeLost({ kind, value }: LostAccess): string {
  if (kind === 'action') return `would no longer be allowed: ${value}`;
  const what = { subject: 'subject', pattern: 'subjects that match', principal: 'principal' } as const;
  return `would lose access: ${what[kind]} ${value}`;
}

function evidenceLines(evidence: UseEvidence): readonly string[] {
  switch (evidence.state) {
    case 'unused':
      return ['    nobody who would lose access used it in the last 90 days'];
    case 'unknown':
      return [`    who used it is unknown: ${evidence.message}`];
    case 'used':
      return evidence.by.map(
        ({ by, lastAt, times }) =>
          `    used by ${describeUser(by)}, ${counted(times, 'time')}, last at ${lastAt}`,
      );
  }
}

function describeUser(user: RoleUser): string {
  switch (user.kind) {
    case 'token':
      return user.subject;
    case 'principal':
      return user.arn;
    case 'account':
      return `account ${user.account}`;
    case 'service':
      return user.service;
    case 'saml':
      return user.provider;
    case 'other':
      return 'somebody whom CloudTrail does not name';
  }
}

/**
 * Letters, digits, dot, dash, underscore; at most 64: what the name of a grant may hold. With the account, because roles of
 * several accounts have one name.
 */
const nameGrant = (roleArn: RoleArn): string => {
  const { account, name } = splitRoleArn(roleArn);
  return `shared-${account}-${name.replaceAll(/[^A-Za-z0-9._-]/g, '-')}`.slice(0, 64);
};

/** The part of a grant that binds exactly those who used the role; the rest of it is to be copied from the grant of now. */
export const toGrantInput = ({ roleArn, connections }: SharedGrant) => ({
  name: nameGrant(roleArn),
  shareRole: true,
  roles: connections.map((connection) => ({
    organization: connection.organization,
    project: connection.project,
    connection: connection.name,
    role: roleArn,
    ...(needsAnyType(connection, roleArn) ? { type: 'any' } : {}),
  })),
});

function proposalText(proposal: SharedGrant): string {
  const head = `Several connections used ${inert(proposal.roleArn)}. A grant that lists exactly those, with mode, permissions and policies as in the grant ${inert(proposal.grant)}; take this role out of that one.`;
  const { leftOut = [] } = proposal;
  const others = leftOut.map(({ project, name }) => inert(`${project}/${name}`)).join(', ');
  const yaml = yamlText({ grants: [toGrantInput(proposal)] });
  return [
    head,
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    ...listIf(leftOut.length > 0, `Used it too, and has another role: ${others}. A connection has one role.`),
  ].join('\n');
}

function totalsText(
  items: readonly AdoptionItem[],
  { managed, missing }: { readonly managed: number; readonly missing: number },
): string {
  const adopted = items.filter(({ candidate }) => !candidate.refusal).length;
  const left = items.length - adopted;
  return [
    `${adopted} to adopt`,
    `${left} left as they are`,
    `${managed} managed already`,
    ...(missing > 0 ? [`${missing} that do not exist (azfed apply creates them)`] : []),
  ].join(', ');
}
