import type {
  AccessOutcome,
  AccessView,
  OrganizationAccess,
} from '../../../shared/application/connections/access.ts';
import type {
  AccessRequest,
  AccessRow,
  AccessStep,
} from '../../../shared/domain/azure-devops/connection-access.ts';
import { NEEDED_ROLE, findUnread } from '../../../shared/domain/azure-devops/connection-access.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';
import type { Unknown } from '../../../shared/domain/kernel/result.ts';
import { localFlag, sayUnread, type Invocation } from '../command-line/command.ts';
import { inert } from './sanitize.ts';
import { table, whole } from './table.ts';

/** Why something cannot be said, in sentences. */
export function accessUnread(views: readonly AccessView[], request: AccessRequest): readonly string[] {
  return views.flatMap(({ organization: { name }, access }) => {
    if (access.state === 'unknown') return [`${name}: ${access.message}`];
    return access.value.rows.flatMap((row) => {
      const unread = findUnread(row, request);
      return unread ? [`${name} / ${row.projectName}: ${unread.message}`] : [];
    });
  });
}

/** Nothing is left to do, as far as it was read. */
export function isInOrder({ access }: AccessView, request: AccessRequest): boolean {
  if (access.state === 'unknown') return false;
  const { member, rows } = access.value;
  if (request === 'grant' && (member === undefined || rows.length === 0)) return false;
  return rows.every((row) => row.steps.length === 0 && findUnread(row, request) === undefined);
}

/** What a person has to do next, where it is not all in order. */
export function reportAccess(
  { terminal, options }: Pick<Invocation, 'terminal' | 'options'>,
  views: readonly AccessView[],
  request: AccessRequest,
  outcomes: readonly AccessOutcome[] = [],
): void {
  sayUnread(terminal, accessUnread(views, request));
  if (request === 'revoke') return;
  const added = outcomes.flatMap((one) =>
    listIf(one.step === 'add' && one.outcome.state === 'complete', one.organization),
  );
  for (const { organization, access } of views) {
    if (access.state === 'unknown') continue;
    const advice = adviceText(access.value, added.includes(organization.name), localFlag(options));
    if (advice !== undefined) terminal.problem(inert(`${organization.name}: ${advice}`));
  }
}

function adviceText(
  { clientId, member, rows }: OrganizationAccess,
  isAdded: boolean,
  flag: string,
): string | undefined {
  if (member === undefined && isAdded)
    return `the application was added, and is not listed yet. In a minute: azfed access grant${flag}`;
  if (member === undefined)
    return `the application ${clientId} is no member. Add it: azfed access grant --object-id "$(az ad sp show --id ${clientId} --query id --output tsv)"${flag}`;
  if (rows.length > 0) return undefined;
  return `no project that you see is covered by a grant and matches. Compare --project and the grants with: azfed status${flag}`;
}

/** One document for other programs. */
export function accessDocument(
  views: readonly AccessView[],
  request: AccessRequest,
  outcomes: readonly AccessOutcome[] = [],
) {
  return {
    schemaVersion: 1,
    isPartial: accessUnread(views, request).length > 0,
    organizations: views.map(({ organization, access }) => ({
      organization: organization.name,
      clientId: access.state === 'complete' ? access.value.clientId : null,
      isMember: access.state === 'complete' ? access.value.member !== undefined : null,
      unread: access.state === 'unknown' ? access.message : null,
    })),
    projects: listRows(views).map(({ organization, row }) => ({
      organization,
      project: row.projectName,
      projectId: row.projectId,
      isMember: row.isMember.state === 'complete' ? row.isMember.value : null,
      role: row.role.state === 'complete' ? (row.role.value?.name ?? null) : null,
      isInherited: row.role.state === 'complete' ? (row.role.value?.isInherited ?? false) : null,
      unread: findUnread(row, request)?.message ?? null,
      steps: row.steps,
    })),
    outcomes: outcomes.map(({ outcome, ...one }) => ({
      ...one,
      isDone: outcome.state === 'complete',
      reason: outcome.state === 'unknown' ? outcome.message : null,
    })),
  };
}

export function accessText(views: readonly AccessView[], columns?: number): string {
  const rows = listRows(views);
  if (rows.length === 0) return 'There is no project to show.';
  const cells = rows.map(({ organization, row }) =>
    [`${organization} / ${row.projectName}`, memberText(row), roleText(row), lackText(row)].map(inert),
  );
  return table(['PROJECT', whole('MEMBER'), whole('ROLE'), whole('CHANGE')], cells, columns);
}

/** What is about to be done. */
export function accessChangesText(due: readonly OrganizationAccess[], columns?: number): string {
  const parts = due.map(({ organization, clientId, member, rows }) => {
    const cells = rows
      .filter(({ steps }) => steps.length > 0)
      .map((row) => [row.projectName, roleText(row), lackText(row)].map(inert));
    return [
      `${inert(organization.name)}, application ${clientId}:`,
      ...listIf(member === undefined, 'Add it to the organization, with access level Basic.'),
      ...listIf(cells.length > 0, table(['PROJECT', whole('NOW'), whole('CHANGE')], cells, columns)),
    ].join('\n');
  });
  return parts.join('\n\n');
}

export const outcomeText = ({ organization, projectName, step }: AccessOutcome, { message }: Unknown) =>
  `${[organization, ...listIf(projectName !== undefined, projectName)].join(' / ')}: ${stepTexts[step]}: ${message}`;

const stepTexts: Readonly<Record<AccessStep | 'add', string>> = {
  add: 'add to the organization',
  join: 'add to Readers',
  assign: `give ${NEEDED_ROLE}`,
  remove: 'take the role away',
};

function listRows(views: readonly AccessView[]) {
  return views.flatMap(({ organization, access }) =>
    access.state === 'complete'
      ? access.value.rows.map((row) => ({ organization: organization.name, row }))
      : [],
  );
}

const lackText = ({ steps }: AccessRow) => steps.map((step) => stepTexts[step]).join(', ') || '-';

function memberText({ isMember }: AccessRow): string {
  if (isMember.state === 'unknown') return 'not read';
  return isMember.value ? 'yes' : 'no';
}

function roleText({ role }: AccessRow): string {
  if (role.state === 'unknown') return 'not read';
  if (!role.value) return 'none';
  return role.value.isInherited ? `${role.value.name} (inherited)` : role.value.name;
}
