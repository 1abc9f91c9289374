import { groupItems } from '../kernel/group-by.ts';
import { formatConditions } from './canonical-policy.ts';
import type { Truth } from './condition-operators.ts';
import type { Json, JsonObject, PolicyDocument, Statement } from './policy-document.ts';
import { isObject, toList } from './policy-document.ts';
import { isAwsKey } from './statement-condition.ts';
import type { ConditionLine, Conditions, TrustBinding } from './trust-document.ts';
import {
  buildTrust,
  foreignDenials,
  isSameCondition,
  keepsOutAsMuch,
  listConditions,
  readTrustStatement,
  withConditions,
} from './trust-document.ts';
import { evaluateTrust } from './trust-evaluator.ts';

/**
 * Conditions that somebody put on a statement that lets our tokens in, beyond audience and subject: an address, a time, an
 * endpoint. They only keep tokens out, so that they stay until a person takes them away. Empty: there are none.
 */
export type Fence = JsonObject;

const NO_FENCE: Fence = {};

/** The live trust without its Deny statements. */
export function allowingPart(document: PolicyDocument): PolicyDocument {
  const denials = foreignDenials(document);
  if (denials.length === 0) return document;
  const rest = toList<Statement>(document.Statement).filter((statement) => !denials.includes(statement));
  return { ...document, Statement: rest };
}

/** An issuer's tokens, whatever their subject. */
type Tokens = Omit<TrustBinding, 'subjects'>;

/**
 * The fences behind each of which the live trust surely lets the subject in; empty: it does not, as far as is known. A fence
 * that no token of the subject is kept out by stands alone, and one that none can pass counts only where there is no other.
 * Deny statements are left aside: they are kept, and keep out whom they keep out.
 */
export function listAdmissions(document: PolicyDocument, binding: Tokens, subject: string): readonly Fence[] {
  const { Statement: statements, ...rest } = document;
  const fences = toList<Statement>(statements).flatMap((statement) => {
    if (statement.Effect !== 'Allow') return [];
    const { core, fence } = splitCondition(statement, binding.issuer);
    const decision = evaluateTrust({ ...rest, Statement: [core] }, { ...binding, subject });
    return decision.decision === 'allowed' && decision.isCertain ? [fence] : [];
  });
  return selectAlternatives(fences, binding, subject);
}

export const hasAdmission = (...asked: Parameters<typeof listAdmissions>): boolean =>
  listAdmissions(...asked).length > 0;

function selectAlternatives(fences: readonly Fence[], binding: Tokens, subject: string): readonly Fence[] {
  const judged = fences.map((fence) => ({
    fence,
    truths: listConditions(fence).map((line) => judgeLine(line, binding, subject)),
  }));
  const open =
    judged.find(({ truths }) => truths.length === 0) ??
    judged.find(({ truths }) => truths.every((truth) => truth === 'yes'));
  if (open) return [open.fence];
  const passable = judged.filter(({ truths }) => !truths.includes('no'));
  const alternatives = (passable.length > 0 ? passable : judged.slice(0, 1)).map(({ fence }) => fence);
  return [...groupItems(alternatives, formatConditions).values()].map(([first = NO_FENCE]) => first);
}

/** Whether tokens with the subject meet a condition. What AWS adds to a request is not known. */
function judgeLine(line: ConditionLine, binding: Tokens, subject: string): Truth {
  if (isAwsKey(line.key)) return 'unknown';
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: binding.providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: buildConditions([line]),
  };
  const decision = evaluateTrust({ Version: '2012-10-17', Statement: [statement] }, { ...binding, subject });
  if (decision.decision === 'denied') return 'no';
  return decision.isCertain ? 'yes' : 'unknown';
}

const isMet = (...asked: Parameters<typeof judgeLine>): boolean => judgeLine(...asked) === 'yes';

/** What the live trust asks of claims of our own tokens, and what all of them surely meet: it keeps none of them out. */
export const listIdleConditions = (
  document: PolicyDocument,
  bindings: readonly TrustBinding[],
): readonly ConditionLine[] =>
  bindings.flatMap((binding) =>
    binding.subjects
      .flatMap((subject) => listAdmissions(document, binding, subject).flatMap(listConditions))
      .filter((line) => binding.subjects.every((subject) => isMet(line, binding, subject))),
  );

/**
 * The fences behind which a former name is let in, for the new name of the connection; empty: the former one is not let in.
 * What tokens with the former name alone meet was never to keep the connection out.
 */
export function passFences(
  document: PolicyDocument,
  binding: Tokens,
  { former, subject }: { readonly former: string; readonly subject: string },
): readonly Fence[] {
  const isOutdated = (line: ConditionLine) => isMet(line, binding, former) && !isMet(line, binding, subject);
  const fences = listAdmissions(document, binding, former).map((fence) =>
    buildConditions(listConditions(fence).filter((line) => !isOutdated(line))),
  );
  return selectAlternatives(fences, binding, subject);
}

/** Whether a Deny keeps a subject out: unknown where it asks for what a token does not tell, such as an address. */
export function denialTruth(
  denial: Statement,
  { Version: version }: PolicyDocument,
  binding: Tokens,
  subject: string,
): 'yes' | 'no' | 'unknown' {
  const asAllow = {
    ...(version === undefined ? {} : { Version: version }),
    Statement: { ...denial, Effect: 'Allow' },
  };
  const decision = evaluateTrust(asAllow, { ...binding, subject });
  if (decision.decision === 'denied') return 'no';
  return decision.isCertain ? 'yes' : 'unknown';
}

/**
 * Our trust for these bindings, with each subject behind each of the fences that it has in the live trust. Of a condition that
 * the binding asks for itself, a fence holds only where it lets in fewer. Where one of the fences holds nothing, none does.
 */
