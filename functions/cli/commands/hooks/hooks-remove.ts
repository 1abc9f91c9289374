import { problemOfHookUrl } from '../../../../shared/config/url-rules.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { openHooks, requireReceiver } from '../../composition/hook-session.ts';
import { carryOutHooks } from './hook-changes.ts';
import type { Verb } from '../../command-line/command.ts';

interface RemoveOptions {
  readonly url?: string;
}

export const hooksRemoveVerb: Verb = (command, run) => {
  command
    .option(
      '--url <url>',
      'remove the subscriptions that post to this address, such as a former one; default: `hooks.url`',
    )
    .action(({ url }: RemoveOptions) =>
      run(async (invocation) => {
        const former = url === undefined ? undefined : checkedUrl(url);
        const opened = await openHooks(invocation);
        // Nothing is sent there any more, so that it needs no password.
        const receiver =
          former === undefined ? requireReceiver(opened.configuration) : { url: former, secret: '' };
        return carryOutHooks(invocation, opened, receiver, 'remove');
      }),
    );
};

function checkedUrl(url: string): string {
  const problem = problemOfHookUrl(url);
  if (problem === undefined) return url;
  const fix = 'Give the address as `azfed hooks install` was given it.';
  throw new ConfigError({ where: '--url', what: `The address ${problem}.`, fix });
}
