/** What the log of a task tells of how it signed in. Texts from outside. */
export interface TaskLog {
  readonly token?: { readonly issuer: string; readonly subject: string; readonly audience: string };
  /** With which it went on to other credentials: the task swallows it. */
  readonly oidcError?: { readonly code: string; readonly message: string };
  readonly assumedRoleArn?: string;
  /** What `sts get-caller-identity` said. */
  readonly callerArn?: string;
  readonly went: 'with-keys' | 'with-agent-role' | 'without-aws' | 'on';
}

/**
 * Reads the lines that the tasks of the AWS Toolkit write (aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts;
 * its PowerShell module says each claim on a line of its own). Azure DevOps puts the time before each line.
 */
export function readTaskLog(lines: readonly string[]): TaskLog {
  const text = lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z\s?/, '')).join('\n');
  const token = tokenIn(text);
  const oidcError = oidcErrorIn(text);
  const assumedRoleArn = /role assumed via OIDC Token: (arn:\S+)/.exec(text)?.[1];
  const callerArn = /"Arn":\s*"(arn:[^"\s]+)"/.exec(text)?.[1];
  return {
    ...(token ? { token } : {}),
    ...(oidcError ? { oidcError } : {}),
    ...(assumedRoleArn === undefined ? {} : { assumedRoleArn }),
    ...(callerArn === undefined ? {} : { callerArn }),
    went: wentIn(text),
  };
}

function tokenIn(text: string): TaskLog['token'] {
  const [, issuer, subject, audience] =
    /OIDC Token generated: issuer: \{?(.*?)\}? sub: \{?(.*?)\}?, aud: \{?(.*?)\}?$/m.exec(text) ?? [];
  if (issuer !== undefined && subject !== undefined && audience !== undefined)
    return { issuer, subject, audience };
  const said = (what: string) => new RegExp(`^OIDC Token ${what}: (.*)$`, 'm').exec(text)?.[1];
  const [one, two, three] = [said('Issuer \\(Provider URL\\)'), said('Subject'), said('Audience')];
  return one !== undefined && two !== undefined && three !== undefined
    ? { issuer: one, subject: two, audience: three }
    : undefined;
}

function oidcErrorIn(text: string): TaskLog['oidcError'] {
  const said = /Failed to assume role with OIDC:\s*(.*)/.exec(text)?.[1];
  if (said === undefined) return undefined;
  const [, code = '', message = said] = /^(?:Error: )?(\w+): (.*)$/.exec(said) ?? [];
  return { code, message };
}

function wentIn(text: string): TaskLog['went'] {
  if (/endpoint defines (?:standard access\/secret key|role-based) credentials/.test(text))
    return 'with-keys';
  if (text.includes('Assuming role without credentials (via instance profile)')) return 'with-agent-role';
  return /Unable to locate executable file: '?aws|aws: (?:command )?not found/i.test(text)
    ? 'without-aws'
    : 'on';
}
