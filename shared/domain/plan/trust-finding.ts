import type { Finding } from '../findings/finding.ts';
import { finding } from '../findings/finding.ts';
import { compareTrust } from '../policy/trust-document.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import { trustWeaknesses } from '../policy/trust-weaknesses.ts';
import type { ObservedRole } from '../iam/role.ts';
import { policyDigest } from '../iam/role-fields.ts';
import type { RoleFacts } from './role-facts.ts';

/** What makes the live trust looser than it may be. One that is as azfed last wrote it is to be changed, and nobody has loosened it. */
export function looseFindings(
  { target, recorded }: RoleFacts,
  observed: ObservedRole,
  trust: readonly TrustBinding[],
): readonly Finding[] {
  if (compareTrust(observed.trust, trust) === 'same') return [];
  const seen = policyDigest(observed.trust);
  if (recorded.some(({ written }) => written['trust'] === seen)) return [];
  const weaknesses = trustWeaknesses(
    observed.trust,
    trust.map(({ providerArn }) => providerArn),
  );
  if (weaknesses.length === 0) return [];
  const connectionId = target.bindings[0]?.connectionId;
  const message = `The trust of ${observed.arn} lets in more than it should.`;
  return [
    finding('trust.loose', message, {
      roleArn: observed.arn,
      ...(connectionId ? { connectionId } : {}),
      evidence: { weaknesses },
    }),
  ];
}