export function buildFencedTrust(
  bindings: readonly TrustBinding[],
  /** `undefined`: nobody is let in. */
  selectFences: (binding: TrustBinding, subject: string | undefined) => readonly Fence[],
): PolicyDocument {
  const parts = bindings.flatMap((binding) => {
    const subjects = binding.subjects.length > 0 ? binding.subjects : [undefined];
    const groups = groupItems(
      subjects.flatMap((subject) => {
        const fences = selectFences(binding, subject).map((fence) => fenceBeyond(fence, binding));
        const open = fences.find((fence) => Object.keys(fence).length === 0);
        return (open ? [open] : fences).map((fence) => ({ subject, fence }));
      }),
      ({ fence }) => formatConditions(fence),
    );
    return [...groups.values()].map((together) => ({
      fence: together[0]?.fence ?? NO_FENCE,
      binding: { ...binding, subjects: together.flatMap(({ subject }) => subject ?? []) },
    }));
  });
  const { Statement: statements, ...rest } = buildTrust(parts.map(({ binding }) => binding));
  return {
    ...rest,
    Statement: toList<Statement>(statements).map((statement, index) =>
      withConditions(statement, parts[index]?.fence ?? NO_FENCE),
    ),
  };
}

/** What of a fence the conditions of the binding do not say: other conditions, and those of which fewer values will do. */
function fenceBeyond(fence: Fence, { conditions }: TrustBinding): Fence {
  if (conditions === undefined) return fence;
  const own = listConditions(conditions);
  const left = listConditions(fence).flatMap((line) => {
    const asked = own.find((one) => isSameCondition(one, line));
    if (asked === undefined) return [line];
    const isFewer = keepsOutAsMuch(line, asked) && !keepsOutAsMuch(asked, line);
    return isFewer ? [{ ...line, key: asked.key }] : [];
  });
  return buildConditions(left);
}

/** The conditions without those that are the same in `others`. */
export function withoutConditions(conditions: Conditions, others: Conditions): Conditions {
  const known = listConditions(others);
  return buildConditions(
    listConditions(conditions).filter(
      (line) => !known.some((one) => keepsOutAsMuch(one, line) && keepsOutAsMuch(line, one)),
    ),
  );
}

/** The trust without the conditions that azfed itself asks for in its statements; what else it asks for stays. */
export function withoutAskedConditions(
  document: PolicyDocument,
  asked: Conditions | undefined,
): PolicyDocument {
  if (asked === undefined) return document;
  const bare = toList<Statement>(document.Statement).map((statement): Statement => {
    const { Effect: effect, Condition: condition } = statement;
    if (effect !== 'Allow' || !isObject(condition) || !Object.values(condition).every(isObject))
      return statement;
    return { ...statement, Condition: withoutConditions(condition, asked) };
  });
  return { ...document, Statement: bare };
}

export function buildConditions(lines: readonly ConditionLine[]): Conditions {
  const operators = groupItems(lines, ({ operator }) => operator);
  return Object.fromEntries(
    [...operators].map(([operator, together]) => [
      operator,
      Object.fromEntries(together.map(({ key, values }) => [key, toScalar(values)])),
    ]),
  );
}

/** IAM shows one value without a list. */
const toScalar = (values: readonly Json[]): Json => (values.length === 1 ? (values[0] ?? null) : values);

/** The fence that all statements of our form for the provider have in common; none when they differ or there are none. */
export function commonFence(document: PolicyDocument, { providerArn, issuer }: TrustBinding): Fence {
  const fences = toList<Statement>(document.Statement).flatMap((statement) => {
    const read = readTrustStatement(statement);
    return read?.binding.providerArn === providerArn ? [splitCondition(statement, issuer).fence] : [];
  });
  const [first = NO_FENCE] = fences;
  return fences.every((fence) => formatConditions(fence) === formatConditions(first)) ? first : NO_FENCE;
}

/** What is asked of audience and subject is no fence, unless it stands beside the exact values that azfed writes. */
function splitCondition(statement: Statement, issuer: string): SplitStatement {
  const { Condition: condition } = statement;
  const own = [`${issuer}:aud`, `${issuer}:sub`].map((key) => key.toLowerCase());
  const equals = isObject(condition) ? condition['StringEquals'] : undefined;
  const exact = isObject(equals) ? Object.keys(equals) : [];
  const isExact = (key: string) => exact.some((one) => one.toLowerCase() === key.toLowerCase());
  return splitFence(
    statement,
    (operator, key) =>
      !own.includes(key.toLowerCase()) || (operator.toLowerCase() !== 'stringequals' && isExact(key)),
  );
}

interface SplitStatement {
  readonly core: Statement;
  readonly fence: Fence;
}

/**
 * A statement without what fences it. A condition that cannot be read stays in the core, which then surely lets nobody in.
 */
export function splitFence(
  statement: Statement,
  isFence: (operator: string, key: string) => boolean,
): SplitStatement {
  const { Condition: condition, ...rest } = statement;
  if (!isObject(condition) || !Object.values(condition).every(isObject))
    return { core: statement, fence: NO_FENCE };
  const pick = (wanted: boolean) =>
    Object.fromEntries(
      Object.entries(condition).flatMap(([operator, block]) => {
        const lines = Object.entries(isObject(block) ? block : {}).filter(
          ([key]) => isFence(operator, key) === wanted,
        );
        return lines.length === 0 ? [] : [[operator, Object.fromEntries(lines)]];
      }),
    ) as JsonObject;
  return { core: { ...rest, Condition: pick(false) }, fence: pick(true) };
}
