import { viewConnections, type OrganizationInventory } from '../azure-devops/inventory.ts';
import type { ConnectionReference } from '../azure-devops/service-connection.ts';
import type { Configuration, Grant, RolePair } from '../configuration/configuration.ts';
import { coversReference } from '../configuration/grant-coverage.ts';
import type { Target } from '../desired/claims.ts';
import { canonicalJson } from '../kernel/digest.ts';
import type { ConnectionId, RoleArn } from '../kernel/ids.ts';

/** How the grant of a role comes to be about that role alone. */
export type Split =
  | { readonly as: 'whole' }
  /** Its pairs are taken out of `roles` and get a grant of their own. */
  | {
      readonly as: 'pairs';
      readonly indexes: readonly number[];
      readonly role: string;
      readonly name: string;
    }
  /** The names of the other connections take the place of the patterns, and the connection gets a grant of its own. */
  | {
      readonly as: 'names';
      readonly others: readonly string[];
      readonly pair: Readonly<Record<string, string>>;
      readonly name: string;
    };

/** The role with the grant that gives it. */
type GrantedTarget = Target & { readonly grant: Grant };

/**
 * A grant of this one role is edited in place; of one that covers others, a grant for it is split off. `undefined`: its name
 * alone does not take the connection out of the grant. `connection`: what the new grant is named after.
 */
export function chooseSplit(
  target: GrantedTarget,
  connection: string,
  configuration: Configuration,
  inventories: readonly OrganizationInventory[],
): Split | undefined {
  const { grant, role } = target;
  const name = makeGrantName(grant, connection, configuration);
  if (!grant.roles) return splitPattern(target, name, listCovered(grant, configuration, inventories));
  const isOfRole = ({ name: own, path, accounts }: RolePair) =>
    own.toLowerCase() === role.name.toLowerCase() && path === role.path && accounts.includes(role.account);
  const indexes = grant.roles.flatMap((pair, index) => (isOfRole(pair) ? [index] : []));
  return grant.roles.length === indexes.length
    ? { as: 'whole' }
    : { as: 'pairs', indexes, role: role.arn, name };
}

/** A connection in a project, of those that a grant covers. */
interface Covered extends ConnectionReference {
  readonly id: ConnectionId;
  readonly organization: string;
}

function listCovered(
  grant: Grant,
  { organizations }: Configuration,
  inventories: readonly OrganizationInventory[],
): readonly Covered[] {
  return inventories.flatMap((inventory) => {
    const organization = organizations.find(({ id }) => id === inventory.organizationId);
    if (!organization) return [];
    return [...viewConnections(inventory).connections.values()].flatMap(({ id, references }) =>
      references
        .filter((reference) => coversReference(grant, organization, reference))
        .map((reference) => ({ id, organization: organization.name, ...reference })),
    );
  });
}

function splitPattern(
  { role, bindings }: Target,
  name: string,
  covered: readonly Covered[],
): Split | undefined {
  const isOwn = ({ id }: Covered) => bindings.some(({ connectionId }) => connectionId === id);
  const [first, second] = covered.filter(isOwn);
  const others = [...new Set(covered.filter((one) => !isOwn(one)).map((one) => one.name))].sort();
  if (others.length === 0) return { as: 'whole' };
  if (!first || second || bindings.length > 1 || others.includes(first.name)) return undefined;
  const { organization, projectName: project, name: connection } = first;
  return { as: 'names', others, name, pair: { organization, project, connection, role: role.arn } };
}

/** A name of a grant has at most so many characters. */
const LONGEST_NAME = 64;

/** After the grant and the connection, as far as a name of a grant can hold theirs, and unlike every other name. */
function makeGrantName({ name }: Grant, connection: string, { grants }: Configuration): string {
  const words = [name, ...(connection.toLowerCase().match(/[a-z0-9]+/g) ?? ['own'])];
  const taken = new Set(grants.map((grant) => grant.name.toLowerCase()));
  const shorten = (end: string) => `${words.join('-').slice(0, LONGEST_NAME - end.length)}${end}`;
  let made = shorten('');
  for (let number = 2; taken.has(made.toLowerCase()); number++) made = shorten(`-${number}`);
  return made;
}

/** ARNs of roles that other connections have after an edit than before; of roles other than `own`, also by another grant. */
export function listMovedRoles(
  before: readonly Target[],
  after: readonly Target[],
  own: RoleArn,
): readonly RoleArn[] {
  const index = (targets: readonly Target[]) =>
    new Map(
      targets.map(({ role: { arn }, grant, bindings }) => [
        arn,
        canonicalJson([
          arn === own ? null : (grant?.name ?? null),
          bindings.map(({ connectionId }) => connectionId),
        ]),
      ]),
    );
  const [old, now] = [index(before), index(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((arn) => old.get(arn) !== now.get(arn));
}
