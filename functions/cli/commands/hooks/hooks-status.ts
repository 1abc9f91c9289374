import { observeHooks } from '../../../../shared/application/hooks/hooks.ts';
import { openHooks, requireReceiver } from '../../composition/hook-session.ts';
import { hooksDocument, hooksText, hooksUnread, reportUnread } from '../../output/hooks-text.ts';
import { jsonText } from '../../output/sanitize.ts';
import type { Verb } from '../../command-line/command.ts';

export const hooksStatusVerb: Verb = (command, run) => {
  command.action(() =>
    run(async (invocation) => {
      const { ports, configuration } = await openHooks(invocation);
      const views = await observeHooks(ports, configuration, requireReceiver(configuration), 'install');
      const { terminal, options } = invocation;
      terminal.result(options.json ? jsonText(hooksDocument(views)) : hooksText(views, terminal.columns));
      reportUnread(terminal, views);
      if (hooksUnread(views).length > 0) return 3;
      const rows = views.flatMap((view) => (view.rows.state === 'complete' ? view.rows.value : []));
      return rows.every(({ change }) => change === 'none') ? 0 : 2;
    }),
  );
};
