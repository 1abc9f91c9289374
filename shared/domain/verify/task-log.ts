/** What the log of a task tells of how it signed in. Texts from outside; the agent may have masked any part of them. */
export interface TaskLog {
  /** The PowerShell task swallows no error, and says nothing after it has assumed the role. */
  readonly writer: 'toolkit' | 'powershell';
  readonly token?: { readonly issuer: string; readonly subject: string; readonly audience: string };
  /** With which it went on to other credentials: all tasks but the PowerShell task swallow it. */
  readonly oidcError?: { readonly code: string; readonly message: string };
  readonly assumedRoleArn?: string;
  /** What `sts get-caller-identity` said, as JSON. */
  readonly callerArn?: string;
  /** The errors that the task ended with. */
  readonly errors: readonly string[];
  readonly went: 'with-keys' | 'with-half-a-key' | 'with-agent-role' | 'with-nothing' | 'without-aws' | 'on';
}

/** The words of the tasks: aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts and RunAWSPowerShellModuleScript.ps1. */
const words = {
  generated: 'OIDC Token generated: issuer: ',
  failed: 'Failed to assume role with OIDC: ',
  assumed: '...role assumed via OIDC Token: ',
  halfKey: 'Need to define or omit both "Access Key ID" and "Secret Access Key", not just one.',
  agentRole: 'Assuming role without credentials (via instance profile)...',
  skipped: 'Skipping OIDC: not enabled in service connections',
  roleBased: '...endpoint defines role-based credentials for role ',
  keys: '...endpoint defines standard access/secret key credentials',
  powerShellIssuer: 'OIDC Token Issuer (Provider URL): ',
  powerShellSubject: 'OIDC Token Subject: ',
  powerShellAudience: 'OIDC Token Audience: ',
  powerShellOidc: 'Configuring task to use role-scoped credentials with OIDC token',
  powerShellRole: 'Configuring task to use role-scoped credentials from specified endpoint',
  powerShellKeys: 'Configuring task for standard AWS credentials from specified endpoint',
  noAws: 'AWS CLI is not installed on this machine.',
  caller: '"Arn": "',
} as const;

/** Lines of a log, with what the agent puts before each taken away: the time, and the mark of an error. */
interface Lines {
  readonly all: readonly string[];
  /** What follows the words in the first line that begins with them, however much of them is masked. */
  readonly after: (marker: keyof typeof words) => string | undefined;
  readonly has: (...markers: (keyof typeof words)[]) => boolean;
}

