import { parseTenant } from '../issuers/azure-issuer.ts';
import type { NamedProvider } from '../policy/azure-entries.ts';
import { ENTRA_TOKEN_AUDIENCE, microsoftTenants, TOKEN_EXCHANGE_AUDIENCE } from '../issuers/issuer.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import type { Statement } from '../policy/policy-document.ts';
import type { ConditionEntry } from '../policy/statement-condition.ts';
import { conditionEntries } from '../policy/statement-condition.ts';

/**
 * Whose connector a statement is. Microsoft's connectors (Sentinel, Defender for Cloud) and those of other vendors come
 * with tokens of a tenant of their own, for an application of their own, and are told apart by the session name: there is
 * no subject to ask for.
 *
 *     microsoft   the tenant is one of Microsoft's
 *     vendor      it is one that the configuration does not name
 *     none        the statement does not ask for such an audience and a session name, or the tenant is ours, in which
 *                 anybody may choose a session name
 */
export type ConnectorOwner = 'microsoft' | 'vendor' | 'none';

export function connectorOwner(
  statement: Statement,
  named: readonly NamedProvider[],
  tenants: readonly string[],
): ConnectorOwner {
  const exact = conditionEntries(statement).filter(isExact);
  const requiresClaim = (key: string, isFit: (value: string) => boolean) =>
    exact.some((entry) => entry.key === key.toLowerCase() && (entry.values ?? []).every(isFit));
  const isFenced =
    named.length > 0 &&
    requiresClaim('sts:RoleSessionName', () => true) &&
    named.every(
      ({ issuer }) =>
        issuer.kind === 'entra' && requiresClaim(`${issuer.canonical}:aud`, isOfAnotherApplication),
    );
  if (!isFenced) return 'none';
  const asked = named.map(({ issuer }) => parseTenant(issuer.canonical));
  if (asked.every((tenant) => microsoftTenants.includes(tenant))) return 'microsoft';
  return asked.some((tenant) => tenants.includes(tenant)) ? 'none' : 'vendor';
}

const isOfAnotherApplication = (audience: string): boolean =>
  audience !== ENTRA_TOKEN_AUDIENCE && !audience.startsWith(TOKEN_EXCHANGE_AUDIENCE);

/** The value stands there letter for letter. */
function isExact({ operator, values }: ConditionEntry): boolean {
  const { set, base, isIfExists } = readOperatorName(operator);
  const isPlain = (base === 'StringEquals' || base === 'StringLike') && !isIfExists && set === undefined;
  return isPlain && values !== undefined && !values.some((value) => /[*?]|\$\{/.test(value));
}
