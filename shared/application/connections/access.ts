import type { AccessRequest, AccessRow, AccessStep } from '../../domain/azure-devops/connection-access.ts';
import { NEEDED_ROLE, planAccess } from '../../domain/azure-devops/connection-access.ts';
import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import { coversProject, matchesAny } from '../../domain/configuration/grant-coverage.ts';
import type { MemberId, ProjectId } from '../../domain/kernel/ids.ts';
import { captureReading, complete, mapReading, unknown, type Reading } from '../../domain/kernel/result.ts';
import type { AccessEditor, AccessSession } from '../../ports/service-connections.ts';

/** Which projects are meant, and what is wanted of them. */
export interface AccessScope {
  readonly request: AccessRequest;
  /** Patterns of names; none stands for every project. A role is only given in those that a grant covers. */
  readonly projects: readonly string[];
}

/** The service's identity in one organization. */
export interface OrganizationAccess {
  readonly organization: Organization;
  readonly clientId: string;
  /** `undefined`: it is not listed among the members. */
  readonly member: MemberId | undefined;
  readonly rows: readonly AccessRow[];
  /** Names of the projects that may be meant. */
  readonly projects: readonly string[];
}

/** Unknown where the projects or the identity could not be read. */
export interface AccessView {
  readonly organization: Organization;
  readonly access: Reading<OrganizationAccess>;
}

/** What came of one step; `projectName` is absent where the identity itself was added. */
export interface AccessOutcome {
  readonly organization: string;
  readonly step: AccessStep | 'add';
  readonly projectName?: string;
  readonly outcome: Reading<unknown>;
}

/** Looks at every organization that signs in through Entra: whose rights a token has, only its owner knows. Writes nothing. */
export function observeAccess(
  session: AccessSession,
  { organizations, grants }: Pick<Configuration, 'organizations' | 'grants'>,
  { request, projects }: AccessScope,
): Promise<readonly AccessView[]> {
  const views = organizations.flatMap((organization) => {
    const { credential } = organization;
    if (credential.type !== 'entra') return [];
    // What an earlier configuration covered is given back, too.
    const mayBeMeant = (name: string) =>
      request === 'revoke' || grants.some((grant) => coversProject(grant, organization, name));
    const isMeant = (name: string) => projects.length === 0 || matchesAny(projects, name);
    const observe = (editor: AccessEditor) =>
      observeOrganization(editor, organization, credential.clientId, { mayBeMeant, isMeant, request });
    return [{ organization, signedIn: captureReading(() => session(organization, observe)) }];
  });
  return Promise.all(
    views.map(async ({ organization, signedIn }) => {
      const result = await signedIn;
      return { organization, access: result.state === 'unknown' ? result : result.value };
    }),
  );
}

interface Meant extends Pick<AccessScope, 'request'> {
  readonly mayBeMeant: (project: string) => boolean;
  readonly isMeant: (project: string) => boolean;
}

async function observeOrganization(
  editor: AccessEditor,
  organization: Organization,
  clientId: string,
  { mayBeMeant, isMeant, request }: Meant,
): Promise<Reading<OrganizationAccess>> {
  const listed = await editor.listProjects();
  if (listed.state === 'unknown') return listed;
  const member = await editor.findMember(clientId);
  if (member.state === 'unknown') return member;
  const joined = member.value === undefined ? none : await editor.listJoined(member.value);
  const possible = listed.value.filter(({ name }) => mayBeMeant(name));
  const projects = [];
  for (const { id, name } of possible.filter((project) => isMeant(project.name)))
    projects.push({
      projectId: id,
      projectName: name,
      isMember: mapReading(joined, (projects) => projects.has(id)),
      role: member.value === undefined ? complete(undefined) : await editor.readRole(member.value, id),
    });
  return complete({
    ...{ organization, clientId, member: member.value, rows: planAccess(projects, request) },
    projects: possible.map(({ name }) => name),
  });
}

const none = complete<ReadonlySet<ProjectId>>(new Set());

/** Carries out what the rows say, each for itself. `objectId`: of a service principal that has to be added first. */
export async function applyAccess(
  session: AccessSession,
  { organization, member, rows }: OrganizationAccess,
  objectId?: string,
): Promise<readonly AccessOutcome[]> {
  const { name } = organization;
  const done = await captureReading(() =>
    session(organization, async (editor) => {
      const outcomes: AccessOutcome[] = [];
      const id = member === undefined ? await addMember(editor, objectId) : complete(member);
      if (member === undefined) outcomes.push({ organization: name, step: 'add', outcome: id });
      if (id.state === 'unknown') return outcomes;
      for (const row of rows)
        for (const step of row.steps) {
          const outcome = await executeStep(editor, id.value, row, step);
          outcomes.push({ organization: name, step, projectName: row.projectName, outcome });
        }
      return outcomes;
    }),
  );
  return done.state === 'unknown' ? [{ organization: name, step: 'add', outcome: done }] : done.value;
}

const addMember = (editor: AccessEditor, objectId: string | undefined): Promise<Reading<MemberId>> =>
  objectId === undefined
    ? Promise.resolve(unknown('not-listed', 'It is no member of the organization.'))
    : editor.addMember(objectId);

function executeStep(
  editor: AccessEditor,
  member: MemberId,
  { projectId }: AccessRow,
  step: AccessStep,
): Promise<Reading<unknown>> {
  if (step === 'join') return editor.join(member, projectId);
  if (step === 'assign') return editor.assignRole(member, projectId, NEEDED_ROLE);
  return editor.removeRole(member, projectId);
}
