import type { AdoptionItem } from '../../../shared/application/connections/adopt-roles.ts';
import type { AdoptionRefusal } from '../../../shared/domain/adoption/adoption-survey.ts';
import type { LostAccess } from '../../../shared/domain/adoption/lost-access.ts';
import { needsAnyType } from '../../../shared/domain/adoption/shared-grant.ts';
import type { SharedGrant } from '../../../shared/domain/adoption/shared-grant.ts';
import type { UnknownUse, UseEvidence } from '../../../shared/domain/adoption/use-evidence.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import { findingCatalogue } from '../../../shared/domain/findings/finding.ts';
import { blockedReasons } from '../../../shared/domain/records/blocked-reason.ts';
import type { RoleUser } from '../../../shared/domain/verify/role-uses.ts';
import { neverWorksReasons } from '../../../shared/domain/policy/trust-liveness.ts';
import { changesText } from './plan-text.ts';
import { inert, yamlText } from './sanitize.ts';
import type { Style } from './style.ts';
import { abbreviate, counted, shortenRoleArn } from './style.ts';
import { table } from './table.ts';

/** Where an item stands in the table. */
export const adoptionGroups = ['ownership', 'trust', 'policies', 'opens', 'refused'] as const;
export type AdoptionGroup = (typeof adoptionGroups)[number];

export function selectGroup({ candidate: { refusal, effect } }: AdoptionItem): AdoptionGroup {
  if (!refusal) return effect;
  return refusal.reason === 'opens' ? 'opens' : 'refused';
}

const groupTitles: Readonly<Record<AdoptionGroup, string>> = {
  ownership: 'Nothing but ownership changes',
  trust: 'The trust narrows',
  policies: 'Trust, policies or other fields change',
  opens: 'Adoption would open the role: its connection does not get in today (name it with --open)',
  refused: 'Refused',
};

const unknownUses: Readonly<Record<UnknownUse, string>> = {
  unread: 'CloudTrail could not be read',
  'cut-short': 'it is assumed so often that CloudTrail could not be read back far enough',
  unexplained: 'IAM knows of a use that CloudTrail does not show in the Regions that were searched',
};

/** Why a role is not adopted, and what a person can do. */
export function describeRefusal(refusal: AdoptionRefusal): { readonly why: string; readonly fix: string } {
  const alone = 'Look at it alone: azfed adopt <connection>';
  switch (refusal.reason) {
    case 'finding':
      return { why: refusal.message, fix: findingCatalogue[refusal.code].fix };
    case 'blocked':
      return { why: `blocked (${refusal.blockedBy})`, fix: blockedReasons[refusal.blockedBy] };
    case 'replaced':
      return { why: 'somebody made the role anew under the ARN of a managed one', fix: alone };
    case 'foreign-mark':
      return { why: 'its tag azfed:connection names another connection', fix: alone };
    case 'opens':
      return { why: 'its connection does not get in today', fix: 'Name it with --open.' };
    case 'in-use':
      return {
        why: 'somebody used it in the last 90 days whom adoption would shut out',
        fix: 'Add them to the grant, or name the role with --despite-use.',
      };
    case 'use-unknown':
      return {
        why: `who used it is unknown: ${unknownUses[refusal.why]}`,
        fix: 'Find out who uses it (--region searches other Regions), or name the role with --despite-use.',
      };
  }
}

/** One block for each group that holds something, then the totals. */
export function adoptionText(
  items: readonly AdoptionItem[],
  counts: { readonly managed: number; readonly missing: number },
  {
    style,
    columns,
    details,
  }: { readonly style: Style; readonly columns?: number; readonly details: boolean },
): string {
  const blocks = adoptionGroups.flatMap((group) => {
    const here = items.filter((item) => selectGroup(item) === group);
    if (here.length === 0) return [];
    const title = style.bold(`${groupTitles[group]} (${here.length})`);
    return [[title, table(['CONNECTION', 'ROLE', 'WHAT'], here.map(toRow), columns)].join('\n')];
  });
  const shown = details ? items.flatMap((item) => detailLines(item, style)) : [];
  const proposals = items.flatMap(({ proposal }) => proposal ?? []);
  return [
    ...blocks,
    ...shown,
    ...proposals.map((proposal) => proposalText(proposal)),
    totalsText(items, counts),
  ].join('\n\n');
}

