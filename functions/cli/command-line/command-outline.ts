import type { Command } from 'commander';
import { formatCommandPath } from './command-table.ts';

/** What there is to type after some words. */
export interface Outline {
  /** The words after `azfed`; empty for `azfed` itself. */
  readonly path: string;
  readonly does: string;
  /** As commander writes it, without the words before. */
  readonly usage: string;
  readonly arguments: readonly Described[];
  readonly options: readonly DescribedOption[];
  readonly verbs: readonly Described[];
}

interface Described {
  readonly name: string;
  readonly does: string;
  /** The only words that are taken; empty: any. */
  readonly choices: readonly string[];
}

export interface DescribedOption extends Described {
  /** As they are typed, without what follows them. */
  readonly flags: readonly string[];
  readonly takesValue: boolean;
}

/** Of a command and of everything below it, in the order of the help. `help` is left out: it is everywhere. */
export function listOutlines(command: Command): readonly Outline[] {
  const verbs = command.commands.filter((one) => one.name() !== 'help');
  const outline: Outline = {
    path: command.parent ? formatCommandPath(command) : '',
    does: command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      does: withChoices(argument.description, argument.argChoices),
      choices: argument.argChoices ?? [],
    })),
    options: command.options.map(({ flags: name, long, short, description, argChoices, ...option }) => ({
      name,
      does: withChoices(description, argChoices),
      choices: argChoices ?? [],
      flags: [long, short].flatMap((flag) => flag ?? []),
      takesValue: option.required || option.optional,
    })),
    verbs: verbs.map((one) => ({ name: one.name(), does: one.description(), choices: [] })),
  };
  return [outline, ...verbs.flatMap(listOutlines)];
}

function withChoices(does: string, choices: readonly string[] = []): string {
  if (choices.length === 0) return does;
  return `${does}${does === '' ? '' : ': '}${choices.join(', ')}`;
}
