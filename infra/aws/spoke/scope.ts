import { issuersIn } from '../../../shared/config/issuers.ts';
import type { Configuration } from '../configuration-text.ts';
import type { SpokeScope } from './spoke-grants.ts';

/** Nothing is called so: an empty list is no policy. */
const NONE = 'azfed-none';

/** What the grants allow, for all accounts at once: `account` is an id, or `*` where the account is not known. */
export function grantedScope(
  { organizations, grants }: Configuration,
  partition: string,
  account: string,
): Omit<SpokeScope, 'ownRoles'> {
  const arn = `arn:${partition}:iam::${account}`;
  const inPlace = (pattern: string) =>
    pattern.replace('{partition}', partition).replace('{account}', account);
  return {
    roles: listOf(
      grants.map(({ role }) => `${arn}:role${literal(role.path)}*`),
      `${arn}:role/${NONE}/*`,
    ),
    providers: issuersIn({ organizations }).map((issuer) => `${arn}:oidc-provider/${issuer}`),
    boundaries: listOf(
      grants.map(({ boundary }) => inPlace(boundary)),
      `${arn}:policy/${NONE}`,
    ),
    managedPolicies: listOf(
      grants.flatMap(({ managedPolicies }) => managedPolicies.map(inPlace)),
      `${arn}:policy/${NONE}`,
    ),
  };
}

/** `${` would begin a policy variable (IAM User Guide, policy variables). */
function literal(path: string): string {
  return path.split('$').join('${$}');
}

function listOf(values: readonly string[], none: string): readonly string[] {
  return values.length > 0 ? [...new Set(values)] : [none];
}
