/** Why a pipeline does not get in. */
export interface FailureKind {
  /** What has happened, as a statement. */
  readonly title: string;
  /** What the log of a task says; of an error of STS, what stands after `Failed to assume role with OIDC:`. */
  readonly logs?: readonly string[];
  /** Where the cause lies. */
  readonly where: string;
  readonly fix: string;
  /** The fix is a run of `azfed apply`. */
  readonly needsApply?: true;
}

/**
 * Everything that keeps a pipeline from getting into AWS with a service connection. Codes are stable; the reference page
 * is made from this catalogue. Errors of STS: AWS STS API Reference, AssumeRoleWithWebIdentity. What the tasks do:
 * aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts.
 */
export const failureCatalogue = {
  'sts.provider-missing': {
    title: 'The account has no OIDC provider for the issuer of the token',
    logs: [
      'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://vstoken.dev.azure.com/...',
    ],
    where: 'IAM, identity providers of the account of the role',
    fix: 'Run `azfed apply`, which creates the provider. A provider whose URL differs by a slash or by case is another provider.',
    needsApply: true,
  },
  'sts.audience-missing': {
    title: 'The OIDC provider does not list the audience of the token',
    logs: ['InvalidIdentityToken: Incorrect token audience'],
    where: 'IAM, client ids of the OIDC provider',
    fix: 'Run `azfed apply`, which adds the audience to the provider.',
    needsApply: true,
  },
  'sts.not-authorized': {
    title: 'The trust of the role does not accept this subject, or the role does not exist',
    logs: ['AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'],
    where: 'IAM, trust policy of the role',
    fix: 'Compare the subject in the log with `azfed explain`, then run `azfed apply`. The comparison includes case. After a change wait a minute, because IAM shows it late.',
    needsApply: true,
  },
  'sts.claim-rejected': {
    title: 'STS refuses a claim of the token',
    logs: ['IDPRejectedClaim: ...'],
    where: 'The token: subjects have 6 to 255 characters',
    fix: 'Shorten the name of the connection or of the project.',
  },
  'sts.issuer-unreachable': {
    title: 'STS could not reach the issuer of the token',
    logs: [
      "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider",
      'Error [IDPCommunicationError]: ...',
    ],
    where: 'Between AWS and the issuer',
    fix: 'Run the pipeline again. Do not change IAM for this.',
  },
  'sts.token-expired': {
    title: 'The token expired before STS received it',
    logs: ["Error [TypeError]: Cannot set properties of null (setting 'expired')"],
    where: 'The clock of the agent, or a job that waited too long',
    fix: 'Correct the clock of the agent. Tokens live for minutes; the task requests a new one when it starts.',
  },
  'sts.token-invalid': {
    title: 'STS does not accept the token as one of its issuer',
    logs: ['InvalidIdentityToken: ...'],
    where: 'The token: its signature, or a missing claim',
    fix: 'Run the pipeline again; the issuer may have changed its keys. If the failure stays, compare the issuer in the log with the provider in IAM.',
  },
  'sts.duration-too-long': {
    title: 'The pipeline requests a longer session than the role allows',
    logs: [
      'Error [ValidationError]: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    where: 'The variable aws.rolecredential.maxduration of the pipeline',
    fix: 'Lower the variable, or raise `maxSessionDuration` of the grant and run `azfed apply`.',
    needsApply: true,
  },
  'sts.session-name-refused': {
    title: 'STS refuses the role session name of the connection',
    logs: ["Error [ValidationError]: ... Value '***' at 'roleSessionName' failed to satisfy constraint: ..."],
    where: 'Azure DevOps, the service connection, "Role Session Name"',
    fix: 'Leave it empty, or use 2 to 64 of the letters A to Z, digits and _ + = , . @ - without spaces.',
  },
  'sts.role-arn-refused': {
    title: 'The connection contains an invalid role ARN',
    logs: ['Error [ValidationError]: Request ARN is invalid'],
    where: 'Azure DevOps, the service connection, "Role to Assume"',
    fix: 'Enter the ARN of the role again, without spaces around it.',
  },
  'sts.unreachable': {
    title: 'The agent got its token, but no answer from STS',
    logs: ['Error [TimeoutError]: socket hang up', 'AggregateError [ETIMEDOUT]: '],
    where: 'Between the agent and AWS: the network, a proxy, or the Region of the task',
    fix: 'Run the pipeline again. If the failure stays, let the agent reach the STS endpoint of the Region in the log. Do not change IAM for this.',
  },
  'sts.region-disabled': {
    title: 'STS is disabled for the account in this Region',
    logs: ['RegionDisabledException: ...'],
    where: 'AWS account settings, STS endpoints',
    fix: 'Use another `regionName` in the task, or activate STS in that Region.',
  },
  'sts.throttled': {
    title: 'STS throttled the request',
    logs: ['Throttling: Rate exceeded'],
    where: 'AWS STS, 600 requests a second in each account and Region',
    fix: 'Run the pipeline again.',
  },
  'role.missing': {
    title: 'The role does not exist',
    where: 'IAM',
    fix: 'Run `azfed plan`, then `azfed apply`.',
    needsApply: true,
  },
  'role.closed': {
    title: 'azfed keeps the role closed',
    where: 'azfed: no connection is bound to the role now',
    fix: '`azfed explain` names the finding and its fix.',
  },
  'role.open-to-others': {
    title: 'The trust of the role accepts somebody else',
    where: 'IAM, trust policy of the role',
    fix: 'Run `azfed apply`, which narrows the trust to its desired state. Find out who widened it: `azfed history`.',
    needsApply: true,
  },
  'connection.disabled': {
    title: 'The connection is disabled or was never ready',
    where: 'Azure DevOps, the service connection',
    fix: 'Enable it in the settings of the project.',
  },
  'connection.uses-keys': {
    title: 'The tasks use the access key that is stored in the connection, without a warning',
    logs: ['endpoint defines standard access/secret key credentials'],
    where: 'Azure DevOps, the service connection',
    fix: 'Remove the keys: `azfed migrate keys`.',
  },
  'connection.half-key': {
    title: 'The connection holds only one half of an access key, so every task fails before it signs in',
    logs: ['Need to define or omit both "Access Key ID" and "Secret Access Key", not just one.'],
    where: 'Azure DevOps, the service connection: it stores the access key id or the secret alone',
    fix: 'Remove both: `azfed migrate keys`, or clear both fields in the settings of the connection.',
  },
  'connection.no-oidc': {
    title: 'The connection does not use OIDC',
    logs: [
      'Assuming role without credentials (via instance profile)',
      'Skipping OIDC: not enabled in service connections',
    ],
    where: 'Azure DevOps, the service connection',
    fix: 'Select "Use OIDC" and name a role, or run `azfed migrate keys`.',
  },
  'task.no-token': {
    title: 'Azure DevOps gave the task no token for the connection',
    logs: ['Failed to generate OIDC token. May fall back to other'],
    where: 'Azure DevOps: the job, its permissions, or the connection',
    fix: 'Name the connection in the YAML itself; a classic pipeline needs "Allow scripts to access the OAuth token".',
  },
  'task.no-token-network': {
    title: 'The agent could not reach Azure DevOps to request a token',
    logs: ['Failed to generate OIDC token ... AggregateError, or ETIMEDOUT'],
    where: 'Between the agent and Azure DevOps: the network or a proxy',
    fix: 'Run the pipeline again. The task has tried five times in 200 seconds; if the failure stays, let the agent reach the organization.',
  },
  'task.external-id': {
    title: 'The PowerShell task fails with a connection that has an external ID',
    logs: ["A parameter cannot be found that matches parameter name 'ExternalId'"],
    where:
      'AWS Toolkit, AWSPowerShellModuleScript: it passes the external ID to a cmdlet that has no such parameter',
    fix: 'Clear the external ID of the connection; OIDC does not use it.',
  },
  'task.oidc-failed': {
    title: 'The task could not assume the role with its token, for an unknown reason',
    where: 'The log of the task, line "Failed to assume role with OIDC"',
    fix: 'Read this line of the log.',
  },
  'task.issuer-unexpected': {
    title: 'The issuer of the token is not the one that the trust expects',
    where: 'Azure DevOps: the organization has moved to another issuer, or is another organization',
    fix: 'Compare the issuer in the log with `issuer` and `id` of the organization in federation.yaml.',
  },
  'task.audience-unexpected': {
    title: 'The audience of the token is not the one that the trust expects',
    where: 'Azure DevOps: the token',
    fix: 'Compare the audience in the log with the trust that `azfed explain` shows.',
  },
  'task.subject-unexpected': {
    title: 'The subject of the token is not the expected subject of this connection in this project',
    where: 'Azure DevOps: a rename since the last run of azfed, or a shared connection',
    fix: 'Run `azfed plan`. If `azfed explain` does not show the subject of the log, report it to the maintainers: Azure DevOps then spells names in an unknown way.',
  },
  'task.role-unexpected': {
    title: 'The commands ran with another identity than the role of the connection',
    where: 'Credentials of the agent, variables of the pipeline, or keys in the connection',
    fix: 'Remove the credentials that take precedence over OIDC: keys in the connection (`azfed migrate keys`), AWS variables of the pipeline, a role of the agent.',
  },
  'task.masked': {
    title: 'The agent has masked the identity of the commands in the log',
    where:
      'The log of the task: the agent masks every parameter of the connection, and each text that equals one',
    fix: 'Give the connection a role session name and an external ID that are not part of the role name, then verify again.',
  },
  'task.command-failed': {
    title: 'The task assumed the role, and its `aws` command failed',
    logs: ['role assumed via OIDC Token, and then an error of aws'],
    where: 'The log of the task, after "role assumed via OIDC Token"',
    fix: 'Read the error of the command. As far as the log shows, the sign-in works; the failure came after it.',
  },
  'task.output-not-json': {
    title: 'The task assumed the role, and its `aws` command did not answer in JSON',
    logs: ['role assumed via OIDC Token, and no JSON after it'],
    where: 'The pipeline: `AWS_DEFAULT_OUTPUT`, or the AWS configuration of the agent',
    fix: 'Let the pipeline run `aws sts get-caller-identity --output json`, as docs/pipelines/azfed-verify.yml does.',
  },
  'task.powershell-silent': {
    title: 'The log of the PowerShell task cannot prove that it assumed the role',
    logs: ['OIDC Token Subject, and nothing of a role (PowerShell)'],
    where: 'AWS Toolkit, AWSPowerShellModuleScript: it logs nothing after it has assumed a role',
    fix: 'Verify with the tasks of docs/pipelines/azfed-verify.yml, or let the script print `aws sts get-caller-identity --output json`.',
  },
  'task.aws-missing': {
    title: 'The agent has no `aws` command',
    logs: ['AWS CLI is not installed on this machine.', "Unable to locate executable file: 'aws'"],
    where: 'The agent',
    fix: 'Install the AWS CLI on the agent, or let the pipeline run on one that has it.',
  },
  'task.unclear': {
    title: 'The log of the task does not show how it signed in',
    logs: ['nothing of OIDC at all'],
    where: 'The log of the task',
    fix: 'Read the log. Tasks before AWS Toolkit 1.15.0 do not support OIDC: update the extension.',
  },
  'run.waits': {
    title: 'The run waits for an approval',
    where: 'Azure DevOps: an approval or a check on the connection',
    fix: 'Open the run in Azure DevOps and approve it.',
  },
  'run.unfinished': {
    title: 'The run did not end before azfed stopped waiting',
    where: 'Azure DevOps: no agent was free, or the job hangs',
    fix: 'Check the run in Azure DevOps; verify again when an agent is free.',
  },
  'run.no-task': {
    title: 'The run ended without any task of the AWS Toolkit',
    where: 'The pipeline, or its job before the first task',
    fix: 'Let the pipeline run the YAML of docs/pipelines/azfed-verify.yml. Check the run in Azure DevOps.',
  },
} as const satisfies Readonly<Record<string, FailureKind>>;

export type FailureCode = keyof typeof failureCatalogue;

interface StsPattern {
  readonly code: RegExp;
  /** Tells errors of one code apart. Left out: any. */
  readonly message?: RegExp;
  readonly means: FailureCode;
}

/** The first that fits decides. Messages are AWS's own English. */
const stsPatterns: readonly StsPattern[] = [
  { code: /^InvalidIdentityToken/, message: /no openidconnect provider/i, means: 'sts.provider-missing' },
  { code: /^InvalidIdentityToken/, message: /audience/i, means: 'sts.audience-missing' },
  {
    code: /^InvalidIdentityToken/,
    message: /retrieve verification key|communicat/i,
    means: 'sts.issuer-unreachable',
  },
  { code: /^InvalidIdentityToken/, means: 'sts.token-invalid' },
  { code: /^AccessDenied/, means: 'sts.not-authorized' },
  { code: /^IDPRejectedClaim/, means: 'sts.claim-rejected' },
  { code: /^IDPCommunicationError/, means: 'sts.issuer-unreachable' },
  { code: /^ExpiredToken/, means: 'sts.token-expired' },
  // The SDK of the toolkit fails on that very error: it wants to expire credentials that it does not have.
  { code: /^TypeError$/, message: /\bexpired\b/, means: 'sts.token-expired' },
  { code: /^RegionDisabled/, means: 'sts.region-disabled' },
  {
    code: /^ValidationError/,
    message: /durationseconds|maxsessionduration/i,
    means: 'sts.duration-too-long',
  },
  {
    code: /^ValidationError/,
    message: /'rolesessionname' failed to satisfy/i,
    means: 'sts.session-name-refused',
  },
  {
    code: /^ValidationError/,
    message: /'rolearn' failed to satisfy|arn is invalid/i,
    means: 'sts.role-arn-refused',
  },
  { code: /^Throttl/, means: 'sts.throttled' },
];

/** What the SDK of the toolkit says when no answer came, or one that is none of STS. */
const networkErrors =
  /^(?:TimeoutError|NetworkingError|UnknownEndpoint|AggregateError|E[A-Z]{4,}|ServiceUnavailable|InternalFailure|5\d\d|407)$/;
const networkMessages =
  /\b(?:ETIMEDOUT|ECONNRESET|ECONNREFUSED|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH)\b|socket hang up/;

/** Whether the agent got no answer at all. */
export function isNetworkError(code: string, message: string): boolean {
  return networkErrors.test(code) || networkMessages.test(message);
}

/** What STS says in its own words where no code is told, as in the log of the PowerShell task. */
const stsMessages: readonly { readonly message: RegExp; readonly means: FailureCode }[] = [
  { message: /no openidconnect provider/i, means: 'sts.provider-missing' },
  { message: /incorrect token audience/i, means: 'sts.audience-missing' },
  { message: /retrieve verification key/i, means: 'sts.issuer-unreachable' },
  { message: /not authorized to perform:? sts:AssumeRoleWithWebIdentity/i, means: 'sts.not-authorized' },
  { message: /token expired/i, means: 'sts.token-expired' },
  { message: /durationseconds exceeds/i, means: 'sts.duration-too-long' },
  { message: /'rolesessionname' failed to satisfy/i, means: 'sts.session-name-refused' },
  { message: /'rolearn' failed to satisfy|arn is invalid/i, means: 'sts.role-arn-refused' },
  { message: /parameter name 'externalid'/i, means: 'task.external-id' },
];

/** What an error means of which only the message is known; `undefined` when it is none of signing in. */
export function explainMessage(message: string): FailureCode | undefined {
  return stsMessages.find((known) => known.message.test(message))?.means;
}

/** What an error of AssumeRoleWithWebIdentity means; `undefined` when it is none that is known. */
export function explainStsError(code: string, message: string): FailureCode | undefined {
  return stsPatterns.find((known) => known.code.test(code) && (known.message?.test(message) ?? true))?.means;
}
