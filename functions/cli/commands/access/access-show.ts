import { addProjectOption, openAccess, type AccessOptions } from '../../composition/access-session.ts';
import {
  accessText,
  accessDocument,
  accessUnread,
  isInOrder,
  reportAccess,
} from '../../output/access-text.ts';
import { jsonText } from '../../output/sanitize.ts';
import type { Verb } from '../../command-line/command.ts';

export const accessShowVerb: Verb = (command, run) => {
  addProjectOption(command).action(({ project }: AccessOptions) =>
    run(async (invocation) => {
      const { terminal, options } = invocation;
      const views = await openAccess(invocation, { request: 'grant', projects: project }).observe();
      terminal.result(
        options.json ? jsonText(accessDocument(views, 'grant')) : accessText(views, terminal.columns),
      );
      reportAccess(invocation, views, 'grant');
      if (accessUnread(views, 'grant').length > 0) return 3;
      return views.every((view) => isInOrder(view, 'grant')) ? 0 : 2;
    }),
  );
};
