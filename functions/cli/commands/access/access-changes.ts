import { InvalidArgumentError, type Command } from 'commander';
import {
  applyAccess,
  type AccessOutcome,
  type AccessView,
  type OrganizationAccess,
  type AccessScope,
  observeAccess,
} from '../../../../shared/application/connections/access.ts';
import type { AccessRequest } from '../../../../shared/domain/azure-devops/connection-access.ts';
import { matchesAny } from '../../../../shared/domain/configuration/grant-coverage.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { parseMemberId } from '../../../../shared/domain/kernel/ids.ts';
import { fixOfName } from '../../arguments/connection-choice.ts';
import { type ExitCode, type Invocation, type Verb, loadSettings } from '../../command-line/command.ts';
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
import { inert, printResult } from '../../output/sanitize.ts';
import { createAccessSession } from '../../../../shared/adapters/azure-devops/access-session.ts';
import { systemClock } from '../../../../shared/adapters/system/system-clock.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { AccessSession } from '../../../../shared/ports/service-connections.ts';
import { readEndpointOverrides } from '../../composition/deployment.ts';

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
    .action(run((invocation, options: GrantOptions) => carryOutAccess(invocation, 'grant', options)));
};

export const accessRevokeVerb: Verb = (command, run) => {
  addProjectOption(command, 'every project that you see').action(
    run((invocation, options: AccessOptions) => carryOutAccess(invocation, 'revoke', options)),
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
  const { terminal } = invocation;
  printResult(invocation, accessDocument(views, request, outcomes), () =>
    accessText(views, terminal.columns),
  );
  for (const one of outcomes)
    if (one.outcome.state === 'unknown') terminal.problem(inert(outcomeText(one, one.outcome)));
  reportAccess(invocation, views, request, outcomes);
  const isDone = views.every((view) => isInOrder(view, request));
  if (isDone && request === 'grant') terminal.note('Next: azfed doctor, as the service: connections.shown');
  if (accessUnread(views, request).length > 0) return 3;
  return isDone ? 0 : 1;
}

export const accessShowVerb: Verb = (command, run) => {
  addProjectOption(command).action(
    run(async (invocation, { project }: AccessOptions) => {
      const { terminal } = invocation;
      const views = await openAccess(invocation, { request: 'grant', projects: project }).observe();
      printResult(invocation, accessDocument(views, 'grant'), () => accessText(views, terminal.columns));
      reportAccess(invocation, views, 'grant');
      if (accessUnread(views, 'grant').length > 0) return 3;
      return views.every((view) => isInOrder(view, 'grant')) ? 0 : 2;
    }),
  );
};

interface AccessOptions {
  readonly project: readonly string[];
}

const addProjectOption = (command: Command, which = 'every project that a grant covers'): Command =>
  command.option(
    '--project <name>',
    `this project only; repeatable; * and ? are patterns; default: ${which}`,
    (value: string, all: readonly string[]) => [...all, value],
    [],
  );

interface OpenAccess {
  readonly session: AccessSession;
  readonly observe: () => Promise<readonly AccessView[]>;
}

/** Of Azure DevOps alone: neither the table nor anything else in AWS. Throws ConfigError where nobody signs in through Entra. */
function openAccess(invocation: Invocation, scope: AccessScope): OpenAccess {
  const { configuration, local, path } = loadSettings(invocation);
  if (!configuration.organizations.some(({ credential }) => credential.type === 'entra'))
    throw new ConfigError({
      where: path,
      what: 'No organization signs in as an application of Entra: a personal access token has the rights of its owner.',
      fix: 'Give the owner the role User on the service connections (docs/credentials.md), or write credential: { type: entra, ... }.',
    });
  for (const { name, credential } of configuration.organizations)
    if (credential.type !== 'entra')
      invocation.terminal.note(`${inert(name)}: left out; its token has the rights of its owner.`);
  const session = createAccessSession(readEndpointOverrides(systemClock, local).operator);
  return {
    session,
    async observe() {
      const views = await observeAccess(session, configuration, scope);
      requireProjects(views, scope);
      return views;
    },
  };
}

/** A slip would look as if all were in order. Throws ConfigError. */
function requireProjects(views: readonly AccessView[], { request, projects: typed }: AccessScope): void {
  if (views.some(({ access }) => access.state === 'unknown')) return;
  const names = views.flatMap(({ access }) => (access.state === 'complete' ? access.value.projects : []));
  const missing = typed.filter((pattern) => !names.some((name) => matchesAny([pattern], name)));
  if (missing.length === 0) return;
  throw new ConfigError(
    missing.map((pattern) => ({
      where: `--project ${pattern}`,
      what: `You see no such project${request === 'grant' ? ' that a grant covers' : ''}.`,
      fix: fixOfName(pattern, names, 'federation.yaml'),
    })),
  );
}
