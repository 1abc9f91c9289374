import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Environment, Allowance } from '../../../shared/config/environment.ts';
import type { Terminal } from '../console/terminal.ts';
import { listUnread, type Finding } from '../../../shared/domain/findings/finding.ts';
import { inert } from '../output/sanitize.ts';
import type { Coordinates } from '../../../infra/local/coordinates.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { nearestFile } from './text-file.ts';
import { shiftSystemClock } from '../../../shared/adapters/system/system-clock.ts';
import { readMovedMs } from '../../../infra/local/moved-clock.ts';
import { COORDINATES, readCoordinates, readPeople } from '../../../infra/local/coordinates.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

/**
 * 0 clean or done; 1 error, or lint or doctor has found something; 2 differences (plan with
 * --detailed-exitcode), or a change that keeps failing (status); 3 partial:
 * something could not be read.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** Flags that every verb understands. */
export interface GlobalOptions {
  readonly config: string;
  readonly json: boolean;
  /** Markdown, for the comment of a pull request: `azfed plan` alone. */
  readonly markdown?: boolean;
  readonly quiet: boolean;
  readonly yes: boolean;
  /** Against the embedded cloud that `azfed local up` keeps running. */
  readonly local: boolean;
}

export interface Invocation {
  /** Of the command. */
  readonly version: string;
  readonly options: GlobalOptions;
  readonly environment: Environment;
  readonly terminal: Terminal;
}

/** What a command that is suggested has to end with to mean the same cloud. */
export const localFlag = ({ local }: Pick<GlobalOptions, 'local'>): string => (local ? ' --local' : '');

/** Makes an action for commander of what a verb does with what was typed; the number that it gives is the exit code. */
export type RunVerb = <Typed extends readonly unknown[]>(
  work: (invocation: Invocation, ...typed: Typed) => Promise<ExitCode>,
) => (...typed: Typed) => Promise<void>;

/** Gives a command that is named and described already its options, its arguments and what it does, or verbs of its own. */
export type Verb = (command: Command, run: RunVerb) => void;

/**
 * Where nothing is said or done because not everything could be read: prints what that is, then `outcome`, and gives the
 * exit code for it.
 */
export function endUnread(
  { terminal }: Pick<Invocation, 'terminal'>,
  findings: readonly Finding[],
  outcome?: string,
): ExitCode {
  sayUnread(terminal, listUnread(findings));
  if (outcome !== undefined) terminal.problem(outcome);
  return 3;
}

export function sayUnread(terminal: Pick<Terminal, 'problem'>, messages: readonly string[]): void {
  for (const message of messages) terminal.problem(`Could not be read: ${inert(message)}`, message);
}

interface Settings {
  readonly path: string;
  readonly local: Coordinates | undefined;
}

/**
 * Which configuration is meant, and with --local where the cloud is: it brings its own unless another one is named. A
 * verb works from any folder below the one with the configuration in it, as long as no path is named.
 */
export function resolveSettings({ options, environment, terminal }: Invocation): Settings {
  const local = options.local ? choosePerson(requireCoordinates(), environment) : undefined;
  const movedMs = local ? readMovedMs(dirname(local.configuration)) : 0;
  shiftSystemClock(() => movedMs);
  const isNamed = options.config !== environment.configuration;
  if (local && !isNamed) return { path: local.configuration, local };
  const path = isBareName(options.config) ? (nearestFile(options.config) ?? options.config) : options.config;
  if (path !== options.config) terminal.note(`Configuration: ${inert(path)}`);
  return { path, local };
}

/** Who works with the embedded cloud: the one who started it, unless `azfed local as` has signed somebody else in. */
function choosePerson(coordinates: Coordinates, { localPerson }: Environment): Coordinates {
  if (localPerson === undefined || localPerson === '') return coordinates;
  const hub = readPeople(coordinates)[localPerson];
  if (hub) return { ...coordinates, hub };
  throw new ConfigError({
    where: 'AZFED_LOCAL_AS',
    what: `${localPerson} is not signed in to this embedded cloud.`,
    fix: `Sign in: azfed local as ${localPerson}. Or be the first person again: unset AZFED_LOCAL_AS`,
  });
}

/** The same, read. With --local it may name this machine: that is where the embedded cloud is. Throws ConfigError. */
export function loadSettings(invocation: Invocation): Settings & { readonly configuration: Configuration } {
  const settings = resolveSettings(invocation);
  const { path, local } = settings;
  try {
    return { ...settings, configuration: loadConfiguration(path, resolveAllowance(invocation)) };
  } catch (error) {
    if (local || existsSync(path) || !read() || !(error instanceof ConfigError)) throw error;
    const fix = 'An embedded cloud was started here, which has its own: add --local. Otherwise: azfed init';
    throw new ConfigError(error.problems.map((problem) => ({ ...problem, fix })));
  }
}

/** What the configuration may name: as the environment says, and with --local this machine. */
export function resolveAllowance(invocation: Pick<Invocation, 'options' | 'environment'>): Allowance {
  const { options, environment } = invocation;
  const { allowance } = environment;
  return options.local ? { ...allowance, loopback: true } : allowance;
}

const isBareName = (path: string) => basename(path) === path;

/** Where the embedded cloud of this folder is, or of the nearest one above it that has one. */
export function requireCoordinates(): Coordinates {
  const coordinates = read();
  if (coordinates) return coordinates;
  throw new ConfigError({
    where: '--local',
    what: 'No embedded cloud runs that was started from this folder or one above it.',
    fix: 'Start one in another terminal: azfed local up',
  });
}

/** What a cloud of another version, or one that was killed while writing, has left is as good as nothing. */
function read(): Coordinates | undefined {
  try {
    const file = nearestFile(COORDINATES);
    return file === undefined ? undefined : readCoordinates(file);
  } catch {
    return undefined;
  }
}
