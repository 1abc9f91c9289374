import { checkProjectName } from './naming-rules.ts';
import { RefusedError } from '../state/refusal.ts';
import type { OrganizationRecord, ProjectRecord, Visibility } from '../state/state.ts';
import {
  changeOrganization,
  liveProject,
  organizationNamed,
  projectNamed,
  sameName,
} from '../state/world.ts';
import type { World } from '../state/world.ts';

/** Projects are named by their name or id. */
export interface ProjectPlay {
  create(organization: string, name: string): ProjectRecord;
  rename(organization: string, project: string, name: string): ProjectRecord;
  setVisibility(organization: string, project: string, visibility: Visibility): ProjectRecord;
  /** State `deleted`; it can be restored by id while nobody else has its name. */
  remove(organization: string, project: string): ProjectRecord;
  restore(organization: string, projectId: string): ProjectRecord;
  /** Deletes the project and creates another, with a new id, under its name. */
  recreate(organization: string, project: string): ProjectRecord;
}

export function projectPlay(world: World): ProjectPlay {
  const live = (organization: string, project: string): ProjectRecord =>
    liveProject(organizationNamed(world, organization), project);
  const create: ProjectPlay['create'] = (organization, name) => createProject(world, organization, name);
  const remove: ProjectPlay['remove'] = (organization, project) =>
    changeProject(world, organization, live(organization, project), { state: 'deleted' });
  return {
    create,
    rename(organization, project, name) {
      const before = live(organization, project);
      if (!sameName(before.name, name)) checkFreeName(organizationNamed(world, organization), name);
      return changeProject(world, organization, before, { name });
    },
    setVisibility: (organization, project, visibility) =>
      changeProject(world, organization, live(organization, project), { visibility }),
    remove,
    restore(organization, projectId) {
      const owner = organizationNamed(world, organization);
      const before = projectNamed(owner, projectId);
      if (before?.state !== 'deleted') return liveProject(owner, projectId);
      checkFreeName(owner, before.name);
      return changeProject(world, organization, before, { state: 'wellFormed' });
    },
    recreate: (organization, project) => create(organization, remove(organization, project).name),
  };
}

function createProject(world: World, organization: string, name: string): ProjectRecord {
  const project: ProjectRecord = {
    id: world.nextId(),
    name,
    state: 'wellFormed',
    revision: 1,
    updatedAt: world.now(),
  };
  changeOrganization(world, organization, (before) => {
    checkFreeName(before, name);
    return { ...before, projects: [...before.projects, project] };
  });
  return project;
}

function changeProject(
  world: World,
  organization: string,
  before: ProjectRecord,
  fields: Partial<Pick<ProjectRecord, 'name' | 'state' | 'visibility'>>,
): ProjectRecord {
  const after = { ...before, ...fields, revision: before.revision + 1, updatedAt: world.now() };
  changeOrganization(world, organization, (owner) => ({
    ...owner,
    projects: owner.projects.map((project) => (project.id === before.id ? after : project)),
  }));
  return after;
}

function checkFreeName(organization: OrganizationRecord, name: string): void {
  checkProjectName(name, organization.projectNames);
  const isTaken = organization.projects.some(
    (project) => project.state === 'wellFormed' && sameName(project.name, name),
  );
  if (isTaken)
    throw new RefusedError(
      409,
      'ProjectAlreadyExistsException',
      `TF200019: The following project already exists: ${name}.`,
    );
}
