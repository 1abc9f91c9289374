import {
  isList,
  isObject,
  renderPolicy,
  toList,
  type Json,
  type JsonObject,
  type PolicyDocument,
  type Statement,
} from './policy-document.ts';
import { samePolicy } from './canonical-policy.ts';
import type { Fence } from './live-trust.ts';
import {
  allowingPart,
  buildConditions,
  buildFencedTrust,
  commonFence,
  hasAdmission,
  listAdmissions,
  listIdleConditions,
  passFences,
  withoutConditions,
} from './live-trust.ts';
import type { Conditions, TrustBinding } from './trust-document.ts';
import { buildTrust, compareTrust, foreignDenials, listConditions } from './trust-document.ts';
import { expandsVariables } from './trust-evaluator.ts';

/** A trust as it is to be. */
export interface TrustDesign {
  /** Whom azfed's own statements let in, one for each issuer. */
  readonly bindings: readonly TrustBinding[];
  /** Further statements of the grant, such as a break-glass role: they stand in the trust to the letter. */
  readonly statements: readonly Statement[];
  /** Conditions that azfed itself wrote into its statements before: no fence of somebody else. Left out: none. */
  readonly formerConditions?: Conditions;
}

/**
 * A document that azfed takes statements from, as one of the Version that azfed writes: what begins with `${` is a variable
 * there, and in older documents plain text.
 */
export function toCurrentVersion(document: PolicyDocument): PolicyDocument {
  if (expandsVariables(document) || !renderPolicy(document).includes('${')) return document;
  const statements = listStatements(document).map(escapeMembers);
  return { ...document, Version: '2012-10-17', Statement: statements };
}

const escapeMembers = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, member = null]) => [key, escapeVariables(member)]));

function escapeVariables(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('${', '${$}{');
  if (isList(value)) return value.map(escapeVariables);
  return isObject(value) ? escapeMembers(value) : value;
}

/** The document of a trust as it is to be. */
export function renderTrust({ bindings, statements }: TrustDesign): PolicyDocument {
  return withStatements(buildTrust(bindings), statements);
}

/** The same trust with nobody in it by azfed's own statements. */
export function closedTrust({ bindings, statements }: TrustDesign): PolicyDocument {
  const closed = bindings.slice(0, 1).map((binding) => ({ ...binding, subjects: [] }));
  return withStatements(buildTrust(closed), statements);
}

/** What of a live trust azfed's own statements are compared with: no Deny, and none of the further statements. */
export function ownPart(
  document: PolicyDocument,
  { statements }: Pick<TrustDesign, 'statements'>,
): PolicyDocument {
  const allowing = allowingPart(document);
  if (statements.length === 0) return allowing;
  return { ...allowing, Statement: listStatements(allowing).filter((one) => !isListed(one, statements)) };
}

/** Whether the trust holds every further statement of the grant. */
function hasAllStatements(
  document: PolicyDocument,
  { statements }: Pick<TrustDesign, 'statements'>,
): boolean {
  const live = listStatements(document);
  return statements.every((statement) => isListed(statement, live));
}

const listStatements = ({ Statement: statements }: PolicyDocument) => toList<Statement>(statements);

/** Whether IAM would take one of these for the statement. */
export function isListed(statement: Statement, statements: readonly Statement[]): boolean {
  return statements.some((one) => samePolicy({ Statement: one }, { Statement: statement }));
}

/** The design for a role that a person takes over: what keeps no token of its connections out is nobody's fence. */
export function forgiveIdleConditions(observed: PolicyDocument, design: TrustDesign): TrustDesign {
  const idle = listIdleConditions(ownPart(observed, design), design.bindings);
  const known = listConditions(design.formerConditions ?? {});
  return { ...design, formerConditions: buildConditions([...known, ...idle]) };
}

/** By a new subject: those that its connection had before, under which the live trust may let it in. */
export type FormerNames = ReadonlyMap<string, readonly string[]>;