function toRow(item: AdoptionItem): readonly string[] {
  const { candidate } = item;
  const connections = abbreviate(listConnections(item)) || 'several connections';
  return [connections, shortenRoleArn(candidate.roleArn), summarizeItem(item)].map(inert);
}

const listConnections = ({ candidate: { bindings } }: AdoptionItem): readonly string[] =>
  bindings.map(({ references }) => displayName(references));

export const formatConnections = (item: AdoptionItem): string =>
  listConnections(item).join(', ') || 'several connections';

function summarizeItem({
  candidate: { refusal, lost, change, neverWorks },
  lostConnections,
}: AdoptionItem): string {
  if (neverWorks.length > 0 && refusal?.reason === 'opens')
    return neverWorks.map((reason) => neverWorksReasons[reason]).join('; ');
  if (refusal && refusal.reason !== 'opens') return describeRefusal(refusal).why;
  const out =
    lostConnections.length > 0
      ? lostConnections.map(({ project, name }) => `${project} / ${name}`)
      : lost.map(({ value }) => value);
  const fields = (change?.differences ?? []).map(({ path }) => path.split('.').slice(0, 2).join('.'));
  return [
    ...(out.length > 0 ? [`shuts out ${abbreviate(out)}`] : []),
    [...new Set(fields.filter((path) => !path.startsWith('tags.azfed:')))].join(', '),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function detailLines(item: AdoptionItem, style: Style): readonly string[] {
  const { candidate, evidence, lostConnections } = item;
  const lines = [
    ...candidate.lost.map((lost) => `    would be shut out: ${describeLost(lost)}`),
    ...lostConnections.map(
      ({ project, name, lastExecution }) =>
        `    would be shut out: ${project} / ${name}, ${describeExecution(lastExecution)}`,
    ),
    ...(evidence ? evidenceLines(evidence) : []),
    ...(candidate.refusal ? [`    -> ${describeRefusal(candidate.refusal).fix}`] : []),
  ].map(inert);
  const change = candidate.change
    ? changesText([candidate.change], style, 'whole')
    : inert(candidate.roleArn);
  return [[change, ...lines].join('\n')];
}

const describeExecution = (reading: AdoptionItem['lostConnections'][number]['lastExecution']): string => {
  if (reading.state === 'unknown') return `its jobs could not be read (${reading.message})`;
  return reading.value === null ? 'no job named it' : `last named by a job at ${reading.value}`;
};

function describeLost({ kind, value }: LostAccess): string {
  const what = { subject: 'subject', pattern: 'subjects that match', principal: 'principal' } as const;
  return `${what[kind]} ${value}`;
}

function evidenceLines(evidence: UseEvidence): readonly string[] {
  switch (evidence.state) {
    case 'unused':
      return ['    nobody who would be shut out used it in the last 90 days'];
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

/** The part of a grant that binds exactly those who used the role; the rest of it is to be copied from the grant of now. */
export function toGrantInput({ roleArn, grant, connections }: SharedGrant) {
  return {
    name: `${grant}-shared`,
    shareRole: true,
    roles: connections.map((connection) => ({
      organization: connection.organization,
      project: connection.project,
      connection: connection.name,
      role: roleArn,
      ...(needsAnyType(connection, roleArn) ? { type: 'any' } : {}),
    })),
  };
}

function proposalText(proposal: SharedGrant): string {
  const head = `Several connections used ${inert(proposal.roleArn)}. A grant that lists exactly those (mode, permissions and policies as in the grant ${inert(proposal.grant)}):`;
  const yaml = yamlText({ grants: [toGrantInput(proposal)] });
  return [
    head,
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
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