/** Reads the log of a task of the AWS Toolkit, whichever Node ran it and whatever the agent masked. */
export function readTaskLog(logged: readonly string[]): TaskLog {
  const stamped = logged.flatMap((line) => line.split(/\r?\n/)).map(withoutTime);
  const lines = indexLines(stamped.map((line) => line.replace(/^##\[\w+\](?:Error: )?/, '')));
  const token = parseToken(lines);
  const errors = parseErrors(stamped);
  const oidcError = parseOidcError(lines) ?? (token ? undefined : parsePowerShellError(lines, errors));
  const assumedRoleArn = lines.after('assumed')?.trim();
  const callerArn = parseCaller(lines);
  return {
    writer: lines.has('powerShellOidc', 'powerShellRole', 'powerShellKeys') ? 'powershell' : 'toolkit',
    ...(token ? { token } : {}),
    ...(oidcError ? { oidcError } : {}),
    ...(assumedRoleArn === undefined ? {} : { assumedRoleArn }),
    ...(callerArn === undefined ? {} : { callerArn }),
    errors,
    went: classifyCredentials(lines),
  };
}

/** Azure DevOps puts the time before each line. */
const withoutTime = (line: string) => line.replace(/^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z\s?/, '');

function indexLines(all: readonly string[]): Lines {
  const after = (marker: keyof typeof words) =>
    all.map((line) => findMarkedText(line, words[marker])).find((rest) => rest !== undefined);
  return { all, after, has: (...markers) => markers.some((marker) => after(marker) !== undefined) };
}

function parseToken(lines: Lines): TaskLog['token'] {
  const [, issuer, subject, audience] = claimsPattern.exec(lines.after('generated') ?? '') ?? [];
  if (issuer !== undefined && subject !== undefined && audience !== undefined)
    return { issuer, subject, audience };
  const [one, two, three] = [
    lines.after('powerShellIssuer'),
    lines.after('powerShellSubject'),
    lines.after('powerShellAudience'),
  ];
  return one !== undefined && two !== undefined && three !== undefined
    ? { issuer: one, subject: two, audience: three }
    : undefined;
}

/** The names between the claims may be masked themselves, in part or whole. */
const claimsPattern =
  /^\{?(.*?)\}? (?:sub|[sub]{0,2}\*{3}[sub]{0,2}): \{?(.*?)\}?, (?:aud|[aud]{0,2}\*{3}[aud]{0,2}): \{?(.*?)\}?$/;

/**
 * `console.error('... %s', error)`: Node 10 prints `name: message`; Node 16, 20 and 24 print `Error [name]: message` where the
 * name ends with "Error", and a stack after it. `AggregateError [ETIMEDOUT]: ` has no message (aws-toolkit-azure-devops issue 591).
 */
function parseOidcError(lines: Lines): TaskLog['oidcError'] {
  const said = lines.after('failed');
  if (said === undefined) return undefined;
  const bracketed = /^Error \[(?<code>[^\]]+)\]: ?(?<message>.*)$/.exec(said);
  const aggregated = /^(?<code>AggregateError)(?: \[(?<message>\w+)\].*)?/.exec(said);
  const plain = /^(?:Error: )?(?<code>[\w*]+): (?<message>.*)$/.exec(said);
  const { code = '', message = '' } = (bracketed ?? aggregated ?? plain)?.groups ?? { message: said };
  return { code, message };
}

/** It ends where it gets no token. */
function parsePowerShellError(lines: Lines, [first]: readonly string[]): TaskLog['oidcError'] {
  return lines.has('powerShellOidc') && first !== undefined ? { code: '', message: first } : undefined;
}

function parseCaller({ all, after }: Lines): string | undefined {
  const plain = all.map((line) => /"Arn":\s*"([^"\s]+)"/.exec(line)?.[1]).find((arn) => arn !== undefined);
  return (
    plain ??
    indexLines(all.map((line) => line.trim()))
      .after('caller')
      ?.replace(/",?$/, '') ??
    after('caller')
  );
}

/** What the agent marks as an error, and what `aws` says of one itself. */
function parseErrors(stamped: readonly string[]): readonly string[] {
  return stamped.flatMap((line) => {
    const [, marked] = /^##\[error\](?:Error: )?(.*)$/.exec(line) ?? [];
    if (marked !== undefined) return [marked];
    return /^(?:aws: )?(?:\[ERROR\]: )?(?:An error occurred|Unable to locate credentials|Could not connect to the endpoint)/.test(
      line,
    )
      ? [line]
      : [];
  });
}

function classifyCredentials(lines: Lines): TaskLog['went'] {
  const text = lines.all.join('\n');
  if (lines.has('halfKey')) return 'with-half-a-key';
  if (lines.has('noAws') || /Unable to locate executable file: '?aws|aws: (?:command )?not found/i.test(text))
    return 'without-aws';
  if (lines.has('agentRole')) return 'with-agent-role';
  if (lines.has('keys', 'roleBased', 'powerShellKeys'))
    return /Unable to locate credentials|Partial credentials found/i.test(text)
      ? 'with-nothing'
      : 'with-keys';
  if (lines.has('powerShellRole') && !lines.has('powerShellOidc')) return 'with-agent-role';
  return lines.has('skipped') ? 'with-nothing' : 'on';
}

/**
 * What the agent logs in place of a secret. Secrets are, beside those of variables, all authorization parameters of the
 * connections of the job: the role ARN, the session name, the external id, the access key id, even `useOIDC`
 * (azure-pipelines-agent, Worker.cs, InitializeSecretMasker; MaskingUtil.cs). There is no minimum length by default.
 */
const MASK = '***';

/** The text as the agent logs it. Secrets that touch or overlap become one mask. */
export function maskText(text: string, secrets: readonly string[]): string {
  const isHidden = new Array<boolean>(text.length).fill(false);
  for (const secret of secrets.filter((one) => one !== ''))
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      isHidden.fill(true, at, at + secret.length);
  return Array.from(text.split(''), (letter, at) => {
    if (!isHidden[at]) return letter;
    return at > 0 && isHidden[at - 1] ? '' : MASK;
  }).join('');
}

/**
 * How a logged text stands to the text that is expected:
 *
 *     same        letter by letter
 *     masked      something is masked, and what is readable fits
 *     different   no masked text could be it
 */
export function compareMasked(logged: string, expected: string): 'same' | 'masked' | 'different' {
  if (logged === expected) return 'same';
  if (!logged.includes(MASK)) return 'different';
  return findReachablePlaces(logged, expected).at(-1)?.has(expected.length) ? 'masked' : 'different';
}

/**
 * What follows the marker in a line that begins with it, however much of the marker is masked; `undefined` when the line
 * does not begin with it. Half of the marker has to be readable.
 */
export function findMarkedText(line: string, marker: string): string | undefined {
  if (line.startsWith(marker)) return line.slice(marker.length);
  if (!line.includes(MASK)) return undefined;
  const pieces = splitPieces(line);
  const places = findReachablePlaces(line, marker);
  const end = places.findLastIndex((reached) => reached.has(marker.length));
  if (end < 0) return undefined;
  const readable = pieces.slice(0, end + 1).filter((piece) => piece !== MASK).length;
  return readable * 2 >= marker.length ? pieces.slice(end + 1).join('') : undefined;
}

/** Letters and masks. */
const splitPieces = (text: string): readonly string[] => text.match(/\*\*\*|[^]/gu) ?? [];

/** After each piece: how far it may have come in `text`. A mask stands for one letter or more. */
function findReachablePlaces(masked: string, text: string): readonly ReadonlySet<number>[] {
  let places = new Set([0]);
  return splitPieces(masked).map((piece) => {
    const next = new Set<number>();
    if (piece === MASK)
      for (let place = Math.min(...places) + 1; place <= text.length; place += 1) next.add(place);
    else for (const place of places) if (text.startsWith(piece, place)) next.add(place + piece.length);
    places = next;
    return next;
  });
}
