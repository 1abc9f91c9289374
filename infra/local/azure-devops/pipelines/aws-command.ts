import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the environment of an `aws` command holds. */
interface CommandPlace {
  readonly stsUrl: string;
  readonly keys: Keys;
  /** Arguments and variables, in which the output may be chosen. */
  readonly typed: string;
  readonly defaultOutput: string;
}

interface CommandEnd {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** `aws sts get-caller-identity`, the one command that is known here. Outputs: AWS CLI User Guide, output format. */
export async function runAwsCommand({
  stsUrl,
  keys,
  typed,
  defaultOutput,
}: CommandPlace): Promise<CommandEnd> {
  if (!typed.includes('get-caller-identity'))
    return { lines: ['This agent knows aws sts get-caller-identity alone.'], exitCode: 252 };
  if (keys.accessKeyId === '')
    return {
      lines: ['Unable to locate credentials. You can configure credentials by running "aws configure".'],
      exitCode: 253,
    };
  const output = /--output[ =](\w+)/.exec(typed)?.[1] ?? (defaultOutput || 'json');
  try {
    const {
      UserId = '',
      Account = '',
      Arn = '',
    } = await withSts({ stsUrl, keys }, (sts) => sts.send(new GetCallerIdentityCommand({})));
    return { lines: printed(output, { UserId, Account, Arn }), exitCode: 0 };
  } catch (error) {
    const { name, message } = error as Error;
    const text = `An error occurred (${name}) when calling the GetCallerIdentity operation: ${message}`;
    return { lines: [text], exitCode: 254 };
  }
}

function printed(
  output: string,
  caller: { readonly UserId: string; readonly Account: string; readonly Arn: string },
): readonly string[] {
  const { UserId, Account, Arn } = caller;
  if (output === 'text') return [[Account, Arn, UserId].join('\t')];
  if (output === 'yaml') return [`Account: '${Account}'`, `Arn: ${Arn}`, `UserId: ${UserId}`];
  if (output === 'table')
    return [
      '|  GetCallerIdentity  |',
      `|  Account|  ${Account}|`,
      `|  Arn|  ${Arn}|`,
      `|  UserId|  ${UserId}|`,
    ];
  return output === 'off' ? [] : JSON.stringify(caller, null, 4).split('\n');
}

export async function withSts<T>(
  { stsUrl, keys }: { readonly stsUrl: string; readonly keys: Keys | undefined },
  work: (sts: STSClient) => Promise<T>,
): Promise<T> {
  const sts = new STSClient({
    endpoint: stsUrl,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: keys ?? { accessKeyId: 'unsigned', secretAccessKey: 'unsigned' },
  });
  try {
    return await work(sts);
  } finally {
    sts.destroy();
  }
}

/** The keys of a session, as STS tells them. */
export function toAwsKeys({
  AccessKeyId = '',
  SecretAccessKey = '',
  SessionToken = '',
}: {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
} = {}): Keys {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
