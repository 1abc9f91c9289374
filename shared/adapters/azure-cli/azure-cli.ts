import { execFile } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { AZURE_DEVOPS_APPLICATION } from '../../domain/issuers/issuer.ts';
import { ConfigError } from '../../domain/kernel/errors.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { formatInstant, MINUTE_MS, SECOND_MS } from '../../domain/kernel/durations.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Token } from '../../ports/credentials.ts';

export interface AzureCliOptions {
  readonly clock: Clock;
  /** What `az` runs with: PATH, HOME, AZURE_CONFIG_DIR. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** It starts in a second or two, and asks Entra when its own token has ended. */
const TIMEOUT_MS = 30 * SECOND_MS;
const MARGIN_MS = 5 * MINUTE_MS;
const LARGEST_ANSWER = 1_000_000;

const command = ['account', 'get-access-token', '--resource', AZURE_DEVOPS_APPLICATION];

/**
 * `expires_on` is in epoch seconds since 2.54; with managed identities of older releases it is a text, of digits or a date with
 * a zone, and null or missing elsewhere (azure-cli pull requests 20219, 27476). `expiresOn` is local time, `N/A` or null, and is
 * not relied on: when `az` answers, its token holds (pull request 27476).
 */
const Answer = z.object({
  accessToken: z.string().regex(/^[\u0021-\u007e]{1,20000}$/),
  expires_on: z.unknown().transform(readSeconds).optional(),
});

function readSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return value > 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const isDate = /(?:Z|[+-]\d{2}:?\d{2})$/.test(value);
  const seconds = isDate ? Date.parse(value) / SECOND_MS : /^\d{9,11}$/.test(value) ? Number(value) : NaN;
  return Number.isNaN(seconds) ? undefined : seconds;
}

/**
 * Warnings of Python or of extensions may stand before the JSON (azure-sdk-for-java pull request 36232, pulumi-azure-native issue
 * 1685), and what resets the colours of a terminal behind it (azure-sdk-for-python issues 11362, 18664).
 */
function parseDocument(output: string): unknown {
  const text = stripVTControlCharacters(output);
  return parseJson(text) ?? parseJson(text.slice(text.search(/^\s*\{/m), text.lastIndexOf('}') + 1));
}

/**
 * The token of whoever is signed in to the Azure CLI. It comes on a pipe, so that it stands in no list of processes; what `az`
 * prints beside it is told, and never its answer. Throws ConfigError with one problem.
 */
export async function readAzureCliToken(options: AzureCliOptions): Promise<Token> {
  const { clock, environment, timeoutMs = TIMEOUT_MS } = options;
  const answer = Answer.safeParse(parseDocument(await runAzureCli(environment(), timeoutMs)));
  if (!answer.success)
    throw fail(
      'It did not answer with the JSON of a token.',
      `Look at what it says: az ${command.join(' ')} (the answer is a secret).`,
    );
  const { accessToken: token, expires_on: seconds } = answer.data;
  const end = seconds === undefined ? undefined : seconds * SECOND_MS;
  if (end !== undefined && end <= clock.now())
    throw fail(`Its token ended at ${formatInstant(end)}.`, 'Sign in again: az login');
  // Where no end is told, it is asked again each time.
  return {
    token,
    usableUntil: end === undefined ? clock.now() : Math.max(clock.now(), end - MARGIN_MS),
  };
}

async function runAzureCli(
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<string> {
  // By variables: its own configuration may choose a table, and more words than an error (Azure CLI, configuration).
  const env = {
    ...environment,
    AZURE_CORE_OUTPUT: 'json',
    AZURE_CORE_ONLY_SHOW_ERRORS: 'true',
  };
  const options = {
    env,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: LARGEST_ANSWER,
    windowsHide: true,
  } as const;
  // On Windows it is a batch file, which only a shell runs; nothing of the command comes from outside.
  const [file, args] =
    process.platform === 'win32' ? ['cmd.exe', ['/d', '/c', 'az', ...command]] : ['az', command];
  try {
    const { stdout } = await promisify(execFile)(file, [...args], options);
    return stdout;
  } catch (error) {
    throw explain(error, timeoutMs);
  }
}

function explain(error: unknown, timeoutMs: number): ConfigError {
  const {
    code,
    killed,
    stderr = '',
  } = error as {
    readonly code?: unknown;
    readonly killed?: boolean;
    readonly stderr?: string;
  };
  if (code === 'ENOENT') return fail('It is not on the PATH.', 'Install the Azure CLI, then: az login');
  if (code === 'EACCES') return fail('It must not be run.', 'Make az executable, or take it off the PATH.');
  if (killed) return fail(`It did not answer within ${timeoutMs / SECOND_MS} s.`, 'Try it: az account show');
  return fail(
    `It ended with ${String(code)}: ${firstLine(stderr)}`,
    'Sign in: az login (with --tenant where you have several)',
  );
}

/** A token in it, however it got there, is left out. */
function firstLine(text: string): string {
  const line = text.split(/\r?\n/).find((one) => one.trim() !== '') ?? 'no message';
  return line
    .replaceAll(/\beyJ[\w.-]+|[\w-]{40,}/g, '(left out)')
    .trim()
    .slice(0, 200);
}

function fail(what: string, fix: string): ConfigError {
  return new ConfigError({ where: 'az (Azure CLI)', what, fix });
}
