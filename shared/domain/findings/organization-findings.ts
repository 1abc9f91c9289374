import type { FindingKind } from './finding-kind.ts';

/** What is found about an organization, its credential and the reading of it. */
export const organizationFindings = {
  'read.incomplete': {
    severity: 'high',
    meaning:
      'azfed could not read something, or the answer was incomplete. azfed makes no change that depends on it.',
    fix: 'Fix the cause that the message names (a token, a permission, a throttled service), and run again.',
    leaves: 'unknown',
  },
  'record.unreadable': {
    severity: 'high',
    meaning:
      'This release cannot read a stored item. A later release, or somebody else, wrote it. azfed makes no decision about its subject and does not overwrite the item. Everything else continues.',
    fix: 'Deploy the release that wrote the item, or correct the item that the message names.',
    leaves: 'unknown',
  },
  'organization.identity-mismatch': {
    severity: 'critical',
    meaning:
      'Another organization GUID answers under the configured name. azfed makes no change for the organization.',
    fix: 'Find out who owns the name now. Change `organizations[].id` only if the other organization is the right one.',
    leaves: 'unknown',
  },
  'organization.renamed': {
    severity: 'medium',
    meaning:
      'Azure DevOps gives the organization another name, or another spelling, than the configuration. Tokens and trusts contain the name that Azure DevOps gives.',
    fix: 'Set `organizations[].name` (and `url`, and the patterns of grants) to the name that Azure DevOps gives.',
  },
  'organization.spelling-unknown': {
    severity: 'medium',
    meaning:
      'Azure DevOps did not return the spelling of the name of the organization. Tokens contain the name, and trusts compare it with case. Until the spelling is known, azfed uses the name in the existing trusts, or else the configured name.',
    fix: 'Open https://dev.azure.com/_apis/resourceAreas/79134c72-4a58-4b42-976c-04e7115f32bf?hostId=<organization id> from the machine that runs azfed; it needs no credentials. Compare `organizations[].name` with the `sub` of a token (`azfed verify --run`).',
  },
  'organization.absence-breaker': {
    severity: 'critical',
    meaning:
      'More connections are missing at once, or listed and not shown, than the limits allow. A lost permission is more likely than so many deletions.',
    fix: 'Check the permissions of the credential, then run `azfed resume organization <name>`.',
  },
  'issuer.retiring': {
    severity: 'info',
    meaning:
      'The issuer of these tokens is deprecated, and Microsoft has announced an end date. Microsoft documents the move for single-tenant Entra applications and managed identities, and says that multitenant applications and other clouds keep the issuer. The documentation does not say to which group connections of type AWS belong.',
    fix: 'Prepare for both outcomes: with `issuer: both` a trust accepts the tokens of either issuer, and `azfed migrate issuer` shows which tokens arrive. Remove vstoken only from connections whose tokens of the other issuer were accepted.',
  },
  'credential.expiring': {
    severity: 'medium',
    meaning: 'The credential of the organization expires within two weeks.',
    fix: 'Issue a new token and store it with its expiry date; or use a credential of type `entra`, which needs no renewal.',
  },
  'credential.expired': {
    severity: 'high',
    meaning: 'The credential of the organization has expired, by the date that is stored with it.',
    fix: 'Issue a new token and store it with its expiry date. If only the date is wrong, correct the date.',
  },
} as const satisfies Record<string, FindingKind>;
