import { matchesPattern, patternsMeet } from '../kernel/glob.ts';
import { isObject, toList, type Json, type PolicyDocument, type Statement } from './policy-document.ts';

/**
 * Actions that the policies allow and the boundary does not, as patterns, sorted:
 *
 *     policies allow | boundary                       | cut off
 *     ---------------+--------------------------------+---------
 *     s3:*           | Allow s3:* on *                | none
 *     s3:*           | Allow s3:Get* on *             | s3:*
 *     *              | Allow NotAction iam:* on *     | iam:*
 *     iam:PassRole   | Allow NotAction iam:* on *     | iam:PassRole
 *     ec2:*          | Allow *, Deny ec2:Run*         | ec2:Run*
 *
 * A statement of the boundary that has a Condition, or names resources, allows only a part: it covers nothing, so that the
 * actions are named as ones that it may cut off. `NotAction` of the policies stands for everything.
 */
export function listCutActions(
  policies: readonly PolicyDocument[],
  boundary: PolicyDocument,
): readonly string[] {
  const allowed = policies.flatMap(listAllowed);
  const statements = toList<Statement>(boundary.Statement);
  const cut = allowed.flatMap((action) => [
    ...cutByAllow(
      action,
      statements.filter(({ Effect: effect }) => effect === 'Allow'),
    ),
    ...statements.flatMap((statement) => (statement.Effect === 'Deny' ? cutByDeny(action, statement) : [])),
  ]);
  return [...new Set(cut)].sort();
}

function listAllowed({ Statement: statements }: PolicyDocument): readonly string[] {
  return toList<Statement>(statements).flatMap(({ Effect: effect, Action: action, NotAction: others }) => {
    if (effect !== 'Allow') return [];
    return others === undefined ? listNames(action) : ['*'];
  });
}

/** Names ignore case. */
const listNames = (names: Json | undefined): readonly string[] =>
  toList<Json>(names).flatMap((name) => (typeof name === 'string' ? [name] : []));

const lower = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase());

/** The smallest part that the best statement leaves out; none where one covers all of it. */
function cutByAllow(action: string, allows: readonly Statement[]): readonly string[] {
  const parts = allows.filter(isUnlimited).flatMap((statement) => {
    if (statement.NotAction !== undefined) return [listNames(statement.NotAction).flatMap(meet(action))];
    const covers = lower(listNames(statement.Action)).some((name) =>
      matchesPattern(name, action.toLowerCase()),
    );
    return covers ? [[]] : [];
  });
  return parts.sort((a, b) => a.length - b.length)[0] ?? [action];
}

function cutByDeny(action: string, { Action: names, NotAction: others }: Statement): readonly string[] {
  if (others === undefined) return listNames(names).flatMap(meet(action));
  return lower(listNames(others)).some((name) => matchesPattern(name, action.toLowerCase())) ? [] : [action];
}

/** What two patterns have in common, named by the narrower one. */
const meet =
  (action: string) =>
  (name: string): readonly string[] => {
    const [one, other] = [action.toLowerCase(), name.toLowerCase()];
    if (!patternsMeet(one, other)) return [];
    return [matchesPattern(other, one) ? action : name];
  };

function isUnlimited({ Condition: condition, Resource: resource, NotResource: others }: Statement): boolean {
  const hasCondition = isObject(condition) && Object.keys(condition).length > 0;
  return !hasCondition && others === undefined && listNames(resource).includes('*');
}
