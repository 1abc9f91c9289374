import type { PolicyDocument, Statement } from './policy/policy-document.ts';
import { listOf } from './policy/policy-document.ts';
import { samePolicy } from './policy/canonical-policy.ts';
import type { TrustBinding } from './policy/trust-document.ts';
import { buildTrust, compareTrust, foreignDenials } from './policy/trust-document.ts';
import type { WebIdentityRequest } from './policy/trust-evaluator.ts';
import { evaluateTrust } from './policy/trust-evaluator.ts';

/** The same trust with nobody in it. */
export function closedTrust(trust: readonly TrustBinding[]): PolicyDocument {
  return buildTrust(trust.slice(0, 1).map((binding) => ({ ...binding, subjects: [] })));
}

/**
 * The live trust without what the desired one does not allow; `undefined` when there is nothing to take away. Its Deny
 * statements stay: they take nothing away from the narrowing, and are their author's to remove.
 */
export function narrowedTrust(
  observed: PolicyDocument,
  desired: readonly TrustBinding[],
): PolicyDocument | undefined {
  const denials = foreignDenials(observed);
  const allowing = denials.length === 0 ? observed : without(observed, denials);
  const relation = compareTrust(allowing, desired);
  if (relation === 'same' || relation === 'narrower') return undefined;
  return withDenials(relation === 'wider' ? buildTrust(desired) : agreedTrust(allowing, desired), denials);
}

/**
 * What the live trust and the desired one both allow: who is meant to be in and surely is, however the live one says so,
 * stays in while the rest is taken away.
 */
function agreedTrust(observed: PolicyDocument, desired: readonly TrustBinding[]): PolicyDocument {
  const agreed = desired.map((binding) => ({
    ...binding,
    subjects: binding.subjects.filter((subject) => surelyAdmits(observed, { ...binding, subject })),
  }));
  const open = agreed.filter(({ subjects }) => subjects.length > 0);
  return open.length > 0 ? buildTrust(open) : closedTrust(desired);
}

function surelyAdmits(trust: PolicyDocument, request: WebIdentityRequest): boolean {
  const decision = evaluateTrust(trust, request);
  return decision.decision === 'allowed' && decision.isCertain;
}

/** The Deny statements of a live policy that the desired one does not have. */
export function addedDenials(
  observed: PolicyDocument,
  desired: PolicyDocument | undefined,
): readonly Statement[] {
  const ours = desired ? foreignDenials(desired) : [];
  return foreignDenials(observed).filter(
    (denial) => !ours.some((own) => samePolicy({ Statement: own }, { Statement: denial })),
  );
}

/** A policy with the Deny statements that somebody added to it. */
export function withDenials(document: PolicyDocument, denials: readonly Statement[]): PolicyDocument {
  if (denials.length === 0) return document;
  return { ...document, Statement: [...listOf<Statement>(document.Statement), ...denials] };
}

function without(document: PolicyDocument, denials: readonly Statement[]): PolicyDocument {
  const rest = listOf<Statement>(document.Statement).filter((statement) => !denials.includes(statement));
  return { ...document, Statement: rest };
}
