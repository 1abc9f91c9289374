import type { Binding } from './bindings.ts';
import type { Target } from './claims.ts';
import type { Grant } from '../configuration/configuration.ts';
import { chosenProfiles, profilesOf } from '../issuers/issuer.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import { claimsOf } from '../records/claim.ts';

/**
 * Whose tokens each connection is let in with: as its grant says, else its organization, less the issuer that a person has
 * taken from it. That word narrows, and never to nothing.
 */
export function withIssuers(
  targets: readonly Target[],
  grants: readonly Grant[],
  recorded: readonly RecordedConnection[],
): readonly Target[] {
  const items = new Map(recorded.map((item) => [item.connectionId, item]));
  const choose = ({ role, grant, bindings }: Target) =>
    bindings.map((binding) => {
      const item = items.get(binding.connectionId);
      return withChoice(binding, grant ?? grantOf(item, role, grants), item);
    });
  return targets.map(({ heir, ...target }) => ({
    ...target,
    bindings: choose(target),
    ...(heir ? { heir: { ...heir, bindings: choose({ ...target, ...heir }) } } : {}),
  }));
}

/** Nobody wishes the role now: the grant that it was made by still says whose tokens it takes. */
function grantOf(
  item: RecordedConnection | undefined,
  role: Target['role'],
  grants: readonly Grant[],
): Grant | undefined {
  const claim = item && claimsOf(item).find((one) => one.role.arn === role.arn);
  return grants.find(({ name }) => name === claim?.role.grant);
}

function withChoice(
  binding: Binding,
  grant: Grant | undefined,
  item: RecordedConnection | undefined,
): Binding {
  const { organization } = binding;
  const choice = grant?.issuer ?? organization.issuer;
  const issuers = chosenProfiles(organization, choice, item?.withoutIssuer?.issuer);
  const isAsOrganization =
    choice === organization.issuer && issuers.length === profilesOf(organization, choice).length;
  return isAsOrganization ? binding : { ...binding, issuers };
}
