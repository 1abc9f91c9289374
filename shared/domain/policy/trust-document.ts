import { readIssuer, parseProviderArn } from '../kernel/arn.ts';
import { InvariantError } from '../kernel/errors.ts';
import type { ProviderArn } from '../kernel/ids.ts';
import { samePolicy } from './canonical-policy.ts';
import type { Json, JsonObject, PolicyDocument, Statement } from './policy-document.ts';
import { isObject, listFederated, toList, renderPolicy } from './policy-document.ts';
import { statementFields } from './policy-fields.ts';
import { policySize } from './policy-grammar.ts';
import { evaluateTrust } from './trust-evaluator.ts';

/** Who may come in through one provider. */
export interface TrustBinding {
  readonly providerArn: ProviderArn;
  /** Host and path, without `https://`: it ends the provider's ARN and begins the condition keys. */
  readonly issuer: string;
  readonly audience: string;
  /** Exact `sub` values; none closes the trust. */
  readonly subjects: readonly string[];
  /** What a token has to meet besides audience and subject, such as an address. Left out: nothing. */
  readonly conditions?: Conditions;
}

/** The `Condition` of a statement: operators, their keys, and the values of each. */
export type Conditions = JsonObject;

/**
 * The subject of a closed trust. No issuer can mint it: subjects of Azure DevOps begin with `sc://` or `p://`, those of
 * Entra hold slashes. A Deny, or no statement at all, might be refused by IAM; this is an ordinary trust.
 */
export const CLOSED_SUBJECT = 'closed';

/**
 * The trust of a managed role: one statement per binding, exact subjects, exact audience, nothing else.
 * @throws InvariantError when a value could be read as a pattern or policy variable: names are refused long before.
 */
export function buildTrust(bindings: readonly TrustBinding[]): PolicyDocument {
  const unsafe = bindings.flatMap(({ audience, subjects }) => [audience, ...subjects]).find(isPattern);
  if (unsafe !== undefined)
    throw new InvariantError('trust.unsafe-value', `IAM could read more than itself in ${unsafe}`);
  return { Version: '2012-10-17', Statement: bindings.map(buildStatement) };
}

/** Non-whitespace characters, which is what the quota on trust policies counts (IAM User Guide, IAM quotas). */
export function trustSize(document: PolicyDocument): number {
  return policySize(renderPolicy(document));
}

/** Statements that deny. azfed writes none: somebody may be answering an incident, so they are never removed unasked. */
export function foreignDenials(document: PolicyDocument): readonly Statement[] {
  return toList<Statement>(document.Statement).filter(isDeny);
}

/**
 * What a live trust allows, compared with what it should:
 *
 * | answer   | the live trust                                                                                     |
 * |----------|----------------------------------------------------------------------------------------------------|
 * | same     | is the desired document                                                                            |
 * | narrower | provably allows less: our statements for fewer subjects, or with more conditions or a Deny on top  |
 * | wider    | surely allows everybody who should come in, and more, or perhaps more                              |
 * | mixed    | anything else; also our statements cut in another way                                              |
 */
export function compareTrust(
  observed: PolicyDocument,
  desired: readonly TrustBinding[],
): 'same' | 'narrower' | 'wider' | 'mixed' {
  if (samePolicy(observed, buildTrust(desired))) return 'same';
  const wanted = collectTokens(desired);
  const reading = readNarrowedTrust(observed, desired);
  if (reading !== undefined && [...reading.tokens].every((token) => wanted.has(token))) {
    return reading.isNarrowed || reading.tokens.size < wanted.size ? 'narrower' : 'mixed';
  }
  return desired.every((binding) => surelyAllows(observed, binding)) ? 'wider' : 'mixed';
}

export interface ReadStatement {
  readonly binding: TrustBinding;
  /** It asks for more than azfed would: conditions add up, so that they can only keep more tokens out. */
  readonly isNarrowed: boolean;
}

interface NarrowedTrust {
  readonly tokens: ReadonlySet<string>;
  readonly isNarrowed: boolean;
}

const isDeny = ({ Effect: effect }: Statement): boolean => effect === 'Deny';

const isPattern = (value: string): boolean => /[*?]|\$\{/.test(value);

function buildStatement(binding: TrustBinding): Statement {
  const { providerArn, issuer, audience, subjects, conditions = {} } = binding;
  const [first = CLOSED_SUBJECT, ...others] = [...new Set(subjects)].sort();
  const own: Statement = {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: providerArn },
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: audience,
        [`${issuer}:sub`]: others.length === 0 ? first : [first, ...others],
      },
    },
  };
  return withConditions(own, conditions);
}

/** The statement with these conditions as well; of one that it has already, these values. */
export function withConditions(statement: Statement, conditions: Conditions): Statement {
  const condition = isObject(statement.Condition) ? statement.Condition : {};
  const added = Object.entries(conditions).map(([operator, block]) => {
    const own = condition[operator];
    return [operator, isObject(own) && isObject(block) ? { ...own, ...block } : block] as const;
  });
  return added.length === 0
    ? statement
    : { ...statement, Condition: { ...condition, ...Object.fromEntries(added) } };
}

