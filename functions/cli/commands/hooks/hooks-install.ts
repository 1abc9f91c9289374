import { Option } from 'commander';
import {
  observeHooks,
  prepareEnd,
  prepareRotation,
  type HookAction,
  type HookGoal,
  type HookView,
  applyHooks,
  type RotationPorts,
} from '../../../../shared/application/hooks/hooks.ts';
import { confirm } from '../../console/approval-notes.ts';
import {
  hooksUnread,
  reportUnread,
  hookChangesText,
  actionText,
  hooksDocument,
  hooksText,
} from '../../output/hooks-text.ts';
import {
  type ExitCode,
  type Invocation,
  type Verb,
  localFlag,
  resolveSettings,
} from '../../command-line/command.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { inert, printResult, quoteWord } from '../../output/sanitize.ts';
import type { HookReceiver } from '../../../../shared/domain/azure-devops/hook-subscription.ts';
import { problemOfHookUrl } from '../../../../shared/config/url-rules.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { createHookSession } from '../../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import {
  createHookPasswordSource,
  createHookPasswordWriter,
} from '../../../../shared/adapters/secrets/secret-source.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { secretsOptions } from '../../../runtime/connect.ts';

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
    .action(run(install));
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

/** Shows what is to be done, asks, does it, and looks again: what stands there then is what is reported. */
export async function carryOutHooks(
  invocation: Invocation,
  { ports, configuration }: OpenHooks,
  receiver: HookReceiver,
  request: HookGoal,
  { isConfirmed = false }: { readonly isConfirmed?: boolean } = {},
): Promise<ExitCode> {
  const observe = () => observeHooks(ports, configuration, receiver, request);
  const views = await observe();
  const due = countChanges(views);
  const verb = request === 'remove-address' ? `remove --url ${quoteWord(receiver.url)}` : request;
  const carryOut = `hooks ${verb}`;
  if (due === 0) return report(invocation, views, carryOut, []);
  const question = `Carry out ${counted(due, 'change')}?`;
  const prompt = {
    text: hookChangesText(views, receiver, invocation.terminal.columns),
    question,
    isConfirmed,
  };
  if (!(await confirm(invocation, prompt))) return 1;
  const actions: HookAction[] = [];
  for (const { organization, rows } of views)
    if (rows.state === 'complete')
      actions.push(...(await applyHooks(ports, receiver, organization, rows.value)));
  return report(invocation, await observe(), carryOut, actions);
}

function countChanges(views: readonly HookView[]): number {
  const rows = views.flatMap((view) => (view.rows.state === 'complete' ? view.rows.value : []));
  return rows.filter(({ change }) => change !== 'none').length;
}

function report(
  invocation: Invocation,
  views: readonly HookView[],
  carryOut: string,
  actions: readonly HookAction[],
): ExitCode {
  const { terminal } = invocation;
  printViews(invocation, views, carryOut);
  for (const { outcome, ...action } of actions)
    if (outcome.state === 'unknown') terminal.problem(inert(`${actionText(action)}: ${outcome.message}`));
  reportUnread(terminal, views);
  // Whatever an answer said: what counts is what stands there now.
  if (countChanges(views) > 0) return 1;
  return hooksUnread(views).length > 0 ? 3 : 0;
}

/** `carryOut`: what is typed after `azfed` to make the changes that are due. */
function printViews(invocation: Invocation, views: readonly HookView[], carryOut: string): void {
  const typed = `azfed ${inert(carryOut)}${localFlag(invocation.options)}`;
  printResult(invocation, hooksDocument(views), () => hooksText(views, typed, invocation.terminal.columns));
}

export const hooksRemoveVerb: Verb = (command, run) => {
  command
    .option(
      '--url <url>',
      'remove the subscriptions that post to this address, such as a former one; default: `hooks.url`',
    )
    .action(
      run(async (invocation, { url }: { readonly url?: string }) => {
        const former = url === undefined ? undefined : checkedUrl(url);
        const opened = await openHooks(invocation);
        // Nothing is sent there any more, so that it needs no password.
        const receiver =
          former === undefined ? requireReceiver(opened.configuration) : { url: former, secret: '' };
        return carryOutHooks(
          invocation,
          opened,
          receiver,
          former === undefined ? 'remove' : 'remove-address',
        );
      }),
    );
};

function checkedUrl(url: string): string {
  const problem = problemOfHookUrl(url);
  if (problem === undefined) return url;
  const fix = 'Give the address as `azfed hooks install` was given it.';
  throw new ConfigError({ where: '--url', what: `The address ${problem}.`, fix });
}

export const hooksStatusVerb: Verb = (command, run) => {
  command.action(
    run(async (invocation) => {
      const { ports, configuration } = await openHooks(invocation);
      const views = await observeHooks(ports, configuration, requireReceiver(configuration), 'install');
      const { terminal } = invocation;
      printViews(invocation, views, 'hooks install');
      reportUnread(terminal, views);
      if (hooksUnread(views).length > 0) return 3;
      const rows = views.flatMap((view) => (view.rows.state === 'complete' ? view.rows.value : []));
      return rows.every(({ change }) => change === 'none') ? 0 : 2;
    }),
  );
};

interface OpenHooks {
  readonly ports: RotationPorts;
  readonly configuration: Configuration;
}

async function openHooks(invocation: Invocation): Promise<OpenHooks> {
  const { ports, configuration, operator } = await openDeployment(invocation);
  const { local } = resolveSettings(invocation);
  const secret = configuration.hooks?.secret ?? '';
  const secrets = secretsOptions(local);
  return {
    configuration,
    ports: {
      connections: ports.connections,
      session: createHookSession(operator),
      state: ports.state,
      passwords: {
        ...createHookPasswordSource(secret, ports.clock, secrets),
        ...createHookPasswordWriter(secret, secrets),
      },
      ids: ports.ids,
      clock: ports.clock,
    },
  };
}

/** Throws ConfigError. */
function requireReceiver({ hooks }: Configuration): HookReceiver {
  if (hooks) return hooks;
  throw new ConfigError({
    where: 'hooks',
    what: 'The configuration does not say where service hooks go.',
    fix: 'Write hooks: { url: <output HookUrl>, secret: <output HookSecret> } of the deployment into it.',
  });
}
