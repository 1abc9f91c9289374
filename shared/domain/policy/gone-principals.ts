import { isObject, toList, type Json, type PolicyDocument, type Statement } from './policy-document.ts';

/**
 * IAM keeps users and roles that a policy names by their unique ids, shows a deleted one by its id, and takes no policy that
 * names it (IAM User Guide, principals and unique identifiers). Nobody ever gets such an id again.
 */
const uniqueId = /\bA[A-Z]{3}[A-Z0-9]{12,}\b/g;

/** Whether IAM shows a deleted user or role so. */
export const isDeletedPrincipal = (member: Json): boolean =>
  typeof member === 'string' && listIds(member)[0] === member;

/** The unique ids that a text names. */
export const listIds = (text: string): readonly string[] => text.match(uniqueId) ?? [];

/** The statement without principals that are gone; `undefined`: it names nobody else. What only excepted them is about everybody. */
export function withoutGone(statement: Statement, isGone = isDeletedPrincipal): Statement | undefined {
  const { Principal: principal, NotPrincipal: excepted, ...rest } = statement;
  const element = isObject(principal) ? principal : excepted;
  if (!isObject(element) || !toList(element['AWS']).some(isGone)) return statement;
  const { AWS: members, ...others } = element;
  const left = toList(members).filter((member) => !isGone(member));
  const named = { ...(left.length > 0 ? { AWS: left } : {}), ...others };
  if (Object.keys(named).length > 0)
    return { ...rest, [element === principal ? 'Principal' : 'NotPrincipal']: named };
  return element === principal ? undefined : { ...rest, Principal: '*' };
}

/** The policy without those of its statements that are about principals of these effects who are gone. */
export function withoutGonePrincipals(
  document: PolicyDocument,
  effect: 'Allow' | 'Deny',
  isGone?: (member: Json) => boolean,
): PolicyDocument {
  const statements = toList<Statement>(document.Statement);
  const left = statements
    .map((one) => (one.Effect === effect ? withoutGone(one, isGone) : one))
    .filter((one) => one !== undefined);
  const isAsBefore =
    left.every((one, index) => one === statements[index]) && left.length === statements.length;
  return isAsBefore ? document : { ...document, Statement: left };
}
