import type { Cause } from './change.ts';
import type { Grant } from '../configuration/configuration.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { markFindings } from './ownership.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import {
  allowingPart,
  buildConditions,
  listIdleConditions,
  withoutConditions,
} from '../policy/live-trust.ts';
import { formatStatement } from '../policy/statement-text.ts';
import { compareTrust, foreignDenials } from '../policy/trust-document.ts';
import { toList, type Statement } from '../policy/policy-document.ts';
import { trustWeaknesses } from '../policy/trust-weaknesses.ts';
import { policyDigest } from '../iam/role-fields.ts';
import { missingPolicyFindings } from '../desired/policy-needs.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import type { RoleFacts } from './role-facts.ts';
import { isListed, keepAdditions, ownPart, type TrustDesign } from '../policy/trust-narrowing.ts';
import { listIf } from '../kernel/group-by.ts';

/** What a repair says beside its change. */
export function repairFindings(
  facts: RoleFacts,
  grant: Grant,
  design: RoleDesign,
  observed: ObservedRole,
  found: Readonly<Record<'fields' | 'denials' | 'lacking', readonly string[]>> & { readonly cause: Cause },
): readonly Finding[] {
  const { fields, denials, lacking, cause } = found;
  const about = {
    roleArn: observed.arn,
    ...(facts.target.bindings[0] ? { connectionId: facts.target.bindings[0].connectionId } : {}),
  };
  return [
    ...(fields.includes('trust') ? looseFindings(facts, observed, design.trust) : []),
    ...(facts.asks === 'adopt' ? [] : markFindings(facts, observed)),
    ...additionFindings(design, observed, denials, about),
    ...(lacking.length > 0
      ? missingPolicyFindings(facts.target, grant, design.state, facts.missingPolicies)
      : []),
    ...listIf(
      cause === 'conflict',
      finding('role.conflict', `${observed.arn} changed on both sides.`, {
        ...about,
        evidence: { fields },
      }),
    ),
  ];
}

/** What somebody put on the role and what stays: Deny statements, and conditions on our own statement of the trust. */
function additionFindings(
  { state, trust, former }: RoleDesign,
  observed: ObservedRole,
  fields: readonly string[],
  about: Pick<Finding, 'roleArn' | 'connectionId'>,
): readonly Finding[] {
  const isFenced =
    fields.includes('trust') &&
    !samePolicy(keepAdditions(allowingPart(observed.trust), trust, former), state.trust);
  const isBound = fields.includes('boundary') && state.boundary === undefined;
  const isDenied = (path: string) =>
    path === 'trust' ? foreignDenials(observed.trust).length > 0 : path !== 'boundary' || !isBound;
  const denied = fields.filter(isDenied);
  return [
    ...listIf(
      denied.length > 0,
      finding('role.incident', `Somebody put a Deny on ${observed.arn}.`, {
        ...about,
        evidence: { fields: denied },
      }),
    ),
    ...listIf(
      isBound,
      finding('role.foreign-boundary', `${observed.arn} has a boundary that its grant does not ask for.`, {
        ...about,
        evidence: { boundary: observed.boundary },
      }),
    ),
    ...(isFenced ? [finding('trust.fenced', describeFence(observed, trust), about)] : []),
  ];
}

/** What every token of the connections meets is named: it is safe to remove, and azfed cannot know that nobody means it. */
function describeFence({ arn, trust }: ObservedRole, { bindings, statements }: RoleDesign['trust']): string {
  const added = `Somebody added a condition to the trust of ${arn}`;
  const met = buildConditions(listIdleConditions(ownPart(trust, { statements }), bindings));
  const { conditions } = formatStatement({
    Condition: withoutConditions(met, bindings[0]?.conditions ?? {}),
  });
  return conditions.length === 0
    ? `${added}.`
    : `${added}. Every token of its connections meets ${conditions.join('; ')}: in IAM, remove that from the trust, and leave the exact audience and subject.`;
}

/** What makes the live trust looser than it may be. One that is as azfed last wrote it is to be changed, and nobody has loosened it. */
export function looseFindings(
  { target, recorded }: RoleFacts,
  observed: ObservedRole,
  trust: TrustDesign,
): readonly Finding[] {
  if (compareTrust(ownPart(observed.trust, trust), trust.bindings) === 'same') return [];
  const seen = policyDigest(observed.trust);
  if (recorded.some(({ written }) => written['trust'] === seen)) return [];
  const live = toList<Statement>(observed.trust.Statement);
  const isMeant = (index: number | undefined) => {
    const statement = index === undefined ? undefined : live[index];
    return statement !== undefined && isListed(statement, trust.statements);
  };
  const weaknesses = trustWeaknesses(
    observed.trust,
    trust.bindings.map(({ providerArn }) => providerArn),
  ).filter(({ statement }) => !isMeant(statement));
  if (weaknesses.length === 0) return [];
  const connectionId = target.bindings[0]?.connectionId;
  const message = `The trust of ${observed.arn} is looser than azfed writes it.`;
  return [
    finding('trust.loose', message, {
      roleArn: observed.arn,
      ...(connectionId ? { connectionId } : {}),
      evidence: { weaknesses },
    }),
  ];
}
