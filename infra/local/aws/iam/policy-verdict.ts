import { matchesPattern } from '../../../../shared/domain/kernel/glob.ts';
import type { Json, PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import type { Lookup } from '../../../../shared/domain/policy/policy-variable.ts';
import { conditionEntries, entryTruth } from '../../../../shared/domain/policy/statement-condition.ts';
import { all } from '../../../../shared/domain/policy/condition-operators.ts';

export interface AccessRequest {
  /** `iam:CreateRole` */
  readonly action: string;
  readonly resource: string;
  readonly lookup: Lookup;
}

/** What a set of policies says: an explicit Deny wins, else one Allow is enough (IAM User Guide, evaluation logic). */
export type Verdict = 'allows' | 'denies' | 'says nothing';

export function evaluatePolicies(
  documents: readonly string[],
  request: AccessRequest,
  concerns = concernsResource(request.resource),
): Verdict {
  const effects = documents
    .map((text) => JSON.parse(text) as PolicyDocument)
    .flatMap((document) =>
      toList<Statement>(document.Statement)
        .filter((statement) => concerns(statement) && concernsAction(statement, request.action))
        .filter((statement) => isMet(document, statement, request.lookup))
        .map(({ Effect: effect }) => effect),
    );
  if (effects.includes('Deny')) return 'denies';
  return effects.includes('Allow') ? 'allows' : 'says nothing';
}

/** What is not understood never lets anybody in: it keeps an Allow from allowing, and a Deny denies. */
function isMet(document: PolicyDocument, statement: Statement, lookup: Lookup): boolean {
  const hasVariables = document.Version === '2012-10-17';
  const truth = all(conditionEntries(statement).map((entry) => entryTruth(entry, lookup, hasVariables)));
  return statement.Effect === 'Deny' ? truth !== 'no' : truth === 'yes';
}

function concernsAction({ Action: actions, NotAction: others }: Statement, action: string): boolean {
  const includesAction = (patterns: Json) =>
    matchesAny(patterns, action.toLowerCase(), (text) => text.toLowerCase());
  return actions === undefined ? others !== undefined && !includesAction(others) : includesAction(actions);
}

function concernsResource(resource: string) {
  return ({ Resource: resources, NotResource: others }: Statement): boolean => {
    const includesAction = (patterns: Json) => matchesAny(patterns, resource, (text) => text);
    return resources === undefined
      ? others !== undefined && !includesAction(others)
      : includesAction(resources);
  };
}

function matchesAny(patterns: Json, text: string, fold: (pattern: string) => string): boolean {
  return toList<Json>(patterns).some(
    (pattern) => typeof pattern === 'string' && matchesPattern(fold(pattern), text),
  );
}
