import { conditionOperator, readOperatorName, type OperatorName } from './condition-operators.ts';
import {
  formatValue,
  isObject,
  listMembers,
  toList,
  type PolicyDocument,
  type Statement,
} from './policy-document.ts';
import { hasVariable, withoutEscapes } from './policy-variable.ts';
import { conditionEntries, isAwsKey, type ConditionEntry } from './statement-condition.ts';
import { parseProviderIssuer } from '../kernel/arn.ts';
import { isDeletedPrincipal } from './gone-principals.ts';
import { determineReach, type TrustReach } from './trust-reach.ts';
import {
  expandsVariables,
  judgedStatements,
  unknownInDocument,
  unknownInStatement,
} from './trust-evaluator.ts';
import { listIf } from '../kernel/group-by.ts';

export type TrustWeaknessCode =
  /** Any token of the issuer comes in, those of pipelines too. */
  | 'trust.subject-missing'
  | 'trust.subject-wildcard'
  | 'trust.subject-ignores-case'
  /** A `p://` subject: not a service connection but every run of a pipeline. */
  | 'trust.subject-pipeline'
  | 'trust.audience-missing'
  | 'trust.audience-wildcard'
  /** Satisfied by a token that lacks the key. */
  | 'trust.condition-if-exists'
  | 'trust.condition-for-all-values'
  | 'trust.condition-negated'
  /** The value is computed from the request: `${<issuer>:sub}` equals every subject. */
  | 'trust.policy-variable'
  /** Somebody else may come in. */
  | 'trust.principal-foreign'
  | 'trust.not-principal'
  /** Another action than the one that a token needs. */
  | 'trust.action-broad'
  /** It may mean anything. */
  | 'trust.not-understood';

export interface TrustWeakness {
  readonly code: TrustWeaknessCode;
  /** From 0; left out when it is about the document. */
  readonly statement?: number;
  readonly detail: string;
  /** The claim of the token that is not fenced; left out when it is about something else. */
  readonly claim?: 'sub' | 'aud';
  /** The principal is everybody. */
  readonly isEverybody?: true;
}

interface Found extends Omit<TrustWeakness, 'statement'> {
  /** The subjects of pipelines that the condition spells out. */
  readonly pipelines?: readonly string[];
}

/** A line of a Condition together with what its operator says. */
interface Line extends ConditionEntry {
  readonly name: OperatorName;
  /** `undefined` when azfed does not know the operator, or it is `Null`. */
  readonly isNegated: boolean | undefined;
  readonly claim: 'sub' | 'aud' | undefined;
}

/**
 * Every loose pattern in the statements that allow, as far as somebody may get in by it: the evaluator is asked first,
 * with the Deny statements of the document. `ownProviders`: those that are not foreign. `asked`: the document that the
 * evaluator is asked about, statement for statement, where it is not the same.
 */
export function trustWeaknesses(
  document: PolicyDocument,
  ownProviders: readonly string[],
  asked: PolicyDocument = document,
): readonly TrustWeakness[] {
  const expands = expandsVariables(document);
  const whole = judgedStatements(asked);
  return [
    ...unknownInDocument(document).map((element) => notUnderstood(element)),
    ...judgedStatements(document).flatMap((statement, index) => {
      if (statement.Effect === 'Deny') return [];
      const lines = listConditionLines(statement);
      const found = [
        ...unknownInStatement(statement).map((element) => notUnderstood(element)),
        ...principalWeaknesses(statement, ownProviders),
        ...actionWeaknesses(statement),
        ...(admitsTokens(statement) ? missingClaims(lines) : []),
        ...lines.flatMap((line) => lineWeaknesses(line, expands)),
      ];
      return withinReach(found, determineReach(asked, whole[index] ?? statement)).map(
        ({ pipelines: _, ...weakness }) => ({ ...weakness, statement: index }),
      );
    }),
  ];
}

/** Without what lets nobody in: a claim that another condition or a Deny fences, a statement that nothing satisfies. */
function withinReach(found: readonly Found[], reach: TrustReach): readonly Found[] {
  if (!reach.isSatisfiable) return [];
  return found.filter(({ claim, pipelines }) => {
    if (pipelines) return reach.hasOtherSubjects || reach.subjects.some((one) => pipelines.includes(one));
    if (claim === undefined) return true;
    return claim === 'sub' ? reach.hasOtherSubjects : reach.hasOtherAudiences;
  });
}

const notUnderstood = (what: string): Found => ({
  code: 'trust.not-understood',
  detail: `${what} is not understood`,
});

function principalWeaknesses(
  { Principal: principal, NotPrincipal: others }: Statement,
  ownProviders: readonly string[],
): readonly Found[] {
  const foreign = listMembers(principal).filter(
    ({ kind, member }) =>
      !(kind === 'Federated' && ownProviders.some((own) => own === member)) &&
      !(kind === 'AWS' && isDeletedPrincipal(member)),
  );
  return [
    ...(others === undefined ? [] : [{ code: 'trust.not-principal', detail: formatValue(others) } as const]),
    ...((principal === undefined) === (others === undefined) ? [notUnderstood('Principal')] : []),
    ...foreign.map(({ kind, member }) => ({
      code: 'trust.principal-foreign' as const,
      detail: `${kind} ${formatValue(member)}`.trim(),
      ...(member === '*' ? { isEverybody: true as const } : {}),
    })),
  ];
}

