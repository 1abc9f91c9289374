import type { FindingKind } from './finding-kind.ts';

/** What is found about an account and its OIDC providers. */
export const accountFindings = {
  'account.not-configured': {
    severity: 'medium',
    meaning: 'The role of the connection lies in an account that the configuration does not name.',
    fix: 'Add the account under `accounts`, or correct the ARN in the connection.',
  },
  'account.other-partition': {
    severity: 'medium',
    meaning:
      'The role of the connection is of another partition than the one that the configuration has for its account. Partitions share nothing.',
    fix: 'Correct the partition in the ARN (arn:aws:, arn:aws-us-gov:, arn:aws-cn:, arn:aws-eusc:), or that of the account under `accounts`.',
  },
  'account.drift-breaker': {
    severity: 'critical',
    meaning:
      'More roles drifted at once than the limits allow. Automatic runs change nothing until a person looks.',
    fix: 'Find the cause, then run `azfed resume account <id>`.',
  },
  'account.quota-near': {
    severity: 'medium',
    meaning: 'The account has used more than 80 % of a quota that azfed needs.',
    fix: 'Ask AWS for a higher quota before it is reached.',
  },
  'provider.missing': {
    severity: 'high',
    meaning:
      'The role of the connection trusts an OIDC provider that is not there or lacks our audience; STS refuses every token.',
    fix: 'Let azfed make or repair the provider: azfed apply. If AWS refuses that, see the error of the provider change: an SCP, a quota or a missing permission.',
  },
  'policy.missing': {
    severity: 'high',
    meaning:
      'A grant names a permissions boundary or a managed policy that does not exist in the account. What needs it is not begun: the role is not made, and nothing of it is widened; it is narrowed all the same.',
    fix: 'Make the policy in the account, or correct `boundary` or `managedPolicies` of the grant; then: azfed plan.',
  },
  'provider.failing': {
    severity: 'high',
    meaning:
      'The OIDC provider could not be made or repaired whenever it was tried: the finding says since when, how often, and what AWS answered. No role that needs it lets anybody in.',
    fix: 'Refused: give azfed the right that the text names, or ask who owns the SCP that refuses it. A quota: ask AWS for a higher one. Throttled or not reachable: wait; each run tries again.',
  },
  'provider.foreign-audience': {
    severity: 'medium',
    meaning: 'The OIDC provider accepts audiences that azfed did not put there.',
    fix: 'Remove them in IAM if no other role of the account needs them.',
  },
  'provider.near-duplicate': {
    severity: 'medium',
    meaning:
      'Another OIDC provider differs from ours in case or a slash at the end alone; IAM takes them for two.',
    fix: 'Delete it if no role names it.',
  },
} as const satisfies Record<string, FindingKind>;
