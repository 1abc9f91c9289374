import type { PolicyDocument, Statement } from './policy-document.ts';
import { toList } from './policy-document.ts';
import { samePolicy } from './canonical-policy.ts';
import type { Fence } from './live-trust.ts';
import { findAdmission, allowingPart, buildFencedTrust, commonFence } from './live-trust.ts';
import type { TrustBinding } from './trust-document.ts';
import { buildTrust, compareTrust, foreignDenials } from './trust-document.ts';

/** The same trust with nobody in it. */
export function closedTrust(trust: readonly TrustBinding[]): PolicyDocument {
  return buildTrust(trust.slice(0, 1).map((binding) => ({ ...binding, subjects: [] })));
}

/** By a new subject: those that its connection had before, under which the live trust may let it in. */
export type FormerNames = ReadonlyMap<string, readonly string[]>;

/**
 * The live trust without what the desired one does not allow; `undefined` when there is nothing to take away. Whom the live
 * trust lets in and who belongs there stays in, however the live trust says so and behind the same fence. Its Deny
 * statements stay: they take nothing away from the narrowing, and are their author's to remove.
 */
export function narrowedTrust(
  observed: PolicyDocument,
  desired: readonly TrustBinding[],
): PolicyDocument | undefined {
  const allowing = allowingPart(observed);
  const relation = compareTrust(allowing, desired);
  if (relation === 'same' || relation === 'narrower') return undefined;
  const confirmed = desired
    .map((binding) => ({ ...binding, subjects: listAdmittedSubjects(allowing, binding) }))
    .filter(({ subjects }) => subjects.length > 0);
  const selectFence = (binding: TrustBinding, subject: string | undefined) =>
    (subject === undefined ? undefined : findAdmission(allowing, binding, subject)) ??
    commonFence(allowing, binding);
  const closed = desired.slice(0, 1).map((binding) => ({ ...binding, subjects: [] }));
  const left = buildFencedTrust(confirmed.length > 0 ? confirmed : closed, selectFence);
  return withDenials(left, foreignDenials(observed));
}

/**
 * The desired trust with what somebody added to the live one and what stays until a person takes it away: Deny statements,
 * and conditions on our own statement. Who is new stands behind the fence that the connection has under its former name,
 * else behind the one that all statements have in common.
 */
export function keepAdditions(
  observed: PolicyDocument,
  desired: readonly TrustBinding[],
  former: FormerNames,
): PolicyDocument {
  const allowing = allowingPart(observed);
  const selectFence = (binding: TrustBinding, subject: string | undefined): Fence => {
    const names = subject === undefined ? [] : [subject, ...(former.get(subject) ?? [])];
    const fences = names.map((name) => findAdmission(allowing, binding, name));
    return fences.find((fence) => fence !== undefined) ?? commonFence(allowing, binding);
  };
  return withDenials(buildFencedTrust(desired, selectFence), foreignDenials(observed));
}

/** Subjects of the binding that the live trust surely lets in, fenced or not. */
function listAdmittedSubjects(allowing: PolicyDocument, binding: TrustBinding): readonly string[] {
  return binding.subjects.filter((subject) => findAdmission(allowing, binding, subject) !== undefined);
}

/** Whether somebody is to be let in who is not, and whose connection is not let in under a former name either. */
export function admitsNewcomers(
  observed: PolicyDocument,
  desired: readonly TrustBinding[],
  former: FormerNames,
): boolean {
  const allowing = allowingPart(observed);
  return desired.some((binding) =>
    binding.subjects.some((subject) =>
      [subject, ...(former.get(subject) ?? [])].every(
        (name) => findAdmission(allowing, binding, name) === undefined,
      ),
    ),
  );
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
  return { ...document, Statement: [...toList<Statement>(document.Statement), ...denials] };
}
