import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import { ConflictError } from '../../domain/kernel/errors.ts';
import { coversProject } from '../../domain/configuration/grant-coverage.ts';
import { watchHooks } from '../../domain/discovery/hook-watch.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { Unknown } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HookSession } from '../../ports/hook-subscriptions.ts';
import type { StateStore } from '../../ports/state.ts';
import { readingOf } from '../records/result-of.ts';

export interface HookWatchPorts {
  readonly session: HookSession;
  readonly state: Pick<StateStore, 'readHooks' | 'write'>;
  readonly clock: Clock;
}

/**
 * Notes which service hook subscriptions no longer tell of anything, where a whole look has listed the projects: one
 * request a sweep. Nothing is noted where the list cannot be read: the service needs no right to do so. Returns why it
 * could not be. Throws what the table throws.
 */
export async function watchSubscriptions(
  { session, state, clock }: HookWatchPorts,
  { hooks: receiver, grants }: Configuration,
  organization: Organization,
  { identity, projects: listed }: Pick<OrganizationInventory, 'identity' | 'projects'>,
): Promise<Unknown | undefined> {
  const isPinned = identity.state === 'complete' && identity.value.id === organization.id;
  if (!receiver || !isPinned || listed.state === 'unknown') return undefined;
  const list = await readingOf(() => session(organization, (reader) => reader.list()));
  if (list.state === 'unknown') return list;
  if (list.value.state === 'unknown') return list.value;
  const projects = listed.value.filter(({ name }) =>
    grants.some((grant) => coversProject(grant, organization, name)),
  );
  const sweep = { organization, receiver, projects, subscriptions: list.value.value };
  const before = await state.readHooks(organization.id);
  const after = watchHooks(before, sweep, clock.now());
  if (after === before) return undefined;
  try {
    await state.write(after);
  } catch (error) {
    // Somebody changes them at this moment: the next sweep sees what came of it.
    if (!(error instanceof ConflictError)) throw error;
  }
  return undefined;
}
