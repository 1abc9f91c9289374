import type { AdoptionCandidate } from './adoption-survey.ts';

/** What people see together of the roles that are not adopted yet. */
export const adoptionGroups = ['ownership', 'trust', 'policies', 'opens', 'refused'] as const;
export type AdoptionGroup = (typeof adoptionGroups)[number];

export function selectGroup({
  refusal,
  effect,
}: Pick<AdoptionCandidate, 'refusal' | 'effect'>): AdoptionGroup {
  if (!refusal) return effect;
  return refusal.reason === 'opens' ? 'opens' : 'refused';
}

export const groupTitles: Readonly<Record<AdoptionGroup, string>> = {
  ownership: 'Nothing but ownership changes',
  trust: 'The trust narrows',
  policies: 'Trust, policies or other fields change',
  opens: 'Adoption would open the role: its connection does not get in today (name it with --open)',
  refused: 'Refused',
};