function actionWeaknesses({ Action: action, NotAction: others }: Statement): readonly Found[] {
  const broad = toList(action).filter(
    (name) => typeof name !== 'string' || name.toLowerCase() !== 'sts:assumerolewithwebidentity',
  );
  const found =
    others === undefined
      ? broad.map(formatValue)
      : [...broad.map(formatValue), `NotAction ${formatValue(others)}`];
  return [
    ...((action === undefined) === (others === undefined) ? [notUnderstood('Action')] : []),
    ...found.map((detail) => ({ code: 'trust.action-broad' as const, detail })),
  ];
}

/** A claim is bound by an operator that asks for a value; `Null` and negated operators do not. */
function missingClaims(lines: readonly Line[]): readonly Found[] {
  const isBound = (claim: Line['claim']) =>
    lines.some(
      (line) => line.claim === claim && line.isNegated === false && /^(?:String|Arn)/.test(line.name.base),
    );
  return [
    ...(isBound('sub')
      ? []
      : [
          { code: 'trust.subject-missing', detail: 'no condition asks for a subject', claim: 'sub' } as const,
        ]),
    ...listIf(!isBound('aud'), {
      code: 'trust.audience-missing',
      detail: 'no condition asks for an audience',
      claim: 'aud',
    } as const),
  ];
}

function lineWeaknesses(line: Line, expands: boolean): readonly Found[] {
  const detail = `${line.operator} ${line.key} ${(line.values ?? []).join(', ')}`.trim();
  const about = { detail, ...(line.claim === undefined ? {} : { claim: line.claim }) };
  const pipelines = listPipelines(line);
  return [
    // It may be read as anything, so that no other line fences it.
    ...(isUnderstood(line) ? [] : [{ code: 'trust.not-understood', detail } as const]),
    ...(pipelines.length > 0 ? [{ code: 'trust.subject-pipeline', ...about, pipelines } as const] : []),
    ...[...claimWeaknesses(line), ...valueWeaknesses(line, expands)].flatMap((code) =>
      code === false ? [] : { code, ...about },
    ),
  ];
}

const asksForSubject = ({ claim, isNegated }: Line): boolean => claim === 'sub' && isNegated !== true;

function listPipelines(line: Line): readonly string[] {
  const { values = [] } = line;
  return asksForSubject(line) ? values.filter((value) => value.toLowerCase().startsWith('p://')) : [];
}

/** What an ARN operator makes of a claim, which is no ARN, is not documented. */
function isUnderstood({ values, isNegated, name, claim }: Line): boolean {
  if (claim !== undefined && name.base.startsWith('Arn')) return false;
  return values !== undefined && (isNegated !== undefined || name.base === 'Null');
}

/** A condition on a key of AWS beside ours can only keep more out; on a key of the token it may stand instead of ours. */
function claimWeaknesses({ key, name, isNegated }: Line): readonly (TrustWeaknessCode | false)[] {
  if (isAwsKey(key)) return [];
  return [
    name.isIfExists && 'trust.condition-if-exists',
    name.set === 'ForAllValues' && 'trust.condition-for-all-values',
    isNegated === true && 'trust.condition-negated',
  ];
}

function valueWeaknesses(line: Line, expands: boolean): readonly (TrustWeaknessCode | false)[] {
  const { values = [], name, claim } = line;
  const isWild = hasWildcard(line, values, expands);
  return [
    asksForSubject(line) && isWild && 'trust.subject-wildcard',
    asksForSubject(line) && name.base.endsWith('IgnoreCase') && 'trust.subject-ignores-case',
    claim === 'aud' && isWild && 'trust.audience-wildcard',
    expands && values.some(hasVariable) && 'trust.policy-variable',
  ];
}

function hasWildcard({ name: { base } }: Line, values: readonly string[], expands: boolean): boolean {
  const patterns = expands ? values.map(withoutEscapes) : values;
  return /^(?:StringLike|Arn(?:Like|Equals))$/.test(base) && patterns.some((value) => /[*?]/.test(value));
}

function listConditionLines(statement: Statement): readonly Line[] {
  const issuers = listMembers(statement.Principal).flatMap(({ member }) =>
    typeof member === 'string' ? (parseProviderIssuer(member)?.toLowerCase() ?? []) : [],
  );
  return conditionEntries(statement).map((entry) => {
    const name = readOperatorName(entry.operator);
    return {
      ...entry,
      name,
      isNegated: conditionOperator(name.base)?.isNegated,
      claim: parseClaimKey(entry.key, issuers),
    };
  });
}

/** Of an issuer that the statement names; where it names none, of any. */
function parseClaimKey(key: string, issuers: readonly string[]): Line['claim'] {
  const [, issuer = '', claim] = /^(.*):(sub|aud)$/.exec(key) ?? [];
  if (issuers.length > 0 && !issuers.includes(issuer)) return undefined;
  return claim === 'sub' || claim === 'aud' ? claim : undefined;
}

/** Whether a token can satisfy the principals at all: roles and services of AWS have none. */
function admitsTokens({ Principal: principal }: Statement): boolean {
  if (!isObject(principal)) return true;
  return listMembers(principal).some(({ kind, member }) =>
    kind === 'AWS' ? member === '*' : kind !== 'Service' && kind !== 'CanonicalUser',
  );
}
