import { InvalidArgumentError } from 'commander';
import { applyAccess } from '../../../../shared/application/connections/access.ts';
import type {
  AccessOutcome,
  AccessView,
  OrganizationAccess,
} from '../../../../shared/application/connections/access.ts';
import type { AccessRequest } from '../../../../shared/domain/azure-devops/connection-access.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { parseMemberId } from '../../../../shared/domain/kernel/ids.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { addProjectOption, openAccess, type AccessOptions } from '../../composition/access-session.ts';
import { confirm } from '../../console/approval-notes.ts';
import {
  accessChangesText,
  accessDocument,
  accessText,
  accessUnread,
  isInOrder,
  outcomeText,
  reportAccess,
} from '../../output/access-text.ts';
import { inert, jsonText } from '../../output/sanitize.ts';

interface GrantOptions extends AccessOptions {
  readonly objectId?: string;
}

export const accessGrantVerb: Verb = (command, run) => {
  addProjectOption(command)
    .option(
      '--object-id <id>',
      'object id of the service principal in Entra: also adds it to the organization, with access level Basic, where it is no member',
      parseObjectId,
    )
    .action((options: GrantOptions) => run((invocation) => carryOutAccess(invocation, 'grant', options)));
};

export const accessRevokeVerb: Verb = (command, run) => {
  addProjectOption(command).action((options: AccessOptions) =>
    run((invocation) => carryOutAccess(invocation, 'revoke', options)),
  );
};

function parseObjectId(text: string): string {
  const id = parseMemberId(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError(
    'It is no GUID. Take it from: az ad sp show --id <client id> --query id --output tsv',
  );
}

/** Shows what is to be done, asks, does it, and looks again: what stands there then is what is reported. */
async function carryOutAccess(
  invocation: Invocation,
  request: AccessRequest,
  { project, objectId }: GrantOptions,
): Promise<ExitCode> {
  const { session, observe } = openAccess(invocation, { request, projects: project });
  const views = await observe();
  const due = views.flatMap(({ access }) =>
    access.state === 'complete' && isDue(access.value, request, objectId) ? [access.value] : [],
  );
  const changes = due.reduce((count, one) => count + countSteps(one), 0);
  if (changes === 0) return report(invocation, request, views, []);
  const text = accessChangesText(due, invocation.terminal.columns);
  const question = `Carry out ${counted(changes, 'change')} in Azure DevOps?`;
  if (!(await confirm(invocation, { text, question }))) return 1;
  const outcomes = [];
  for (const one of due) outcomes.push(...(await applyAccess(session, one, objectId)));
  return report(invocation, request, await observe(), outcomes);
}

/** Somebody who is no member is given nothing before being one, and a revocation makes nobody a member. */
const isDue = (access: OrganizationAccess, request: AccessRequest, objectId: string | undefined) =>
  access.member === undefined
    ? request === 'grant' && objectId !== undefined
    : access.rows.some(({ steps }) => steps.length > 0);

const countSteps = ({ member, rows }: OrganizationAccess) =>
  rows.reduce((count, { steps }) => count + steps.length, member === undefined ? 1 : 0);

function report(
  invocation: Invocation,
  request: AccessRequest,
  views: readonly AccessView[],
  outcomes: readonly AccessOutcome[],
): ExitCode {
  const { terminal, options } = invocation;
  terminal.result(
    options.json ? jsonText(accessDocument(views, request, outcomes)) : accessText(views, terminal.columns),
  );
  for (const one of outcomes)
    if (one.outcome.state === 'unknown') terminal.problem(inert(outcomeText(one, one.outcome)));
  reportAccess(invocation, views, request, outcomes);
  const isDone = views.every((view) => isInOrder(view, request));
  if (isDone && request === 'grant') terminal.note('Next: azfed doctor, as the service: connections.shown');
  if (accessUnread(views, request).length > 0) return 3;
  return isDone ? 0 : 1;
}