/**
 * The live trust without what the desired one does not allow; `undefined` when there is nothing to take away. Whom the live
 * trust lets in and who belongs there stays in, however the live trust says so and behind the same fence. Its further
 * statements stay where the grant lists them; one that is missing is not added here. Its Deny statements stay: they take
 * nothing away from the narrowing, and are their author's to remove.
 */
export function narrowedTrust(found: PolicyDocument, design: TrustDesign): PolicyDocument | undefined {
  const { bindings, statements } = design;
  const observed = toCurrentVersion(found);
  const own = ownPart(observed, design);
  const relation = compareTrust(own, bindings);
  if (relation === 'same' || relation === 'narrower') return undefined;
  const confirmed = bindings
    .map((binding) => ({ ...binding, subjects: listAdmittedSubjects(own, binding) }))
    .filter(({ subjects }) => subjects.length > 0);
  const selectFences = (binding: TrustBinding, subject: string | undefined) =>
    subject === undefined ? [commonFence(own, binding)] : listAdmissions(own, binding, subject);
  const closed = bindings.slice(0, 1).map((binding) => ({ ...binding, subjects: [] }));
  const left = buildFencedTrust(confirmed.length > 0 ? confirmed : closed, selectFences);
  const live = listStatements(observed);
  const kept = withStatements(
    left,
    statements.filter((statement) => isListed(statement, live)),
  );
  return withStatements(kept, foreignDenials(observed));
}

/**
 * The desired trust with what somebody added to the live one and what stays until a person takes it away: Deny statements,
 * and conditions on our own statement. Who is new stands behind the fence that the connection has under its former name,
 * else behind the one that all statements have in common.
 */
export function keepAdditions(
  found: PolicyDocument,
  design: TrustDesign,
  former: FormerNames,
): PolicyDocument {
  const observed = toCurrentVersion(found);
  const own = ownPart(observed, design);
  const { bindings, statements, formerConditions = {} } = design;
  const selectFences = (binding: TrustBinding, subject: string | undefined): readonly Fence[] => {
    const names = subject === undefined ? [] : [subject, ...(former.get(subject) ?? [])];
    const passed = names.map((name) => passFences(own, binding, { former: name, subject: subject ?? name }));
    const fences = passed.find(({ length }) => length > 0) ?? [commonFence(own, binding)];
    return fences.map((fence) => withoutConditions(fence, formerConditions));
  };
  return withStatements(
    withStatements(buildFencedTrust(bindings, selectFences), statements),
    foreignDenials(observed),
  );
}

/** Subjects of the binding that the live trust surely lets in, fenced or not. */
function listAdmittedSubjects(allowing: PolicyDocument, binding: TrustBinding): readonly string[] {
  return binding.subjects.filter((subject) => hasAdmission(allowing, binding, subject));
}

/**
 * Whether somebody is to be let in who is not: a connection that is not let in under a former name either, or whomever a
 * further statement of the grant lets in that the live trust lacks.
 */
export function admitsNewcomers(observed: PolicyDocument, design: TrustDesign, former: FormerNames): boolean {
  const own = ownPart(observed, design);
  if (!hasAllStatements(observed, design)) return true;
  return design.bindings.some((binding) =>
    binding.subjects.some((subject) =>
      [subject, ...(former.get(subject) ?? [])].every((name) => !hasAdmission(own, binding, name)),
    ),
  );
}

/** In a trust it takes away whatever any other Deny does. IAM may refuse `"*"` in the place of the map (aws-cdk pull request 5746). */
export const DENY_EVERYBODY: Statement = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:*' };

/** The Deny statements of a live policy that the desired one does not have, as a document of its Version says them. */
export function addedDenials(
  observed: PolicyDocument,
  desired: PolicyDocument | undefined,
): readonly Statement[] {
  const live = desired && expandsVariables(desired) ? toCurrentVersion(observed) : observed;
  const ours = desired ? foreignDenials(desired) : [];
  return foreignDenials(live).filter((denial) => !isListed(denial, ours));
}

/** A policy with these statements as well. */
export function withStatements(document: PolicyDocument, statements: readonly Statement[]): PolicyDocument {
  if (statements.length === 0) return document;
  return { ...document, Statement: [...listStatements(document), ...statements] };
}
