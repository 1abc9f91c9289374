import type { HookAction, HookGoal, HookView } from '../../../../shared/application/hooks/hooks.ts';
import { applyHooks, observeHooks } from '../../../../shared/application/hooks/hooks.ts';
import { confirm } from '../../console/approval-notes.ts';
import type { OpenHooks } from '../../composition/hook-session.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import {
  hookChangesText,
  actionText,
  hooksDocument,
  hooksText,
  hooksUnread,
  reportUnread,
} from '../../output/hooks-text.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import type { ExitCode, Invocation } from '../../command-line/command.ts';
import type { HookReceiver } from '../../../../shared/domain/azure-devops/hook-subscription.ts';

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
  if (due === 0) return report(invocation, views, []);
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
  return report(invocation, await observe(), actions);
}

function countChanges(views: readonly HookView[]): number {
  const rows = views.flatMap((view) => (view.rows.state === 'complete' ? view.rows.value : []));
  return rows.filter(({ change }) => change !== 'none').length;
}

function report(
  { terminal, options }: Invocation,
  views: readonly HookView[],
  actions: readonly HookAction[],
): ExitCode {
  terminal.result(options.json ? jsonText(hooksDocument(views)) : hooksText(views, terminal.columns));
  for (const { outcome, ...action } of actions)
    if (outcome.state === 'unknown') terminal.problem(inert(`${actionText(action)}: ${outcome.message}`));
  reportUnread(terminal, views);
  // Whatever an answer said: what counts is what stands there now.
  if (countChanges(views) > 0) return 1;
  return hooksUnread(views).length > 0 ? 3 : 0;
}
