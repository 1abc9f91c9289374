/** Why a pipeline does not get in. */
export interface FailureKind {
  /** What has happened, as a statement. */
  readonly title: string;
  /** Where the cause lies. */
  readonly where: string;
  readonly fix: string;
}

/**
 * Everything that keeps a pipeline from getting into AWS with a service connection. Codes are stable; the reference page
 * is made from this catalogue. Errors of STS: AWS STS API Reference, AssumeRoleWithWebIdentity. What the tasks do:
 * aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts.
 */
export const failureCatalogue = {
  'sts.provider-missing': {
    title: 'The account has no OIDC provider for the issuer of the token',
    where: 'IAM, identity providers of the account of the role',
    fix: 'Run `azfed apply`: it makes the provider. A provider whose URL differs by a slash or by case is another one.',
  },
  'sts.audience-missing': {
    title: 'The OIDC provider does not list the audience of the token',
    where: 'IAM, client ids of the OIDC provider',
    fix: 'Run `azfed apply`: it adds the audience to the provider.',
  },
  'sts.not-authorized': {
    title: 'The trust of the role does not let this subject in, or there is no such role',
    where: 'IAM, trust policy of the role',
    fix: 'Compare the subject that the log shows with `azfed explain`, then run `azfed apply`. Names compare with their case. Right after a change wait a minute: IAM shows it late.',
  },
  'sts.claim-rejected': {
    title: 'STS refuses a claim of the token',
    where: 'The token: subjects have 6 to 255 characters',
    fix: 'Shorten the name of the connection or of the project.',
  },
  'sts.issuer-unreachable': {
    title: 'STS could not reach the issuer of the token',
    where: 'Between AWS and the issuer',
    fix: 'Run the pipeline again. Change nothing in IAM for this.',
  },
  'sts.token-expired': {
    title: 'The token had ended before STS saw it',
    where: 'The clock of the agent, or a job that waited long',
    fix: 'Set the clock of the agent. Tokens live for minutes; the task asks for a new one at its start.',
  },
  'sts.token-invalid': {
    title: 'STS does not take the token for one of its issuer',
    where: 'The token: its signature, or a claim that is missing',
    fix: 'Run the pipeline again; the issuer may have changed its keys. If it stays, compare the issuer in the log with the provider in IAM.',
  },
  'sts.duration-too-long': {
    title: 'The pipeline asks for a longer session than the role allows',
    where: 'The variable aws.rolecredential.maxduration of the pipeline',
    fix: 'Lower the variable, or raise `maxSessionDuration` of the grant and run `azfed apply`.',
  },
  'sts.session-name-refused': {
    title: 'STS refuses the role session name of the connection',
    where: 'Azure DevOps, the service connection, "Role Session Name"',
    fix: 'Leave it empty, or use 2 to 64 of the letters A to Z, digits and _ + = , . @ - without blanks.',
  },
  'sts.role-arn-refused': {
    title: 'STS takes what the connection names for no role ARN',
    where: 'Azure DevOps, the service connection, "Role to Assume"',
    fix: 'Type the ARN of the role anew, without blanks around it.',
  },
  'sts.unreachable': {
    title: 'The agent got its token, and no answer from STS',
    where: 'Between the agent and AWS: the network, a proxy, or the Region of the task',
    fix: 'Run the pipeline again. If it stays, let the agent reach the STS endpoint of the Region that the log shows. Change nothing in IAM for this.',
  },
  'sts.region-disabled': {
    title: 'STS is switched off for the account in this Region',
    where: 'AWS account settings, STS endpoints',
    fix: 'Use another `regionName` in the task, or activate STS in that Region.',
  },
  'sts.throttled': {
    title: 'STS was asked too often',
    where: 'AWS STS, 600 requests a second in each account and Region',
    fix: 'Run the pipeline again.',
  },
  'role.missing': {
    title: 'There is no such role',
    where: 'IAM',
    fix: 'Run `azfed plan`, then `azfed apply`.',
  },
  'role.closed': {
    title: 'The role is kept closed',
    where: 'azfed: nobody is bound to the role now',
    fix: '`azfed explain` names the finding, and what to do about it.',
  },
  'role.open-to-others': {
    title: 'The trust of the role lets somebody else in',
    where: 'IAM, trust policy of the role',
    fix: 'Run `azfed apply`: it narrows the trust to what it should be. Find out who widened it: `azfed history`.',
  },
  'connection.disabled': {
    title: 'The connection is disabled or was never ready',
    where: 'Azure DevOps, the service connection',
    fix: 'Enable it in the settings of the project.',
  },
  'connection.uses-keys': {
    title: 'The tasks take the access key that is stored in the connection, without a word',
    where: 'Azure DevOps, the service connection',
    fix: 'Take the keys out: `azfed migrate keys`.',
  },
  'connection.half-key': {
    title: 'The connection holds one half of an access key, so that every task fails before it signs in',
    where: 'Azure DevOps, the service connection: the access key id or the secret is stored alone',
    fix: 'Take both out: `azfed migrate keys`, or empty both fields in the settings of the connection.',
  },
  'connection.no-oidc': {
    title: 'The connection does not ask for OIDC',
    where: 'Azure DevOps, the service connection',
    fix: 'Tick "Use OIDC" and name a role, or run `azfed migrate keys`.',
  },
  'task.no-token': {
    title: 'Azure DevOps gave the task no token for the connection',
    where: 'Azure DevOps: the job, its rights, or the connection',
    fix: 'The YAML has to name the connection itself; a classic pipeline needs "Allow scripts to access the OAuth token".',
  },
  'task.no-token-network': {
    title: 'The agent could not reach Azure DevOps for a token',
    where: 'Between the agent and Azure DevOps: the network or a proxy',
    fix: 'Run the pipeline again. The task has tried five times in 200 seconds; if it stays, let the agent reach the organization.',
  },
  'task.external-id': {
    title: 'The PowerShell task fails with a connection that has an external ID',
    where:
      'AWS Toolkit, AWSPowerShellModuleScript: it passes the external ID to a cmdlet that has no such parameter',
    fix: 'Empty the external ID of the connection: OIDC does not use it.',
  },
  'task.oidc-failed': {
    title: 'The task could not assume the role with its token, for a reason that azfed does not know',
    where: 'The log of the task, line "Failed to assume role with OIDC"',
    fix: 'Read the line as it stands in the log.',
  },
  'task.issuer-unexpected': {
    title: 'The token is of another issuer than the trust is for',
    where: 'Azure DevOps: the organization has moved to another issuer, or is another one',
    fix: 'Compare the issuer in the log with `issuer` and `id` of the organization in federation.yaml.',
  },
  'task.audience-unexpected': {
    title: 'The token is made out for another audience than the trust is for',
    where: 'Azure DevOps: the token',
    fix: 'Compare the audience in the log with the trust that `azfed explain` shows.',
  },
  'task.subject-unexpected': {
    title: 'The token bears another subject than this connection should have in this project',
    where: 'Azure DevOps: a rename since azfed looked, or a connection that is shared',
    fix: 'Run `azfed plan`. If the subject in the log is not among those that `azfed explain` shows, tell the maintainers: names are then spelled otherwise than is known.',
  },
  'task.role-unexpected': {
    title: 'The commands ran as somebody else than the role of the connection',
    where: 'Credentials of the agent, variables of the pipeline, or keys in the connection',
    fix: 'Take away what comes before OIDC: keys in the connection (`azfed migrate keys`), AWS variables of the pipeline, a role of the agent.',
  },
  'task.masked': {
    title: 'The agent has masked who the commands ran as, so that the log does not show it',
    where:
      'The log of the task: the agent masks every parameter of the connection, and each text that equals one',
    fix: 'Give the connection a role session name and an external ID that are no part of the name of the role, then verify again.',
  },
  'task.command-failed': {
    title: 'The task assumed the role, and its `aws` command failed',
    where: 'The log of the task, after "role assumed via OIDC Token"',
    fix: 'Read the error of the command. Federation works as far as the log shows; what failed came after it.',
  },
  'task.output-not-json': {
    title: 'The task assumed the role, and its `aws` command did not answer in JSON',
    where: 'The pipeline: `AWS_DEFAULT_OUTPUT`, or the AWS configuration of the agent',
    fix: 'Let the pipeline run `aws sts get-caller-identity --output json`, as docs/pipelines/azfed-verify.yml does.',
  },
  'task.powershell-silent': {
    title: 'The log of the PowerShell task cannot prove that it assumed the role',
    where: 'AWS Toolkit, AWSPowerShellModuleScript: it says nothing after it has assumed a role',
    fix: 'Verify with the tasks of docs/pipelines/azfed-verify.yml, or let the script print `aws sts get-caller-identity --output json`.',
  },
  'task.aws-missing': {
    title: 'The agent has no `aws` command',
    where: 'The agent',
    fix: 'Install the AWS CLI on the agent, or let the pipeline run on one that has it.',
  },
  'task.unclear': {
    title: 'The log of the task does not say how it signed in',
    where: 'The log of the task',
    fix: 'Read the log. Tasks before AWS Toolkit 1.15.0 know nothing of OIDC: update the extension.',
  },
  'run.waits': {
    title: 'The run waits for somebody',
    where: 'Azure DevOps: an approval or a check on the connection',
    fix: 'Open the run in Azure DevOps and let it go on.',
  },
  'run.unfinished': {
    title: 'The run has not ended in the time that azfed waits',
    where: 'Azure DevOps: no agent was free, or the job hangs',
    fix: 'Look at the run in Azure DevOps; verify again when an agent is free.',
  },
  'run.no-task': {
    title: 'The run ended without any task of the AWS Toolkit',
    where: 'The pipeline, or its job before the first task',
    fix: 'The pipeline has to run the YAML of docs/pipelines/azfed-verify.yml. Look at the run in Azure DevOps.',
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
