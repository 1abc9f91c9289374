import { displayName } from '../azure-devops/service-connection.ts';
import { findingCatalogue } from '../findings/finding.ts';
import { counted } from '../kernel/counted.ts';
import { neverWorksReasons } from '../policy/trust-liveness.ts';
import { blockedReasons } from '../records/blocked-reason.ts';
import type { AdoptionCandidate, AdoptionRefusal } from './adoption-survey.ts';
import { excludesSomebody, listLostActionNames } from './lost-access.ts';
import type { UnknownUse } from './use-evidence.ts';

/** The connections that ask for the role, by project and name. */
export const listConnectionNames = ({ bindings }: Pick<AdoptionCandidate, 'bindings'>): readonly string[] =>
  bindings.map(({ references }) => displayName(references));

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
        why: 'somebody used it in the last 90 days whose access adoption would end',
        fix: 'Add them to the grant, or name the role with --despite-use.',
      };
    case 'cuts-used':
      return {
        why: `its new boundary would cut off what it has used: ${refusal.actions.join(', ')}`,
        fix: 'Widen the boundary, or name the role with --despite-use.',
      };
    case 'use-unknown':
      return {
        why: `who used it is unknown: ${unknownUses[refusal.why]}`,
        fix: 'Find out who uses it (--region searches other Regions), or name the role with --despite-use.',
      };
  }
}

/** What adoption takes away comes first; whose access it ends by the names of their connections, where they are known. */
export function summarizeCandidate(candidate: AdoptionCandidate): string {
  const { refusal, lost, neverWorks, opens } = candidate;
  if (neverWorks.length > 0 && refusal?.reason === 'opens') return describeNeverWorking(candidate);
  if (refusal && refusal.reason !== 'opens') return describeRefusal(refusal).why;
  const out = listExcluded(candidate);
  const actions = listLostActionNames(lost);
  return [
    ...(opens && !refusal ? [describeOpening(candidate)] : []),
    ...(out.length > 0 ? [`ends the access of ${abbreviate(out)}`] : []),
    ...(actions.length > 0 ? [`no longer allows ${actions.join(', ')}`] : []),
    listChangedFields(candidate).join(', '),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** A person has named the role with --open. */
export const describeOpening = (candidate: Pick<AdoptionCandidate, 'neverWorks'>): string =>
  ['is opened, as --open says', describeNeverWorking(candidate)].filter((part) => part !== '').join('; ');

export const describeNeverWorking = ({ neverWorks }: Pick<AdoptionCandidate, 'neverWorks'>): string =>
  neverWorks.map((reason) => neverWorksReasons[reason]).join('; ');

/** The parts of the role that adoption writes, beside the mark of azfed. */
export function listChangedFields({
  change,
  lost,
  opens,
}: Pick<AdoptionCandidate, 'change' | 'lost' | 'opens'>): readonly string[] {
  const fields = (change?.differences ?? []).map(({ path }) => {
    if (/^trust(?:\.|$)/.test(path)) return opens || lost.length > 0 ? 'trust' : 'trust (only spelled anew)';
    return path.split('.').slice(0, 2).join('.');
  });
  return [...new Set(fields)].filter((path) => !path.startsWith('tags.azfed:'));
}

/** Whose access adoption ends: connections by name; of the others those that no connection stands for. */
export function listExcluded(
  candidate: Pick<AdoptionCandidate, 'lost' | 'lostConnections'>,
): readonly string[] {
  const names = candidate.lostConnections.map(({ project, name }) => `${project} / ${name}`);
  return [...names, ...selectOthers(candidate).map(nameLost)];
}

/** How many they are, such as `36 connections, 1 principal`. */
export function countExcluded(candidate: Pick<AdoptionCandidate, 'lost' | 'lostConnections'>): string {
  const others = selectOthers(candidate);
  const parts = (['subject', 'pattern', 'principal'] as const).map(
    (kind) => [others.filter((one) => one.kind === kind).length, kind] as const,
  );
  return [[candidate.lostConnections.length, 'connection'] as const, ...parts]
    .flatMap(([count, kind]) => (count > 0 ? [counted(count, kind)] : []))
    .join(', ');
}

/** Connections stand for the subjects and patterns that let them in. */
const selectOthers = ({ lost, lostConnections }: Pick<AdoptionCandidate, 'lost' | 'lostConnections'>) =>
  lost.filter((one) => excludesSomebody(one) && (lostConnections.length === 0 || one.kind === 'principal'));

function nameLost({ kind, value }: AdoptionCandidate['lost'][number]): string {
  if (kind !== 'pattern') return value;
  return value === '*' ? 'every other subject' : `others that match ${value}`;
}

/** The first of them, and how many more there are: for a cell of a table. */
export function abbreviate(items: readonly string[]): string {
  const [first = '', ...others] = items;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
