import type { HookAction, HookView } from '../../../shared/application/hooks/hooks.ts';
import type { HookRow } from '../../../shared/domain/discovery/hook-plan.ts';
import { timeText } from '../../../shared/domain/kernel/durations.ts';
import type { HookFailure } from '../../../shared/ports/service-connections.ts';
import type { Terminal } from '../console/terminal.ts';
import { sayUnread } from '../command-line/command.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { inert } from './sanitize.ts';
import { table, whole } from './table.ts';
import type { HookReceiver } from '../../../shared/domain/azure-devops/hook-subscription.ts';

/** Why nothing can be said of an organization, in sentences. */
export function hooksUnread(views: readonly HookView[]): readonly string[] {
  return views.flatMap(({ organization, rows }) =>
    rows.state === 'unknown' ? [`${organization.name}: ${rows.message}`] : [],
  );
}

export function reportUnread(terminal: Terminal, views: readonly HookView[]): void {
  sayUnread(terminal, hooksUnread(views));
}

/** One document for other programs. Nothing of it is secret: neither passwords nor inputs are in it. */
export const hooksDocument = (views: readonly HookView[]) => ({
  schemaVersion: 1,
  isPartial: hooksUnread(views).length > 0,
  subscriptions: listRows(views).map(({ view, row }) => ({
    organization: view.organization.name,
    project: row.projectName,
    projectId: row.projectId,
    event: row.event,
    subscriptionId: row.subscriptionId ?? null,
    standing: row.status,
    password: row.password ?? null,
    otherInputs: row.otherInputs,
    change: row.change,
    lastFailure: findFailure(view, row) ?? null,
  })),
});

/** `carryOut`: the command that makes the changes which are due. */
export function hooksText(views: readonly HookView[], carryOut: string, columns?: number): string {
  const rows = listRows(views);
  if (rows.length === 0)
    return hooksUnread(views).length > 0
      ? 'Nothing can be said: not everything could be read.'
      : 'There is no subscription of azfed, and none is wanted.';
  const cells = rows.map(({ view, row }) =>
    [projectText(view, row), eventText(row), statusText(row), failureText(findFailure(view, row))].map(inert),
  );
  const rowsText = table(
    ['PROJECT', whole('EVENT'), whole('SUBSCRIPTION'), { heading: 'LAST FAILURE', leaves: 1 }],
    cells,
    columns,
  );
  return `${rowsText}\n\n${describeNextStep(views, carryOut)}`;
}

function describeNextStep(views: readonly HookView[], carryOut: string): string {
  const rows = listRows(views);
  const due = rows.filter(({ row }) => row.change !== 'none').length;
  if (due > 0) return `To carry out ${counted(due, 'change')}: ${carryOut}`;
  if (rows.some(({ view, row }) => findFailure(view, row)))
    return 'A hook was refused: azfed doctor checks the address and the password.';
  return hooksUnread(views).length > 0
    ? 'Nothing else is to be done; some could not be read.'
    : 'Nothing is to be done: every subscription is as it should be.';
}

/** What is about to be done, and where hooks go. */
export function hookChangesText(views: readonly HookView[], { url }: HookReceiver, columns?: number): string {
  const due = listRows(views).filter(({ row }) => row.change !== 'none');
  const cells = due.map(({ view, row }) =>
    [row.change, projectText(view, row), eventText(row), statusText(row)].map(inert),
  );
  return [
    `Subscriptions that post to ${inert(url)}:`,
    table([whole('CHANGE'), 'PROJECT', whole('EVENT'), whole('NOW')], cells, columns),
  ].join('\n');
}

export function actionText({ organization, row }: Pick<HookAction, 'organization' | 'row'>): string {
  return `${row.change} ${projectText({ organization }, row)}, ${eventText(row)}`;
}

function listRows(views: readonly HookView[]) {
  return views.flatMap((view) =>
    view.rows.state === 'complete' ? view.rows.value.map((row) => ({ view, row })) : [],
  );
}

const projectText = ({ organization }: Pick<HookView, 'organization'>, { projectName, projectId }: HookRow) =>
  `${organization.name} / ${projectName === '' ? projectId : projectName}`;

/** `ms.vss-endpoint.endpoint-created` is `created` to people. */
const eventText = ({ event }: HookRow) => event.slice(event.lastIndexOf('-') + 1);

const statuses: Readonly<Partial<Record<HookRow['status'], string>>> = {
  onProbation: 'on probation: a hook was refused, and new ones are dropped meanwhile',
  disabledByUser: 'disabled by a person',
  disabledBySystem: 'disabled by Azure DevOps, after failures',
  disabledByInactiveIdentity: 'disabled: who made it has left',
  duplicate: 'a second one',
  'not-granted': 'no grant covers the project',
  'other-event': 'somebody has changed its event',
  'not-listed': 'its project is not listed',
};

const passwords = { current: [], former: ['former password'], 'not-known': ['password not known'] } as const;

function statusText({ status, password = 'current', otherInputs, change }: HookRow): string {
  const inputs = otherInputs.filter((name) => name !== 'url');
  return [
    statuses[status] ?? status,
    ...(status === 'not-listed' && change === 'none' ? ['left alone'] : []),
    ...passwords[password],
    ...(otherInputs.includes('url') ? ['somebody has changed its address'] : []),
    ...(inputs.length > 0 ? [`other ${inputs.join(', ')}`] : []),
  ].join('; ');
}

function findFailure({ lastFailures }: HookView, { subscriptionId }: HookRow): HookFailure | undefined {
  return subscriptionId === undefined ? undefined : lastFailures.get(subscriptionId);
}

function failureText(failure: HookFailure | undefined): string {
  return failure === undefined ? '' : `${timeText(failure.at)} ${failure.message}`.trim();
}
