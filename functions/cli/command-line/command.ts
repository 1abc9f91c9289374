import type { Command } from 'commander';
import type { Environment } from '../../../shared/config/environment.ts';
import type { Terminal } from '../console/terminal.ts';

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
  readonly quiet: boolean;
  readonly yes: boolean;
  /** Against the embedded cloud that `azfed local up` keeps running. */
  readonly local: boolean;
}

export interface Invocation {
  readonly options: GlobalOptions;
  readonly environment: Environment;
  readonly terminal: Terminal;
}

/** What a command that is suggested has to end with to mean the same cloud. */
export const localFlag = ({ local }: Pick<GlobalOptions, 'local'>): string => (local ? ' --local' : '');

/** Runs a verb with what was typed; the number that it gives is the exit code. */
export type Run = (work: (invocation: Invocation) => Promise<ExitCode>) => Promise<void>;

/** Gives a command that is named and described already its options, its arguments and what it does, or verbs of its own. */
export type Verb = (command: Command, run: Run) => void;
