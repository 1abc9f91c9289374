import { listSeenRoles, type AccountObservation, type AccountQuotas } from '../iam/role.ts';
import type { Grant } from '../configuration/configuration.ts';
import { trustSize } from '../policy/trust-document.ts';
import type { Check, Judge } from './check.ts';

/** From here on somebody should ask AWS for more, which takes days. */
const WARNING_SHARE = 0.8;
/** OIDC providers of an account, unless AWS has raised it: no call tells (IAM User Guide, IAM and STS quotas). */
const DEFAULT_PROVIDERS = 100;

interface Quota {
  readonly what: string;
  readonly used: number;
  readonly limit: number;
}

/** Each quota that is nearly used up, else what is left of all of them in one line. */
export function quotaChecks(
  judge: Judge,
  grants: readonly Grant[],
  observation: AccountObservation,
): readonly Check[] {
  const code = 'account.quotas';
  const { quotas } = observation;
  if (quotas.state === 'unknown') return [judge.untried(code, 'the account was not read')];
  const filling = fillingQuotas(quotas.value, observation);
  const [largest] = [...grants].sort((a, b) => b.managedPolicies.length - a.managedPolicies.length);
  const attached = {
    what: 'managed policies of a role',
    used: largest?.managedPolicies.length ?? 0,
    limit: quotas.value.managedPoliciesPerRole,
  };
  const tight = [
    ...(attached.used > attached.limit
      ? [judge.failed(code, `The grant ${largest?.name ?? ''}: ${formatQuota(attached)}.`)]
      : []),
    ...filling
      .filter(({ used, limit }) => used >= limit * WARNING_SHARE)
      .map((quota) =>
        quota.used >= quota.limit
          ? judge.failed(code, `Nothing is left: ${formatQuota(quota)}.`)
          : judge.warning(code, `${formatQuota(quota)}.`),
      ),
  ];
  return tight.length > 0
    ? tight
    : [judge.ok(code, `${[...filling, attached].map(formatQuota).join('; ')}.`)];
}

function fillingQuotas(
  { roles: limit, rolesUsed, trustLength }: AccountQuotas,
  { roles, providers }: AccountObservation,
): readonly Quota[] {
  const trusts = listSeenRoles({ roles }).map(({ trust }) => trustSize(trust));
  const present = providers.state === 'complete' ? providers.value.arns.length : 0;
  return [
    { what: 'roles', used: rolesUsed, limit },
    { what: 'OIDC providers by AWS’s default', used: present, limit: DEFAULT_PROVIDERS },
    { what: 'characters of the longest trust', used: Math.max(0, ...trusts), limit: trustLength },
  ];
}

const formatQuota = ({ what, used, limit }: Quota) => `${used} of ${limit} ${what}`;
