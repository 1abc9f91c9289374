import { Option } from 'commander';
import { observeHooks, prepareEnd, prepareRotation } from '../../../../shared/application/hooks/hooks.ts';
import { confirm } from '../../console/approval-notes.ts';
import { carryOutHooks } from './hook-changes.ts';
import { openHooks, requireReceiver } from '../../composition/hook-session.ts';
import { hooksUnread, reportUnread } from '../../output/hooks-text.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';

interface InstallOptions {
  readonly rotate: boolean;
  readonly dropPrevious: boolean;
}

export const hooksInstallVerb: Verb = (command, run) => {
  command
    .option(
      '--rotate',
      'store a new password first; the hook accepts the present one as well, until --drop-previous',
      false,
    )
    .addOption(
      new Option('--drop-previous', 'accept the present password only; possible 48 hours after a rotation')
        .default(false)
        .conflicts('rotate'),
    )
    .action((options: InstallOptions) => run((invocation) => install(invocation, options)));
};

async function install(invocation: Invocation, { rotate, dropPrevious }: InstallOptions): Promise<ExitCode> {
  const opened = await openHooks(invocation);
  const { ports, configuration } = opened;
  const receiver = requireReceiver(configuration);
  if (!rotate && !dropPrevious) return carryOutHooks(invocation, opened, receiver, 'install');
  const views = await observeHooks(ports, configuration, receiver, 'install');
  reportUnread(invocation.terminal, views);
  if (hooksUnread(views).length > 0) return 3;
  const carryOut = rotate ? await prepareRotation(ports) : await prepareEnd(ports, configuration, views);
  if (!(await confirm(invocation, rotate ? rotation : ending))) return 1;
  await carryOut();
  return carryOutHooks(invocation, opened, receiver, 'install', { isConfirmed: true });
}

const rotation = {
  text: 'A new password is stored, and every subscription is given it. The present one is taken as well, until it is dropped.',
  question: 'Change the password of the service hooks?',
};

const ending = {
  text: 'Hooks with the former password are refused from now on.',
  question: 'Drop the former password?',
};
