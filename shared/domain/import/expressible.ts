import { splitRoleArn, providerArn } from '../kernel/arn.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { AccountId } from '../kernel/ids.ts';
import { formatConditions } from '../policy/canonical-policy.ts';
import { toList, type Statement } from '../policy/policy-document.ts';
import { buildTrust, trustSize } from '../policy/trust-document.ts';
import { nameConnection, type ImportFinding } from './import-catalogue.ts';
import type { ImportedAccess, ImportSources } from './import-reading.ts';

/**
 * What no grant can say of a role: conditions and issuers of a grant are those of all its connections, and its trust has to fit
 * into the quota. Where it does not fit, those who are named one by one go before those whom a pattern lets in.
 */
export function keepExpressible(
  all: readonly ImportedAccess[],
  { observations }: ImportSources,
): { readonly accesses: readonly ImportedAccess[]; readonly refused: readonly ImportFinding[] } {
  const room = new Map(
    observations.flatMap(({ account, quotas }) =>
      quotas.state === 'complete' ? [[account, quotas.value.trustLength] as const] : [],
    ),
  );
  const groups = [...groupItems(all, ({ role }) => role.arn).values()].map((group) => {
    const most = room.get(group[0]?.role.account ?? ('' as AccountId)) ?? Infinity;
    if (isMixed(group)) return { kept: [], refused: group, why: 'other conditions or issuers than the next' };
    if (measureTrust(group) <= most) return { kept: group, refused: [], why: '' };
    const asking = group.filter(({ type }) => type === 'aws');
    const kept = asking.length > 0 && measureTrust(asking) <= most ? asking : [];
    const refused = group.filter((one) => !kept.includes(one));
    return { kept, refused, why: 'no room to name all whom it lets in' };
  });
  return {
    accesses: groups.flatMap(({ kept }) => kept),
    refused: groups.flatMap(({ refused, why }) =>
      [...new Map(refused.map((one) => [one.connection.id, one])).values()].map(({ connection, role }) =>
        nameConnection(
          'import.not-expressible',
          connection,
          `is let in by the trust of ${role.arn}, which has ${why}`,
          role.arn,
        ),
      ),
    ),
  };
}

function isMixed(group: readonly ImportedAccess[]): boolean {
  const terms = group.map(({ admission, issuer }) => `${issuer} ${formatConditions(admission.fence)}`);
  return new Set(terms).size > 1 || group.some(({ admission }) => admission.hasOtherFence);
}

/** Characters of the trust that azfed would write. */
function measureTrust(group: readonly ImportedAccess[]): number {
  const [first] = group;
  if (!first) return 0;
  const { role, trust, admission } = first;
  const bindings = [...groupItems(group, (one) => one.admission.candidate.profile.issuer)].map(
    ([issuer, same]) => ({
      issuer,
      audience: same[0]?.admission.candidate.profile.audience ?? '',
      providerArn: providerArn(splitRoleArn(role.arn).partition, role.account, issuer),
      subjects: same.map((one) => one.admission.candidate.subject),
    }),
  );
  const { Statement: own } = buildTrust(bindings);
  const whole = [...toList<Statement>(own), ...trust.statements, ...trust.denials];
  const fence = Object.keys(admission.fence).length === 0 ? 0 : JSON.stringify(admission.fence).length;
  return trustSize({ Version: '2012-10-17', Statement: whole }) + fence * bindings.length;
}
