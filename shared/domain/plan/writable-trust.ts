import type { Target } from '../desired/claims.ts';
import { designTrust } from '../desired/role-design.ts';
import { trustDigest } from '../iam/role-fields.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { Step, Steps } from '../iam/iam-operation.ts';
import { allowingPart, hasAdmission } from '../policy/live-trust.ts';
import { withoutGonePrincipals } from '../policy/gone-principals.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { trustSize } from '../policy/trust-document.ts';
import { DENY_EVERYBODY, addedDenials, closedTrust, withStatements } from '../policy/trust-narrowing.ts';
import type { Cause } from './change.ts';

/** What decides which trusts IAM takes for a role. */
interface TrustFacts {
  readonly target: Target;
  /** The role as IAM shows it. */
  readonly shown: ObservedRole | undefined;
  /** Non-whitespace characters that a trust policy may have in this account. */
  readonly trustLength: number;
}

interface WritableSteps {
  readonly steps: Steps;
  /** The Deny statements that the live trust has leave no room for a narrowing: one Deny of everybody stands for them. */
  readonly isShut: boolean;
}

/**
 * The steps with trusts that IAM takes: with the Deny statements that the live one has, the expected ones among them, and
 * without allowed principals that are gone.
 *
 * A narrowing that has no room beside them never waits for a person to make it. A Deny of everybody takes their place, which
 * only a person removes: nobody gets in whom they keep out. A changed configuration takes no access from a connection that way:
 * IAM refuses its narrowing, and the trust stays as it was granted.
 */
export function makeTrustsWritable(steps: Steps, facts: TrustFacts, cause: Cause): WritableSteps {
  const live = facts.shown?.trust ?? {};
  const complete = (trust: PolicyDocument) =>
    withStatements(withoutGonePrincipals(trust, 'Allow'), addedDenials(live, trust));
  const { narrowing, widening, atOnce } = steps;
  // A live trust beyond the quota shows that the quota is another one: IAM then says what it takes.
  const room = trustSize(live) > facts.trustLength ? Infinity : facts.trustLength;
  const isShut =
    !(cause === 'change' && admitsConnection(live, facts.target)) &&
    narrowing.some((step) => step.action === 'setTrust' && trustSize(complete(step.trust)) > room);
  if (isShut)
    return {
      steps: { narrowing: rewriteTrusts(narrowing, () => shut(facts.target)), widening: [] },
      isShut,
    };
  return {
    steps: {
      narrowing: rewriteTrusts(narrowing, complete),
      widening: rewriteTrusts(widening, complete),
      ...(atOnce ? { atOnce: rewriteTrusts(atOnce, complete) } : {}),
    },
    isShut,
  };
}

function admitsConnection(live: PolicyDocument, { role, bindings }: Target): boolean {
  const allowing = allowingPart(live);
  return designTrust(role, bindings).some((binding) =>
    binding.subjects.some((subject) => hasAdmission(allowing, binding, subject)),
  );
}

/** Closed besides: whether a Deny of everybody of AWS keeps the tokens of a provider out is not documented. */
const shut = ({ role, bindings }: Target): PolicyDocument =>
  withStatements(closedTrust({ bindings: designTrust(role, bindings), statements: [] }), [DENY_EVERYBODY]);

/** What is read back is what was written. */
function rewriteTrusts(
  steps: readonly Step[],
  rewrite: (trust: PolicyDocument) => PolicyDocument,
): readonly Step[] {
  let written: PolicyDocument | undefined;
  return steps.map((step): Step => {
    if (step.action === 'setTrust') {
      written = rewrite(step.trust);
      return { ...step, trust: written };
    }
    if (step.action !== 'readBack' || !written || !('trust' in step.expected)) return step;
    return { ...step, expected: { ...step.expected, trust: trustDigest(written) } };
  });
}
