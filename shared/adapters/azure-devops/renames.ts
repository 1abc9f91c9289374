import type { Organization } from '../../domain/configuration.ts';
import type { OrganizationInventory } from '../../domain/inventory.ts';
import { complete } from '../../domain/reading.ts';
import type { Located } from './locate.ts';

type Seen = Pick<OrganizationInventory, 'identity' | 'requests'>;

/** How an organization is found by its GUID; `undefined` when it is not. One request. */
export type Locate = (organization: Organization) => Promise<Located | undefined>;

/** What an address may answer that is nobody's any more. That a token is not taken, or nothing comes, says nothing of it. */
const movedCodes = ['not-found', 'redirected'];

/**
 * A look that goes on under the new name when the organization was renamed:
 *
 *     under the configured name answers      | then
 *     ---------------------------------------+----------------------------------------------------------------------
 *     the pinned GUID, by that name          | that is it; nothing more is asked
 *     the pinned GUID, by another name       | that name, if the service has it under this GUID; else the configured one
 *     nobody                                 | the look is repeated where the service has the GUID, which must answer there
 *     another GUID, or no taker of the token | that is it: the organization is halted
 *
 * What is found is only ever a name for the pinned GUID, which the organization itself has given under it.
 */
export function followingRenames<Sight extends Seen>(
  look: (organization: Organization) => Promise<Sight>,
  locate: Locate,
): (organization: Organization) => Promise<Sight> {
  return async (organization) => {
    const first = await look(organization);
    if (!isInDoubt(organization, first)) return first;
    const located = await locate(organization);
    const asked = { ...first, requests: first.requests + 1 };
    if (first.identity.state === 'complete') return named(asked, organization, located);
    if (!located || isSame(located.name, organization.name)) return asked;
    const second = await look({ ...organization, url: located.url });
    const requests = asked.requests + second.requests;
    if (second.identity.state === 'unknown' || second.identity.value.id !== organization.id)
      return { ...asked, requests };
    return { ...second, requests, identity: complete({ id: organization.id, name: located.name }) };
  };
}

function isInDoubt({ id, name }: Organization, { identity }: Seen): boolean {
  if (identity.state === 'unknown') return movedCodes.includes(identity.code);
  return identity.value.id === id && !isSame(identity.value.name, name);
}

function named<Sight extends Seen>(
  seen: Sight,
  { id, name }: Organization,
  located: Located | undefined,
): Sight {
  const told = seen.identity.state === 'complete' ? seen.identity.value.name : name;
  const isConfirmed = located !== undefined && isSame(located.name, told);
  return { ...seen, identity: complete({ id, name: isConfirmed ? located.name : name }) };
}

/** Names of organizations are the same in any case; their tokens have one spelling. */
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
