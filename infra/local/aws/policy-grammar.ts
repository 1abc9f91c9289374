import { conditionOperator, readOperatorName } from '../../../shared/domain/policy/condition-operators.ts';
import type { Json, PolicyDocument, Statement } from '../../../shared/domain/policy/policy-document.ts';
import { isObject, listOf, parsePolicy } from '../../../shared/domain/policy/policy-document.ts';
import { conditionEntries } from '../../../shared/domain/policy/statement-condition.ts';
import { ServiceError } from './service-error.ts';

export type PolicyKind = 'trust' | 'identity';

const elements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/** Reads a policy as IAM's grammar has it (IAM User Guide, grammar of the JSON policy language). Throws. */
export function readPolicy(kind: PolicyKind, text: string): PolicyDocument {
  const parsed = parsePolicy(text);
  if (!parsed.readable) throw malformed(`This policy contains invalid Json: ${parsed.reason}`);
  const { document } = parsed;
  const statements = listOf<Statement>(document.Statement);
  const problem =
    documentProblem(document, statements) ??
    statements.map((statement) => statementProblem(kind, statement)).find((text) => text !== undefined);
  if (problem !== undefined) throw malformed(problem);
  return document;
}

export function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}

/** Sizes count non-whitespace characters (IAM User Guide, IAM and STS quotas). */
export function policySize(text: string): number {
  return text.replace(/\s/g, '').length;
}

function documentProblem(document: PolicyDocument, statements: readonly Statement[]): string | undefined {
  const { Version: version } = document;
  if (!Object.keys(document).every((key) => elements.includes(key))) return 'Syntax errors in policy.';
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    return 'The policy must contain a valid version string';
  }
  if (statements.length === 0) return 'Syntax errors in policy.';
  const ids = statements.map(({ Sid: id }) => id).filter((id) => id !== undefined);
  return new Set(ids).size < ids.length
    ? 'Statement IDs (SID) in a single policy must be unique.'
    : undefined;
}

function statementProblem(kind: PolicyKind, statement: Statement): string | undefined {
  return shapeProblem(statement) ?? (kind === 'trust' ? trustProblem(statement) : identityProblem(statement));
}

function shapeProblem(statement: Statement): string | undefined {
  const { Sid: id = '', Effect: effect } = statement;
  if (typeof id !== 'string' || !/^[A-Za-z0-9]*$/.test(id))
    return 'Statement IDs (SID) must be alpha-numeric.';
  const isSound =
    Object.keys(statement).every((key) => statementElements.includes(key)) &&
    (effect === 'Allow' || effect === 'Deny') &&
    hasSoundActions(statement) &&
    conditionEntries(statement).every(({ operator, values }) => values !== undefined && isOperator(operator));
  return isSound ? undefined : 'Syntax errors in policy.';
}

function hasSoundActions({ Action: actions, NotAction: others }: Statement): boolean {
  if (actions !== undefined && others !== undefined) return false;
  const either = actions ?? others;
  return either === undefined || isTextSet(either);
}

function trustProblem(statement: Statement): string | undefined {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Resource !== undefined || NotResource !== undefined) return 'Has prohibited field Resource';
  if ((Principal === undefined) === (NotPrincipal === undefined)) return 'Missing required field Principal';
  if (Action === undefined && NotAction === undefined) return 'Missing required field Action';
  const isSts = listOf<Json>(Action).every(
    (action) => typeof action === 'string' && /^(?:sts:.+|\*)$/i.test(action),
  );
  return isSts ? undefined : 'AssumeRole policy may only specify STS AssumeRole actions.';
}

function identityProblem(statement: Statement): string | undefined {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Principal !== undefined || NotPrincipal !== undefined)
    return 'Policy document should not specify a principal.';
  if (Action === undefined && NotAction === undefined) return 'Policy statement must contain actions.';
  if ((Resource === undefined) === (NotResource === undefined))
    return 'Policy statement must contain resources.';
  if (!isTextSet(Resource ?? NotResource)) return 'Syntax errors in policy.';
  const actions = listOf<Json>(Action ?? NotAction);
  return actions.every((action) => typeof action === 'string' && /^(?:[\w-]+:.+|\*)$/.test(action))
    ? undefined
    : 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
}

function isTextSet(value: Json | undefined): boolean {
  const members = listOf<Json>(value);
  return members.length > 0 && members.every((member) => typeof member === 'string') && !isObject(value);
}

function isOperator(text: string): boolean {
  const { base } = readOperatorName(text);
  return base === 'Null' || conditionOperator(base) !== undefined;
}
