import type { AdoptionCandidate } from './adoption-survey.ts';

/** What people see together of the roles that are not adopted yet. */
export const adoptionGroups = ['ownership', 'trust', 'policies', 'opens', 'refused'] as const;
export type AdoptionGroup = (typeof adoptionGroups)[number];

export function selectGroup({
  refusal,
  effect,
  opens,
}: Pick<AdoptionCandidate, 'refusal' | 'effect' | 'opens'>): AdoptionGroup {
  if (refusal && refusal.reason !== 'opens') return 'refused';
  // Also one that a person has named: whoever is asked sees what widens.
  return opens || refusal ? 'opens' : effect;
}

export const groupTitles: Readonly<Record<AdoptionGroup, string>> = {
  ownership: 'Nothing but ownership changes',
  trust: 'The trust narrows',
  policies: 'Trust, policies or other fields change',
  opens: 'Adoption opens the role: its connection does not get in today (only where named with --open)',
  refused: 'Refused',
};