/** `undefined` unless the statement is one of ours, perhaps with more conditions. */
export function readTrustStatement(statement: Statement): ReadStatement | undefined {
  const binding = parseBinding(statement);
  if (binding === undefined || [binding.audience, ...binding.subjects].some(isPattern)) return undefined;

  const [ours, theirs] = [statementFields(buildStatement(binding)), statementFields(statement)];
  if (![...ours].every(([name, { text }]) => theirs.get(name)?.text === text)) return undefined;

  const additions = [...theirs].filter(([name]) => !ours.has(name)).map(([, { segments }]) => segments);
  return additions.every(isAddedCondition) ? { binding, isNarrowed: additions.length > 0 } : undefined;
}

/** What the statement would bind if it were ours; the caller looks whether it is. */
function parseBinding({ Principal: principal, Condition: condition }: Statement): TrustBinding | undefined {
  const [member = ''] = listFederated(principal);
  const providerArn = parseProviderArn(member);
  const equals = isObject(condition) ? condition['StringEquals'] : undefined;
  if (providerArn === undefined || !isObject(equals)) return undefined;
  const issuer = readIssuer(providerArn);

  const listValues = (key: string): readonly Json[] =>
    Object.entries(equals).flatMap(([spelled, values]) =>
      spelled.toLowerCase() === key.toLowerCase() ? toList(values) : [],
    );
  const [audience] = listValues(`${issuer}:aud`);
  const subjects = listValues(`${issuer}:sub`).filter((value) => typeof value === 'string');
  if (typeof audience !== 'string') return undefined;
  const isClosed = subjects.length === 1 && subjects[0] === CLOSED_SUBJECT;
  return {
    ...{ providerArn, issuer, audience },
    subjects: isClosed ? [] : [...new Set(subjects)].sort(),
  };
}

/** An operator that is ours in another case might be merged with ours, and so add values instead of asking for more. */
function isAddedCondition([element, operator, key]: readonly string[]): boolean {
  if (element !== 'Condition' || operator === undefined || key === undefined) return false;
  return operator === 'StringEquals' || operator.toLowerCase() !== 'stringequals';
}

/**
 * `undefined` unless the document is ours, with the conditions that are asked for and perhaps with more, and with Deny
 * statements beside it.
 */
function readNarrowedTrust(
  document: PolicyDocument,
  desired: readonly TrustBinding[],
): NarrowedTrust | undefined {
  const { Version: version, Statement: statements, ...rest } = document;
  if (version !== '2012-10-17' || statements === undefined || Object.keys(rest).length > 0) return undefined;
  const allowing = toList<Statement>(statements).filter((statement) => !isDeny(statement));
  const read = allowing.map((statement) => readConditioned(statement, desired));
  if (!read.every((statement) => statement !== undefined)) return undefined;
  return {
    tokens: collectTokens(read.map(({ binding }) => binding)),
    isNarrowed:
      read.length === 0 || foreignDenials(document).length > 0 || read.some(({ isNarrowed }) => isNarrowed),
  };
}

/** `undefined` unless the statement is ours and asks for all that the desired one of its provider asks for. */
function readConditioned(statement: Statement, desired: readonly TrustBinding[]): ReadStatement | undefined {
  const read = readTrustStatement(statement);
  if (read === undefined) return undefined;
  const { conditions } = desired.find(({ providerArn }) => providerArn === read.binding.providerArn) ?? {};
  if (conditions === undefined) return read;
  const { Condition: condition } = statement;
  const isAsked = listConditions(conditions).every((asked) =>
    listConditions(isObject(condition) ? condition : {}).some((live) => keepsOutAsMuch(live, asked)),
  );
  if (!isAsked) return undefined;
  const binding = { ...read.binding, conditions };
  return {
    binding,
    isNarrowed: !samePolicy({ Statement: statement }, { Statement: buildStatement(binding) }),
  };
}

/** One condition: values of one key under one operator. */
export interface ConditionLine {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly Json[];
}

export function listConditions(conditions: Conditions): readonly ConditionLine[] {
  return Object.entries(conditions).flatMap(([operator, block]) =>
    Object.entries(isObject(block) ? block : {}).map(([key, values]) => ({
      operator,
      key,
      values: toList(values),
    })),
  );
}

/** Whether both are about one key under one operator. Keys ignore case (IAM User Guide, condition keys). */
export function isSameCondition(one: ConditionLine, other: ConditionLine): boolean {
  return one.operator === other.operator && one.key.toLowerCase() === other.key.toLowerCase();
}

/** Whether a condition lets in nobody whom the other keeps out: it is the same, or fewer of its values will do. */
export function keepsOutAsMuch(live: ConditionLine, asked: ConditionLine): boolean {
  if (!isSameCondition(live, asked)) return false;
  const [values, wanted] = [live.values.map(String), asked.values.map(String)];
  const isIn = values.every((value) => wanted.includes(value));
  // Of an operator that negates, each further value keeps more out.
  const isAlike = wanted.every((value) => values.includes(value));
  return /not|null/i.test(live.operator) ? isIn && isAlike : isIn && (values.length > 0 || isAlike);
}

function collectTokens(bindings: readonly TrustBinding[]): ReadonlySet<string> {
  const tokens = bindings.flatMap(({ providerArn, issuer, audience, subjects }) =>
    subjects
      .filter((subject) => subject !== CLOSED_SUBJECT)
      .map((subject) => JSON.stringify([providerArn, issuer, audience, subject])),
  );
  return new Set(tokens);
}

function surelyAllows(document: PolicyDocument, { subjects, ...token }: TrustBinding): boolean {
  return subjects.every((subject) => {
    const decision = evaluateTrust(document, { ...token, subject });
    return decision.decision === 'allowed' && decision.isCertain;
  });
}
