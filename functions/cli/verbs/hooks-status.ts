import { lookAtHooks } from '../../../shared/application/hooks.ts';
import { openHooks, receiverOf } from '../hook-desk.ts';
import { hooksDocument, hooksText, hooksUnread, tellUnread } from '../render/hooks-text.ts';
import { jsonText } from '../render/inert.ts';
import type { Verb } from '../verb.ts';

export const hooksStatusVerb: Verb = (command, run) => {
  command.action(() =>
    run(async (invocation) => {
      const { ports, configuration } = await openHooks(invocation);
      const views = await lookAtHooks(ports, configuration, receiverOf(configuration), 'install');
      const { terminal, options } = invocation;
      terminal.result(options.json ? jsonText(hooksDocument(views)) : hooksText(views, terminal.columns));
      tellUnread(terminal, views);
      if (hooksUnread(views).length > 0) return 3;
      const rows = views.flatMap((view) => (view.rows.state === 'complete' ? view.rows.value : []));
      return rows.every(({ change }) => change === 'none') ? 0 : 2;
    }),
  );
};
