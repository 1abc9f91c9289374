import type { FindingKind } from './finding-kind.ts';

/** What is found about an account and its OIDC providers. */
export const accountFindings = {
  'account.not-configured': {
    severity: 'medium',
    meaning: 'The role of the connection is in an account that the configuration does not name.',
    fix: 'Add the account under `accounts`, or correct the ARN in the connection.',
  },
  'account.left': {
    severity: 'medium',
    meaning:
      'The account has a role of the connection, and AWS Organizations no longer lists it: it is suspended or being closed, or it left the configured organizational units. azfed changes nothing in it, closes and deletes nothing, and keeps its records. If the account returns, azfed continues.',
    fix: 'Reinstate the account, or move it back; or name it under `accounts` to keep it. If it is gone for good, delete its connections in Azure DevOps.',
  },
  'account.list-unread': {
    severity: 'high',
    meaning:
      'azfed could not read the accounts of AWS Organizations to their end. It continues with the last list that was whole: accounts that joined since then are missing, and no account is treated as gone.',
    fix: 'Fix the cause that the message names: azfed reads from the management account or from a delegated administrator, with organizations:ListAccounts, ListAccountsForParent and ListOrganizationalUnitsForParent. Check it: azfed doctor.',
  },
  'account.other-partition': {
    severity: 'medium',
    meaning:
      'The role of the connection is in another partition than the configuration says for its account. Partitions share nothing.',
    fix: 'Correct the partition in the ARN (arn:aws:, arn:aws-us-gov:, arn:aws-cn:, arn:aws-eusc:), or the partition of the account under `accounts`.',
  },
  'account.drift-breaker': {
    severity: 'critical',
    meaning:
      'More roles drifted at once than the limits allow. Automatic runs change nothing until a person has checked.',
    fix: 'Find the cause, then run `azfed resume account <id>`.',
  },
  'account.quota-near': {
    severity: 'medium',
    meaning: 'The account has used more than 80 % of a quota that azfed needs.',
    fix: 'Request a higher quota from AWS before it is reached.',
  },
  'provider.missing': {
    severity: 'high',
    meaning:
      'The role of the connection trusts an OIDC provider that does not exist or lacks the audience of azfed. STS refuses every token.',
    fix: 'Let azfed create or repair the provider: azfed apply. If AWS refuses that, see the error of the provider change: an SCP, a quota or a missing permission.',
  },
  'policy.missing': {
    severity: 'high',
    meaning:
      'A grant names a permissions boundary or a managed policy that does not exist in the account. azfed does not create or widen the role that needs it; it still narrows the role.',
    fix: 'Create the policy in the account, or correct `boundary` or `managedPolicies` of the grant; then run `azfed plan`.',
  },
  'provider.failing': {
    severity: 'high',
    meaning:
      'Every attempt to create or repair the OIDC provider has failed. The finding says since when, how often, and what AWS answered. Nobody can assume a role that needs it.',
    fix: 'Access denied: give azfed the permission that the text names, or ask who owns the SCP that denies it. A quota: request a higher one from AWS. Throttled or not reachable: wait; each run tries again.',
  },
  'provider.foreign-audience': {
    severity: 'medium',
    meaning: 'The OIDC provider accepts audiences that azfed did not add.',
    fix: 'Remove these audiences in IAM if no other role of the account needs them.',
  },
  'provider.near-duplicate': {
    severity: 'medium',
    meaning:
      'The URL of another OIDC provider differs only in case or in a trailing slash. IAM treats them as two providers.',
    fix: 'Delete it if no role names it.',
  },
} as const satisfies Record<string, FindingKind>;
