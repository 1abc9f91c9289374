import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Argument, InvalidArgumentError } from 'commander';
import { parseToken } from '../../../../shared/adapters/secrets/pat-source.ts';
import { openSecretCreation, type NewSecret } from '../../../../shared/adapters/secrets/secret-creation.ts';
import { openSecretsWriter } from '../../../../shared/adapters/secrets/secret-source.ts';
import { DEFAULT_TABLE } from '../../../../shared/config/environment.ts';
import { readTextFile } from '../../../../shared/config/yaml-source.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { listIf } from '../../../../shared/domain/kernel/group-by.ts';
import {
  NEW_KEY_BYTES,
  formatSigningSecret,
  isSigningSecret,
} from '../../../../shared/domain/notify/signing-secret.ts';
import { secretsOptions } from '../../../runtime/connect.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { loadSettings, resolveSettings } from '../../command-line/command.ts';
import { requireRegion } from '../../composition/deployment.ts';
import { confirm } from '../../console/approval-notes.ts';
import { inert, printResult } from '../../output/sanitize.ts';

interface CreateOptions {
  readonly from?: string;
  readonly rotate: boolean;
  readonly show: boolean;
  readonly stack: string;
}

type Kind = 'webhook' | 'token';

export const secretsCreateVerb: Verb = (command, run) => {
  command
    .addArgument(
      new Argument('<kind>', 'webhook: what its events are signed with; token: of an organization').choices([
        'webhook',
        'token',
      ]),
    )
    .addArgument(new Argument('<name>', 'of the webhook, or of the organization').argParser(parseName))
    .option('--from <file>', 'store what is in the file, instead of a new signing secret; a token needs it')
    .option(
      '--rotate',
      'give the secret that federation.yaml names, or the one of this name, a new value; the one before stays beside it',
      false,
    )
    .option('--show', 'print the new value, once, for the receiver', false)
    .option(
      '--stack <name>',
      'name of the stack: what the names of its secrets begin with',
      parseName,
      DEFAULT_TABLE,
    )
    .action(run(createOne));
};

/** As far as both the names of webhooks and organizations and those of secrets go. */
function parseName(text: string): string {
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('A name has 1 to 64 letters, digits, dots, dashes and underscores.');
}

async function createOne(
  invocation: Invocation,
  kind: Kind,
  name: string,
  options: CreateOptions,
): Promise<ExitCode> {
  const { from, rotate, show, stack } = options;
  const secret: NewSecret = {
    name: `${stack}/${kind}-${name}`,
    description: `${descriptions[kind]} ${name} (azfed).`,
    text: from === undefined ? makeText(kind) : readText(kind, from),
  };
  const arn = await (rotate ? replaceSecret : createSecret)(invocation, secret, { kind, name });
  if (arn === undefined) return 1;
  const { terminal } = invocation;
  printResult(
    invocation,
    { schemaVersion: 1, arn, isRotated: rotate, ...(show ? { value: secret.text } : {}) },
    () => [arn, ...listIf(show, secret.text)].map(inert).join('\n'),
  );
  for (const line of buildNextSteps({ kind, name, arn, from, rotate, show })) terminal.note(inert(line));
  return 0;
}

/** Whose secret it is. */
interface Owner {
  readonly kind: Kind;
  readonly name: string;
}

async function createSecret(invocation: Invocation, secret: NewSecret): Promise<string> {
  const { local } = resolveSettings(invocation);
  return openSecretCreation(await requireRegion(local), secretsOptions(local)).create(secret);
}

/** `undefined`: nobody said yes. */
async function replaceSecret(
  invocation: Invocation,
  secret: NewSecret,
  owner: Owner,
): Promise<string | undefined> {
  const { local, path } = resolveSettings(invocation);
  const region = await requireRegion(local);
  const known = existsSync(path) ? findConfigured(loadSettings(invocation).configuration, owner) : undefined;
  if (!(await confirm(invocation, buildRotationPrompt(owner.kind, known ?? secret.name)))) return undefined;
  if (known === undefined) return openSecretCreation(region, secretsOptions(local)).replace(secret);
  await openSecretsWriter(secretsOptions(local))(known, secret.text);
  return known;
}

/** The ARN of the secret that the service reads, whatever it is called; `undefined` where the configuration names none. */
function findConfigured(
  { organizations, webhooks }: Configuration,
  { kind, name }: Owner,
): string | undefined {
  const references: readonly object[] =
    kind === 'token'
      ? organizations.filter((one) => one.name === name).map(({ credential }) => credential)
      : webhooks.flatMap((one) => (one.name === name && 'secret' in one ? [one.secret] : []));
  return references.flatMap((one) => ('secret' in one ? [String(one.secret)] : []))[0];
}

const descriptions: Readonly<Record<Kind, string>> = {
  webhook: 'Signing secret or address of the webhook',
  token: 'Token of the organization',
};

/** Throws ConfigError for a token, which only Azure DevOps makes. */
function makeText(kind: Kind): string {
  if (kind === 'webhook') return formatSigningSecret(randomBytes(NEW_KEY_BYTES));
  throw new ConfigError({
    where: 'secrets create token',
    what: 'A token is issued by Azure DevOps.',
    fix: 'Store it in a file, then: --from FILE.',
  });
}

/** Throws ConfigError for what azfed could not use later. The text is in no error. */
function readText(kind: Kind, path: string): string {
  const read = readTextFile(path);
  if (!('text' in read)) throw new ConfigError({ where: path, what: read.what, fix: read.fix });
  const text = read.text.trim();
  if (kind === 'token') parseToken(path, text);
  const isUsable = kind === 'token' ? text !== '' : isSigningSecret(text) || /^https:\/\/\S+$/.test(text);
  if (isUsable) return text;
  throw new ConfigError({ where: path, what: unusableTexts[kind].what, fix: unusableTexts[kind].fix });
}

const unusableTexts = {
  webhook: {
    what: 'It holds neither a signing secret nor the address of a chat.',
    fix: 'Leave --from out for a new secret; or store "whsec_" and the base64 of 24 to 64 bytes, or an https address.',
  },
  token: { what: 'It is empty.', fix: 'Store the token in it, alone.' },
} as const;

const buildRotationPrompt = (kind: Kind, secret: string) => ({
  text:
    kind === 'webhook'
      ? `Events are signed with the new value of ${secret} and with the present one. What was before the present one signs no more.`
      : `The service signs in with the new value of ${secret}, within five minutes.`,
  question: `Give ${secret} a new value?`,
});

interface Done extends Owner, Pick<CreateOptions, 'rotate' | 'show'> {
  readonly from: string | undefined;
  readonly arn: string;
}

/** What a person does next. */
function buildNextSteps({ kind, name, arn, from, rotate, show }: Done): readonly string[] {
  const line =
    kind === 'webhook'
      ? `under webhooks, name: ${name}: secret: { secret: '${arn}' }`
      : `under organizations, name: ${name}: credential: { type: pat, secret: '${arn}' }`;
  const read = `aws secretsmanager get-secret-value --secret-id ${arn} --query SecretString --output text`;
  const isHidden = kind === 'webhook' && from === undefined && !show;
  return [
    ...listIf(!rotate, `Next: write into federation.yaml, ${line}`),
    ...listIf(isHidden, `The receiver needs the value: ${read}`),
    ...listIf(kind === 'webhook', `Then: azfed notify test --webhook ${name}`),
    ...listIf(from !== undefined, `Delete ${from ?? ''}.`),
  ];
}
