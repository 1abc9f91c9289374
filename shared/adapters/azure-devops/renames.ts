import type { Organization } from '../../domain/configuration/configuration.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../domain/kernel/result.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import type { Located } from './locate.ts';

type Seen = Pick<OrganizationInventory, 'identity' | 'requests'>;
type Identity = Extract<OrganizationInventory['identity'], { readonly state: 'complete' }>['value'];

/** How an organization is found by its GUID. */
export type Locate = (
  organization: Organization,
) => Promise<{ readonly located: Reading<Located>; readonly requests: number }>;

/** What an address may answer that is nobody's any more. That a token is not taken, or nothing comes, says nothing of it. */
const movedCodes = ['not-found', 'redirected'];

/**
 * A look under the name that the service has for the pinned GUID. Tokens hold that name, and trusts compare it with case;
 * organizations are addressed in any case, so that nothing that is answered under the configured name tells its spelling.
 *
 *     under the configured name answers      | then
 *     ---------------------------------------+----------------------------------------------------------------------
 *     the pinned GUID                        | the name that the service has under this GUID, capitals included
 *     the pinned GUID, whose name is not     | the configured name, and why its spelling is not confirmed
 *     told, or not with capitals             |
 *     nobody                                 | the look is repeated where the service has the GUID, which must answer there
 *     another GUID, or no taker of the token | that is it: the organization is halted
 *
 * `isNamed`: only a look at all of an organization is asked for its name.
 */
export function followingRenames<View extends Seen>(
  observe: (organization: Organization) => Promise<View>,
  locate: Locate,
  { isNamed }: { readonly isNamed: boolean },
): (organization: Organization) => Promise<View> {
  return async (organization) => {
    const first = await observe(organization);
    const isKnown = isPinned(organization, first);
    if (isKnown ? !isNamed : !hasMoved(first)) return first;
    const { located, requests } = await locate(organization);
    const asked = { ...first, requests: first.requests + requests };
    const identity = complete(nameOf(organization, located));
    if (isKnown) return { ...asked, identity };
    if (located.state === 'unknown' || isSame(located.value.name, organization.name)) return asked;
    const second = await observe({ ...organization, url: located.value.url });
    const all = { requests: asked.requests + second.requests };
    return isPinned(organization, second) ? { ...second, ...all, identity } : { ...asked, ...all };
  };
}

const hasMoved = ({ identity }: Seen) => identity.state === 'unknown' && movedCodes.includes(identity.code);

const isPinned = ({ id }: Organization, { identity }: Seen) =>
  identity.state === 'complete' && identity.value.id === id;

function nameOf({ id, name }: Organization, located: Reading<Located>): Identity {
  if (located.state === 'unknown') return { id, name, nameProblem: located };
  const { name: reported, isSpelled } = located.value;
  if (isSpelled) return { id, name: reported };
  const nameProblem = unknown(
    'no-capitals',
    `The service gives the address ${reported}.visualstudio.com, which does not tell capitals.`,
  );
  return { id, name: isSame(reported, name) ? name : reported, nameProblem };
}

/** Names of organizations are the same in any case; their tokens have one spelling. */
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
