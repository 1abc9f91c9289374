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
    protects: 'With a configuration that is not valid nothing runs, and nothing else can be checked.',
    fix: 'Correct the place that is named; `azfed validate` lists every problem at once.',
  },
  'credential.obtainable': {
    title: 'The credential of the organization can be had',
    protects: 'Without it the organization is not read: nothing in it is federated, repaired or closed.',
    fix: 'Set the variable, or correct the reference to the secret, that `credential` names.',
  },
  'credential.accepted': {
    title: 'Azure DevOps takes the credential',
    protects: 'An expired or revoked credential stops every run of the organization.',
    fix: 'Issue a new one for this organization with Service Connections (read) and Project and Team (read).',
  },
  'credential.lasting': {
    title: 'The credential does not end soon',
    protects: 'A token that ends while nobody looks stops every run of the organization.',
    fix: 'Issue a new token and store it with its end: {"token": "...", "expires": "<date>"}; or sign in through Entra, where nothing ends.',
  },
  'organization.pinned': {
    title: 'The organization is the one that is configured',
    protects:
      'A freed name can be taken by somebody else. Where another GUID answers, the organization is halted.',
    fix: 'Find out who answers under the name. Only when it is yours, write its GUID as `id`.',
  },
  'organization.named': {
    title: 'Azure DevOps knows the GUID by the configured name',
    protects:
      'Subjects are built of the name. Under a former name tokens and trusts part as soon as somebody takes it.',
    fix: 'Write the name that Azure DevOps gives as `name` of the organization.',
  },
  'projects.readable': {
    title: 'The projects can be listed',
    protects: 'What is not listed is not federated, and a list that lost entries is never taken for whole.',
    fix: 'Give the identity Project and Team (read), and let it see the projects.',
  },
  'connections.readable': {
    title: 'The service connections can be read',
    protects:
      'Azure DevOps answers with an empty list where the identity may not read: what is hidden looks as if it were not there.',
    fix: 'Give the identity Service Connections (read), and the role User on the service connections of each project.',
  },
  'connections.shown': {
    title: 'What the service connections ask for is shown',
    protects:
      'With the role Reader a connection is listed without its type and its parameters. Not shown is not empty: azfed leaves such a connection as it is, and federates none anew.',
    fix: 'Give the identity the role User on the connections, or a group that has ViewEndpoint and ViewAuthorization.',
  },
  'extension.oidc': {
    title: 'The AWS Toolkit is installed and knows OIDC',
    protects: 'Without it nobody can make a connection that asks for OIDC, and no task takes a role by it.',
    fix: 'Install or update "AWS Toolkit for Azure DevOps" from the Marketplace: version 1.15.0 or later.',
  },
  'audit.readable': {
    title: 'The audit log can be read, and its entries are understood',
    protects:
      'A log that cannot be read, or whose entries have another shape than the documented one, looks like a quiet log: no change is seen early, and no deletion is proved. Checked where `auditLog` is configured.',
    fix: 'Switch auditing on (Organization settings, Policies), and give the identity the right View audit log.',
  },
  'hooks.subscribed': {
    title: 'The service hook subscriptions are there, and work',
    protects:
      'Without them a change in Azure DevOps is seen by the next scheduled look, not at once. Checked where `hooks` is configured.',
    fix: 'Look at `azfed hooks status`; then: azfed hooks install.',
  },
  'grant.matched': {
    title: 'The grant is about a project that is there',
    protects:
      'A grant that matches nothing grants nothing: a typing error looks like a connection that waits.',
    fix: 'Compare `connections.organization` and `connections.project` with the names in Azure DevOps, case included.',
  },
  'clock.azure-devops': {
    title: 'The clock agrees with that of Azure DevOps',
    protects:
      'Tokens that Azure DevOps signs are dated; waiting times and expiries are judged by this clock.',
    fix: 'Let the machine take its time from the network (NTP).',
  },
  'clock.aws': {
    title: 'The clock agrees with that of AWS',
    protects:
      'AWS refuses requests that are dated more than five minutes off, and leases and session policies end by this clock.',
    fix: 'Let the machine take its time from the network (NTP).',
  },
  'hub.credentials': {
    title: 'The AWS SDK finds credentials',
    protects:
      'Without them neither the table nor any account is read: nothing is known, and nothing is done.',
    fix: 'Set AWS_PROFILE, or whatever else the AWS SDK takes credentials from.',
  },
  'hub.place': {
    title: 'Account, region and table are those that the configuration pins',
    protects:
      'A wrong profile or region shows a place where nothing is recorded: everything looks as if nobody kept it.',
    fix: 'Set AWS_PROFILE, AWS_REGION and AZFED_TABLE to the place where azfed runs, and pin it: hub: { account, region, table }.',
  },
  'table.present': {
    title: 'The table is there',
    protects: 'Without it nothing is remembered: automatic runs only observe.',
    fix: 'Deploy the stack, or let `azfed apply` or `azfed bootstrap` make the table, after asking. Where azfed runs elsewhere: AWS_PROFILE, AWS_REGION, AZFED_TABLE.',
  },
  'table.readable': {
    title: 'What is recorded can be read',
    protects: 'Where a record cannot be read nothing is decided: every run stops.',
    fix: 'Give the identity dynamodb:Query and dynamodb:GetItem on the table. For a record that is not understood: use the version of azfed that wrote it, or a later one.',
  },
  'deployment.bootstrapped': {
    title: 'Automatic runs may write',
    protects: 'A new table, and one that was lost, makes automatic runs observe only.',
    fix: 'Look at `azfed plan`; then: azfed bootstrap.',
  },
  'account.assumable': {
    title: 'The roles of azfed in the account can be assumed',
    protects:
      'Without the role that looks, nothing in the account is known; without the one that writes, nothing is fixed.',
    fix: 'Deploy the roles of the account (docs/deploy.md); look at `assumeRole`, `externalId`, and at whom the role trusts. For yourself: AWS_PROFILE.',
  },
  'account.right-one': {
    title: 'Whoever signs in is in the account, and in its partition',
    protects: 'A wrong profile would look at, and write to, another account.',
    fix: 'Use the credentials of the account that is configured, or give it an `assumeRole`.',
  },
  'account.reads': {
    title: 'A run may read what it needs in IAM',
    protects: 'What cannot be read is unknown: nothing that rests on it is done.',
    fix: 'Allow what the message names to the role that looks: docs/reference/permissions.md has all of it.',
  },
  'account.writes': {
    title: 'A run may write what the grants need',
    protects:
      'A role that may not do a step fails in the middle of a repair. Found out by IAM’s own simulation, not by writing; service control policies are not in it.',
    fix: 'Deploy the roles of the account anew: docs/reference/permissions.md has every right. The simulation itself needs iam:SimulatePrincipalPolicy for the role that looks.',
  },
  'account.policies': {
    title: 'The boundaries and managed policies of grants are there',
    protects: 'IAM makes no role with a boundary, or a managed policy, that is not there.',
    fix: 'Create it in the account, or correct `boundary` or `managedPolicies` of the grant.',
  },
  'account.quotas': {
    title: 'The quotas leave room',
    protects: 'Where a quota of the account is used up, no role is made, or none can be opened.',
    fix: 'Ask for more under Service Quotas, IAM; roles and OIDC providers that nobody needs can go.',
  },
  'account.provider': {
    title: 'The OIDC provider is spelled as the issuer of the tokens',
    protects:
      'IAM compares case and slashes: a provider that is nearly right lets nobody in, and people mistake it for the right one.',
    fix: 'Delete the one that is spelled otherwise, when no role names it; `azfed apply` makes the right one.',
  },
  'webhook.address': {
    title: 'The webhook leads to where events may go',
    protects:
      'An address inside, or none at all, takes no event: nobody is told. Redirects are not followed.',
    fix: 'Correct `url`: https, port 443, a host name that resolves to public addresses alone.',
  },
  'webhook.secret': {
    title: 'The secret of the webhook can be signed with',
    protects: 'Without it no event is sent, and receivers could not tell who sent one.',
    fix: 'Set the variable, or store the secret, that `secret` names: "whsec_" and the base64 of 24 to 64 random bytes.',
  },
  'webhook.told': {
    title: 'The webhook is told of events',
    protects:
      'One that wants nothing any more, or took nothing for three days, is left alone; what it missed is kept.',
    fix: 'Fix the receiver; then: azfed replay.',
  },
  'webhook.answers': {
    title: 'The webhook takes a signed test event',
    protects:
      'An endpoint that is dead, slow, moved or refuses signatures is found before it matters. Tried only with `--send-test`.',
    fix: 'Look at the receiver. 401 or 403: it checks with another secret. 404 or 3xx: the address moved, and redirects are not followed. 410: it wants no more.',
  },
} as const satisfies Record<string, CheckKind>;

export type CheckCode = keyof typeof checkCatalogue;
