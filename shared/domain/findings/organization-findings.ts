import type { FindingKind } from './finding-kind.ts';

/** What is found about an organization, its credential and the reading of it. */
export const organizationFindings = {
  'read.incomplete': {
    severity: 'high',
    meaning:
      'Something could not be read, or the answer was not plainly complete. Nothing that rests on it is done.',
    fix: 'Fix what the message names (a token, a permission, a throttled service) and run again.',
  },
  'record.unreadable': {
    severity: 'high',
    meaning:
      'This release cannot read a stored item: a later release wrote it, or somebody else did. Nothing is decided about what it is about, and nothing is written over it; everything else goes on.',
    fix: 'Deploy the release that wrote it again, or look at the item that the message names and correct it.',
  },
  'organization.identity-mismatch': {
    severity: 'critical',
    meaning: 'Another organization GUID answers under the configured name. The organization is halted.',
    fix: 'Find out who owns the name now. Change `organizations[].id` only if the organization really is the new one.',
  },
  'organization.renamed': {
    severity: 'medium',
    meaning:
      'The organization has another name, or spelling of it, than the configuration. Its tokens hold the name that it has now, and so do the trusts.',
    fix: 'Set `organizations[].name` (and `url`, and patterns of grants) to the name that Azure DevOps gives.',
  },
  'organization.spelling-unknown': {
    severity: 'medium',
    meaning:
      'Azure DevOps did not say how the organization spells its name. Tokens hold the name, and trusts compare it with case. Until it is known, the name that the trusts already hold is used, or else the configured one.',
    fix: 'Look at https://dev.azure.com/_apis/resourceAreas/79134c72-4a58-4b42-976c-04e7115f32bf?hostId=<organization id> from where azfed runs; it needs no credentials. Compare `organizations[].name` with the `sub` of a token (`azfed verify --run`).',
  },
  'organization.absence-breaker': {
    severity: 'critical',
    meaning:
      'More connections are missing, or listed and not shown, at once than the limits allow; rather a permission was lost than all were deleted.',
    fix: 'Check what the credential may read, then run `azfed resume organization <name>`.',
  },
  'issuer.retiring': {
    severity: 'info',
    meaning:
      'The issuer of these tokens is deprecated, and an end is announced. Microsoft documents the move for single-tenant Entra applications and managed identities, and says that multitenant applications and other clouds keep the issuer; connections of type AWS stand in neither group.',
    fix: 'Be ready for both answers: `issuer: both` lets the tokens of either issuer in, and azfed migrate issuer shows which ones come. Take vstoken away only from connections that were seen to use the other.',
  },
  'credential.expiring': {
    severity: 'medium',
    meaning: 'The credential that the organization is read with ends within two weeks.',
    fix: 'Issue a new token and store it with its end; or use a credential of type `entra`, which needs no renewal.',
  },
  'credential.expired': {
    severity: 'high',
    meaning:
      'By the date that is stored with it, the credential that the organization is read with has ended.',
    fix: 'Issue a new token and store it with its end; correct the date if only that is wrong.',
  },
} as const satisfies Record<string, FindingKind>;
