export interface CheckKind {
  /** What has to be true, as a statement. */
  readonly title: string;
  /** What goes wrong where it is not. */
  readonly protects: string;
  /** What to do where it is not, unless the check knows better. */
  readonly fix: string;
}

/**
 * Everything that `azfed doctor` looks at. Codes are stable: people filter and alarm on them. The reference page is made
 * from this catalogue.
 */
export const checkCatalogue = {
  'configuration.valid': {
    title: 'The configuration is valid',
    protects: 'azfed runs nothing with an invalid configuration, and cannot check anything else.',
    fix: 'Correct the place that the message names; `azfed validate` lists every problem at once.',
  },
  'credential.obtainable': {
    title: 'azfed can get the credential of the organization',
    protects:
      'Without it azfed does not read the organization, and creates, repairs and closes no role of it.',
    fix: 'Set the variable, or correct the reference to the secret, that `credential` names.',
  },
  'credential.accepted': {
    title: 'Azure DevOps accepts the credential',
    protects: 'An expired or revoked credential stops every run of the organization.',
    fix: 'Issue a new token for this organization with Service Connections (read) and Project and Team (read).',
  },
  'credential.lasting': {
    title: 'The credential does not expire soon',
    protects: 'An expired token stops every run of the organization.',
    fix: 'Issue a new token and store it with its expiry date: {"token": "...", "expires": "<date>"}; or sign in through Entra, where no credential expires.',
  },
  'organization.pinned': {
    title: 'The organization has the configured GUID',
    protects:
      'Somebody else can take a name that is free. If another GUID answers, azfed makes no change for the organization.',
    fix: 'Find out who answers under the name. Write its GUID as `id` only if the organization is yours.',
  },
  'organization.named': {
    title: 'Azure DevOps gives the GUID the configured name',
    protects:
      'Subjects contain the name. With a former name, tokens and trusts no longer match as soon as somebody takes it.',
    fix: 'Write the name that Azure DevOps gives as `name` of the organization.',
  },
  'projects.readable': {
    title: 'azfed can list the projects',
    protects:
      'azfed creates no role for a connection that it cannot list, and never treats a shortened list as complete.',
    fix: 'Let the identity into the projects: azfed access grant. A token needs Project and Team (read).',
  },
  'connections.readable': {
    title: 'azfed can read the service connections',
    protects:
      'Azure DevOps answers with an empty list if the identity has no permission, so a hidden connection looks like a missing one.',
    fix: 'Give the identity the role User on the service connections of each project: azfed access grant. A token needs Service Connections (read).',
  },
  'connections.shown': {
    title: 'Azure DevOps shows the fields of the service connections',
    protects:
      'For the role Reader, Azure DevOps lists a connection without its type and its parameters. A field that is not shown is not an empty field: azfed leaves the role of such a connection as it is, and creates none.',
    fix: 'Give the identity the role User on the connections: azfed access grant; or a group that has ViewEndpoint and ViewAuthorization.',
  },
  'extension.oidc': {
    title: 'The installed AWS Toolkit supports OIDC',
    protects:
      'Without it nobody can create a connection that uses OIDC, and no task can assume a role with OIDC.',
    fix: 'Install or update "AWS Toolkit for Azure DevOps" from the Marketplace: version 1.15.0 or later.',
  },
  'audit.readable': {
    title: 'azfed can read and interpret the audit log',
    protects:
      'A log that azfed cannot read, or whose entries have another shape than the documentation says, looks like an empty log: azfed sees no change early, and no deletion is proved. Checked if `auditLog` is configured.',
    fix: 'Enable auditing (Organization settings, Policies), and give the identity the permission View audit log.',
  },
  'hooks.subscribed': {
    title: 'The service hook subscriptions exist and work',
    protects:
      'Without them azfed sees a change in Azure DevOps at the next scheduled run, not at once. Checked if `hooks` is configured.',
    fix: 'Check `azfed hooks status`, then run `azfed hooks install`.',
  },
  'grant.matched': {
    title: 'The grant covers an existing project',
    protects:
      'A grant that covers no project has no effect, so a typing error looks like a connection that waits.',
    fix: 'Compare `connections.organization` and `connections.project` with the names in Azure DevOps, including their case.',
  },
  'clock.azure-devops': {
    title: 'The clock agrees with the clock of Azure DevOps',
    protects: 'azfed compares the dates of tokens, waiting periods and expiry dates with this clock.',
    fix: 'Synchronize the clock of the machine (NTP).',
  },
  'clock.aws': {
    title: 'The clock agrees with the clock of AWS',
    protects:
      'AWS refuses requests whose date is more than five minutes off. Leases and session policies expire by this clock.',
    fix: 'Synchronize the clock of the machine (NTP).',
  },
  'hub.credentials': {
    title: 'The AWS SDK finds credentials',
    protects: 'Without them azfed reads neither the table nor any account, and changes nothing.',
    fix: 'Set AWS_PROFILE, or another source of credentials for the AWS SDK.',
  },
  'hub.place': {
    title: 'The account, the region and the table match the configuration',
    protects: 'A wrong profile or region leads to a place without records, where every role looks unmanaged.',
    fix: 'Set AWS_PROFILE, AWS_REGION and AZFED_TABLE to the place where azfed runs, and pin it: hub: { account, region, table }.',
  },
  'people.listed': {
    title: 'The configuration lists you among its people',
    protects:
      'The roles of the accounts let in the functions and the listed people, and nobody else. Checked if `people` is configured.',
    fix: 'Add the pattern that the message names to a list of `people`, then deploy the stack and the StackSet (docs/reference/people.md).',
  },
  'people.second-person': {
    title: 'Two different people can approve and apply',
    protects:
      'Whoever assumes a role chooses the name of the session, so azfed takes everybody in one role for the same person; users of IAM Identity Center count one by one. Checked if `people` is configured.',
    fix: 'List approvers of another role, or of a permission set, under people.approvers, and deploy the stack and the StackSet. Until then automatic runs carry out what is approved.',
  },
  'functions.invocable': {
    title: 'You may start the functions of the service',
    protects:
      '`azfed reconcile --remote` starts them. The check asks Lambda for permission alone; no function runs. Checked if the table knows a deployed stack.',
    fix: 'Add yourself to people.operators, deploy the stack, and attach the policy of the stack that ends in -operators, such as azfed-operators (docs/reference/people.md). If the function does not exist: deploy azfed again.',
  },
  'table.present': {
    title: 'The table exists',
    protects: 'Without it azfed remembers nothing, and automatic runs only observe.',
    fix: 'Deploy the stack, or let `azfed apply` or `azfed bootstrap` create the table, after a confirmation. If azfed runs elsewhere: AWS_PROFILE, AWS_REGION, AZFED_TABLE.',
  },
  'table.readable': {
    title: 'azfed can read its records',
    protects:
      'azfed makes no decision about a record that it cannot read, and stops every run that needs it.',
    fix: 'Give the identity dynamodb:Query and dynamodb:GetItem on the table. If azfed cannot interpret a record, use the version that wrote it, or a later one.',
  },
  'deployment.bootstrapped': {
    title: 'Automatic runs may write',
    protects: 'With a new table, or after the loss of the table, automatic runs only observe.',
    fix: 'Check `azfed plan`, then run `azfed bootstrap`.',
  },
  'accounts.listed': {
    title: 'azfed can read the accounts of AWS Organizations',
    protects:
      'Otherwise azfed works with the last list: it does not see accounts that join. Checked if `accounts` has accounts of AWS Organizations.',
    fix: 'Run azfed in the management account or in a delegated administrator, and allow organizations:ListAccounts, ListAccountsForParent and ListOrganizationalUnitsForParent: deploy the hub again. Compare the ids of the organizational units.',
  },
  'account.assumable': {
    title: 'azfed can assume its roles in the account',
    protects:
      'Without the read role azfed knows nothing of the account; without the write role it changes nothing.',
    fix: 'Deploy the roles of the account (docs/deploy.md). Check `assumeRole`, `externalId`, and the trust of the role. For your own runs: AWS_PROFILE.',
  },
  'account.right-one': {
    title: 'The credentials belong to the account and to its partition',
    protects: 'A wrong profile would read, and write to, another account.',
    fix: 'Use credentials of the configured account, or give the account an `assumeRole`.',
  },
  'account.reads': {
    title: 'azfed has the IAM permissions to read',
    protects: 'What azfed cannot read is unknown, and azfed makes no change that depends on it.',
    fix: 'Allow the actions that the message names to the read role; docs/reference/permissions.md lists them all.',
  },
  'account.writes': {
    title: 'azfed has the IAM permissions to write what the grants need',
    protects:
      'A change fails half done if the role lacks the permission for one of its steps. azfed asks the policy simulation of IAM and writes nothing; the simulation does not include service control policies.',
    fix: 'Deploy the roles of the account again; docs/reference/permissions.md lists every permission. The simulation itself needs iam:SimulatePrincipalPolicy for the read role.',
  },
  'account.last-accessed': {
    title: 'azfed may ask IAM what a role has used',
    protects:
      'Before azfed attaches a boundary to a role, `role.boundary-cuts` names the actions that the role has used and the boundary does not allow. Without these permissions the use stays unknown.',
    fix: 'Deploy the roles of the account again: the read role needs iam:GenerateServiceLastAccessedDetails and iam:GetServiceLastAccessedDetails.',
  },
  'account.policies': {
    title: 'The boundaries and managed policies of grants exist',
    protects: 'IAM does not create a role with a boundary or a managed policy that does not exist.',
    fix: 'Create the policy in the account, or correct `boundary` or `managedPolicies` of the grant.',
  },
  'account.quotas': {
    title: 'The quotas of the account are not exhausted',
    protects: 'When a quota is exhausted, azfed can create no role, or open none.',
    fix: 'Request a higher quota under Service Quotas, IAM, or delete roles and OIDC providers that nobody needs.',
  },
  'account.provider': {
    title: 'The URL of the OIDC provider equals the issuer of the tokens',
    protects:
      'IAM compares case and slashes. With a provider that is almost right nobody can assume a role, and people confuse it with the right one.',
    fix: 'Delete the provider with the other spelling when no role names it; `azfed apply` creates the right one.',
  },
  'webhook.address': {
    title: 'The webhook has a public address',
    protects:
      'azfed sends no event to an internal address, or to a name that does not resolve. It does not follow redirects.',
    fix: 'Correct `url`: https, port 443, a host name that resolves only to public addresses.',
  },
  'webhook.target': {
    title: 'The event bus or the topic exists',
    protects:
      'EventBridge accepts events for a bus that does not exist, and drops them without an error. SNS refuses a topic that does not exist.',
    fix: 'Correct `bus` or `topic`, or create it. To look, you need events:DescribeEventBus or sns:GetTopicAttributes on it.',
  },
  'webhook.secret': {
    title: 'azfed can sign with the secret of the webhook',
    protects: 'Without the secret azfed sends no event, because a receiver could not verify who sent it.',
    fix: 'Set the variable, or store the secret, that `secret` names: "whsec_" and the base64 of 24 to 64 random bytes, as azfed secrets create makes it.',
  },
  'webhook.enabled': {
    title: 'azfed delivers events to the webhook',
    protects:
      'azfed disables a webhook that answered 410, or accepted nothing for three days. It keeps the events that the webhook missed.',
    fix: 'Fix the receiver, then run `azfed replay`.',
  },
  'webhook.answers': {
    title: 'The webhook accepts a signed test event',
    protects:
      'The test finds a receiver that is down, slow, moved, or refuses signatures before a real event is lost. Checked only with `--send-test`.',
    fix: 'Check the receiver. 401 or 403: it uses another secret. 404 or 3xx: the address has moved, and azfed does not follow redirects. 410: the receiver wants no more events.',
  },
} as const satisfies Record<string, CheckKind>;

export type CheckCode = keyof typeof checkCatalogue;
