import { displayName } from '../azure-devops/service-connection.ts';
import { findingCatalogue } from '../findings/finding.ts';
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
        why: 'somebody used it in the last 90 days whom adoption would shut out',
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

/** What adoption takes away comes first; whom it shuts out by the names of their connections, where they are known. */
export function summarizeCandidate({
  refusal,
  lost,
  lostConnections,
  change,
  neverWorks,
}: AdoptionCandidate): string {
  if (neverWorks.length > 0 && refusal?.reason === 'opens')
    return neverWorks.map((reason) => neverWorksReasons[reason]).join('; ');
  if (refusal && refusal.reason !== 'opens') return describeRefusal(refusal).why;
  const fields = (change?.differences ?? []).map(({ path }) => {
    if (/^trust(?:\.|$)/.test(path)) return lost.length > 0 ? 'trust' : 'trust (only spelled anew)';
    return path.split('.').slice(0, 2).join('.');
  });
  return [
    ...summarizeLost(lost, lostConnections),
    [...new Set(fields.filter((path) => !path.startsWith('tags.azfed:')))].join(', '),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function summarizeLost(
  lost: AdoptionCandidate['lost'],
  lostConnections: AdoptionCandidate['lostConnections'],
): readonly string[] {
  const names = lostConnections.map(({ project, name }) => `${project} / ${name}`);
  const out = names.length > 0 ? names : lost.filter(excludesSomebody).map(nameLost);
  const actions = listLostActionNames(lost);
  return [
    ...(out.length > 0 ? [`shuts out ${abbreviate(out)}`] : []),
    ...(actions.length > 0 ? [`no longer allows ${actions.join(', ')}`] : []),
  ];
}

function nameLost({ kind, value }: AdoptionCandidate['lost'][number]): string {
  if (kind !== 'pattern') return value;
  return value === '*' ? 'every other subject' : `others that match ${value}`;
}

/** The first of them, and how many more there are: for a cell of a table. */
export function abbreviate(items: readonly string[]): string {
  const [first = '', ...others] = items;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
