import { providerArn, providerIssuer } from '../kernel/arn.ts';
import { azureIssuer } from '../issuers/azure-issuer.ts';
import type { Account, Grant, Organization } from '../configuration/configuration.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { profilesOf } from '../issuers/issuer.ts';
import type { AccountObservation } from '../iam/observation.ts';
import type { Check, Judge } from './check.ts';

/** Before the first role is made there is no provider, which is as it should be: `azfed apply` makes both. */
export function providerChecks(
  judge: Judge,
  account: Account,
  organizations: readonly Organization[],
  { providers }: AccountObservation,
): readonly Check[] {
  const code = 'account.provider';
  if (providers.state === 'unknown') return [judge.untried(code, 'the account was not read')];
  const { arns, ours } = providers.value;
  const needed = organizations.flatMap((organization) =>
    profilesOf(organization, organization.issuer).map((profile) => ({ ...profile, of: organization.name })),
  );
  return needed.map(({ issuer, audience, of: name }) => {
    const arn = providerArn(account.partition, account.id, issuer);
    const twins = arns.filter(
      (other) => other !== arn && azureIssuer(providerIssuer(other))?.canonical === issuer,
    );
    if (twins.length > 0) return judge.warning(code, `${twins.join(', ')}: no token is of it.`);
    if (!arns.includes(arn)) return judge.ok(code, `${name} has none yet; the first role brings it.`);
    const isTaken = ours.some((provider) => provider.arn === arn && provider.audiences.includes(audience));
    return isTaken
      ? judge.ok(code, `${name} has its provider, with its audience.`)
      : judge.warning(code, `The provider of ${name} does not take the audience ${audience}.`, audienceFix);
  });
}

/** Organizations whose connections a grant may let into the account. */
export function organizationsOf(
  grants: readonly Grant[],
  organizations: readonly Organization[],
): readonly Organization[] {
  return organizations.filter(({ name }) =>
    grants.some(({ connections }) => matchesPattern(connections.organization, name)),
  );
}

const audienceFix = 'Run `azfed apply`: it adds the audience. Nobody gets in until then.';
