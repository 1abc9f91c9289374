/** Namespace of all metrics that the functions emit, where infrastructure names no other one. */
export const metricsNamespace = 'azfed';

/** Metrics, and the unit of each as CloudWatch spells it. Every one has the dimension `service`: the name of the function. */
export const metrics = {
  /** Runs by their outcome: dimension `outcome` is converged, changed, held, partial or failed. */
  runs: { name: 'Passes', unit: 'Count' },
  /** Roles and providers that differed because somebody changed IAM. */
  drift: { name: 'Drift', unit: 'Count' },
  changesDone: { name: 'ChangesDone', unit: 'Count' },
  changesFailed: { name: 'ChangesFailed', unit: 'Count' },
  changesHeld: { name: 'ChangesHeld', unit: 'Count' },
  /**
   * Accounts that a run could not read: 1 or 0 for each run. While one cannot be read also with the dimension `account`, so
   * that it has a name at no price when all is well.
   */
  accountsUnread: { name: 'AccountsUnread', unit: 'Count' },
  /** Readings of the accounts of AWS Organizations that failed: 1 or 0 for each. */
  accountListsUnread: { name: 'AccountListsUnread', unit: 'Count' },
  /** Organizations of which a discovery could read nothing: 1 or 0, for each also with the dimension `organization`. */
  organizationsUnread: { name: 'OrganizationsUnread', unit: 'Count' },
  /** Projects that a discovery could not read to their end, for each organization also with the dimension `organization`. */
  projectsUnread: { name: 'ProjectsUnread', unit: 'Count' },
  /** Time since the first run that could not read the account or part of an organization that has waited longest; 0: none waits. */
  oldestReadingAge: { name: 'OldestReadingAge', unit: 'Seconds' },
  /** Findings of severity high or critical that no run before had counted. */
  severeFindings: { name: 'SevereFindings', unit: 'Count' },
  /** Roles that are put back again and again: somebody else writes to them as well. */
  rolesDisputed: { name: 'RolesDisputed', unit: 'Count' },
  breakersTripped: { name: 'BreakersTripped', unit: 'Count' },
  iamRequests: { name: 'IamRequests', unit: 'Count' },
  azureDevOpsRequests: { name: 'AzureDevOpsRequests', unit: 'Count' },
  /** Whole organizations that were read to the end. No data: discovery stands still. */
  discoveries: { name: 'Discoveries', unit: 'Count' },
  /** Entries of an audit log that are, or may be, of interest and could not be read. */
  auditEntriesUnread: { name: 'AuditEntriesUnread', unit: 'Count' },
  /** A published configuration is newer than the one in force and cannot be used. */
  configurationsRefused: { name: 'ConfigurationsRefused', unit: 'Count' },
  hooksQueued: { name: 'HooksQueued', unit: 'Count' },
  hooksRepeated: { name: 'HooksRepeated', unit: 'Count' },
  /** Authentic, but of an organization or of a kind that azfed does not know. */
  hooksUnknown: { name: 'HooksUnknown', unit: 'Count' },
  hooksRefused: { name: 'HooksRefused', unit: 'Count' },
  /** Answered with 503, so that Azure DevOps sends them again. More than a few: hooks are being lost. */
  hooksDeferred: { name: 'HooksDeferred', unit: 'Count' },
  /** Changes of IAM by others, as events told of them. */
  iamChangesQueued: { name: 'IamChangesQueued', unit: 'Count' },
  /** Of accounts that are not in the configuration. */
  iamChangesUnknown: { name: 'IamChangesUnknown', unit: 'Count' },
  /** Stored items that this release cannot read; what they are about waits. */
  unreadableItems: { name: 'UnreadableItems', unit: 'Count' },
  eventsDelivered: { name: 'EventsDelivered', unit: 'Count' },
  eventsExhausted: { name: 'EventsExhausted', unit: 'Count' },
  /** Age of the oldest event that is still owed. */
  oldestEventAge: { name: 'OldestEventAge', unit: 'Seconds' },
  /** Days until a credential ends, for each organization whose credential tells. */
  credentialDaysLeft: { name: 'CredentialDaysLeft', unit: 'Count' },
} as const;
