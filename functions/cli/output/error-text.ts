import { CommanderError } from 'commander';
import { explainFileError } from '../../../shared/config/file-errors.ts';
import { awsProfile } from '../../../shared/config/environment.ts';
import type { ConfigurationProblem } from '../../../shared/domain/kernel/errors.ts';
import {
  ConfigError,
  ConflictError,
  describeFailure,
  InvariantError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../../shared/domain/kernel/errors.ts';
import { describeUnreached, explainSilence } from '../../../shared/domain/kernel/unreached.ts';
import type { Terminal } from '../console/terminal.ts';
import type { ExitCode } from '../command-line/command.ts';
import { explainMissing, explainRefused } from './credential-text.ts';
import { inert } from './sanitize.ts';
import { nearestWord } from '../../../shared/domain/kernel/nearest-word.ts';
import { wrapLines } from './text.ts';

/** Says what is wrong, where, and what to do; returns the exit code. */
export function reportError(error: unknown, terminal: Terminal): ExitCode {
  // Commander has said it already; asking for help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  terminal.problem(errorText(error));
  return 1;
}

/** What is wrong, where, and what to do, inert; a paragraph for each problem. */
export const errorText = (error: unknown): string => formatParagraphs(error).join('\n');

/** A bug of ours is the only thing that is shown with a stack. */
function formatParagraphs(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [`Error: ${inert(describeFailure(error).message)}`];
  if (error instanceof ConfigError) return formatProblems(error);
  const credentials = credentialProblem(error);
  if (credentials) return [problemText(credentials)];
  if (error instanceof PermissionError) {
    return [
      `Refused: ${inert(error.message)}\n  Missing right: ${inert(error.action)}\n  Grant it to the credentials in use; azfed doctor says who you are, and which list of people lets you in.`,
    ];
  }
  const upstream = upstreamProblem(error) ?? unreachedProblem(error) ?? fileProblem(error);
  return [upstream ? problemText(upstream) : stackText(error)];
}

/** What the outside does to us, by whether it helps to try again. */
const upstreamProblems = [
  [
    TransientError,
    'Outside: no answer',
    'Try again. If it stays so: azfed doctor says what answers; look at the network, AWS_REGION and AWS_ENDPOINT_URL.',
  ],
  [ConflictError, 'Outside: somebody else was faster', 'Run it again: it looks anew, and decides anew.'],
  [
    UpstreamError,
    'Outside: refused',
    'It will not be taken as it is. azfed doctor checks everything that has to be true.',
  ],
] as const;

function upstreamProblem(error: Error): ConfigurationProblem | undefined {
  const [, where, fix] = upstreamProblems.find(([kind]) => error instanceof kind) ?? [];
  return where && { where, what: error.message, fix };
}

/** What no adapter has translated, and what the network has done all the same. */
function unreachedProblem(error: Error): ConfigurationProblem | undefined {
  if (error instanceof InvariantError || !describeUnreached(error)) return undefined;
  const [, where, fix] = upstreamProblems[0];
  return { where, what: `${explainSilence(error)}.`, fix };
}

/** What the file system has refused somewhere below. */
function fileProblem(error: Error): ConfigurationProblem | undefined {
  const { path, syscall, code } = error as NodeJS.ErrnoException;
  if (path === undefined || syscall === undefined) return undefined;
  const why = code === 'ENOENT' ? 'it is not there, or its folder is not' : explainFileError(error);
  const what = `The file cannot be read or written: ${why}.`;
  return { where: path, what, fix: 'Correct the path, its rights or its disk, and run it again.' };
}

/** Of the credentials themselves, not of a right that they lack. */
function credentialProblem({ cause }: Error): ConfigurationProblem | undefined {
  if (!(cause instanceof Error)) return undefined;
  return cause.name === 'CredentialsProviderError'
    ? explainMissing(cause.message, awsProfile())
    : explainRefused(cause, awsProfile());
}

/** The message may hold line breaks from outside; only the frames of the stack have lines of their own. */
function stackText({ name, message, stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line) && !message.includes(line));
  return [`${name}: ${message}`, ...frames].map(inert).join('\n');
}

function formatProblems({ problems }: ConfigError): readonly string[] {
  const paragraphs = problems.map(problemText);
  return problems.length > 1
    ? [...paragraphs, `${problems.length} problems; nothing was written.`]
    : paragraphs;
}

/** Each part may quote a name from outside: the line breaks between them are the only ones. */
const problemText = ({ where, what, fix }: ConfigurationProblem) =>
  [where, what, fix].map((part) => inert(shortenWords(part))).join('\n  ');

/** No name is longer, and no ARN of a role with a path of 512: what is, was typed by mistake, and would push the rest off the screen. */
const shortenWords = (text: string) =>
  text.replaceAll(/\S{700,}/g, (word) => `${word.slice(0, 80)}…${word.slice(-20)}`);

/** What commander says of what was typed, as every error is told: where, what, and what to do. `verbs`: as far as they were understood. */
export function usageErrorText(
  said: string,
  typed: readonly string[],
  verbs: string,
  columns?: number,
): string {
  const [, what = said, near] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*\?)\))?\n*$/s.exec(said) ?? [];
  const fix = near ?? fixOfChoice(what) ?? `See: azfed ${verbs}${verbs === '' ? '' : ' '}--help`;
  const sentence = `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`;
  const lines = [
    inert(shortenWords(`azfed ${typed.join(' ')}`)),
    `  ${inert(shortenWords(/[.?]$/.test(sentence) ? sentence : `${sentence}.`))}`,
    `  ${inert(fix)}`,
    '',
  ];
  return wrapLines(lines.join('\n'), columns);
}

/** Commander names the words that are taken, and not which of them was meant. */
function fixOfChoice(what: string): string | undefined {
  const [, typed = '', choices = ''] = /'([^']*)' is invalid.* Allowed choices are (.*)\.$/s.exec(what) ?? [];
  const near = nearestWord(typed, choices.split(', '));
  return near === undefined || near === '' ? undefined : `Did you mean ${near}?`;
}
