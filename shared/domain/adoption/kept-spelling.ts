import { escapeTrust } from '../configuration/trust-terms.ts';
import { escapePlaceholders } from '../kernel/arn.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import type { Json, JsonObject, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isList, isObject, toList } from '../policy/policy-document.ts';

/** Puts account and partition of a role into text of its grant. */
export type Fill = (text: string) => string;

/**
 * What is live, as the grant spells it: what means the same stays as it is written there, placeholders, order and Sids among
 * it, so that an edit shows what has changed and nothing else.
 */
export function keepSpelling(old: Json | undefined, live: Json, fill: Fill): Json {
  if (typeof live === 'string')
    return typeof old === 'string' && fill(old) === live ? old : escapePlaceholders(live);
  if (isList(live)) return keepListSpelling(old, live, fill);
  return isObject(live) ? keepObjectSpelling(isObject(old) ? old : undefined, live, fill) : live;
}

function keepObjectSpelling(before: JsonObject = {}, live: JsonObject, fill: Fill): JsonObject {
  return Object.fromEntries(
    Object.entries(live).map(([key, value]) => {
      const spelled = Object.keys(before).find((each) => fill(each) === key);
      const name = spelled ?? escapePlaceholders(key);
      return [name, keepSpelling(spelled === undefined ? undefined : before[spelled], value ?? null, fill)];
    }),
  );
}

/** One text means the same as a list of it. */
function keepListSpelling(old: Json | undefined, live: readonly Json[], fill: Fill): Json {
  const known = old === undefined ? [] : toList<Json>(old);
  const spelled = live.map((one) =>
    keepSpelling(
      known.find((each) => isFilled(each, one, fill)),
      one,
      fill,
    ),
  );
  const [only, another] = spelled;
  return typeof old === 'string' && only === old && another === undefined ? old : spelled;
}

const isFilled = (old: Json, live: Json, fill: Fill): boolean =>
  canonicalJson(fillText(old, fill)) === canonicalJson(live);

function fillText(value: Json, fill: Fill): Json {
  return typeof value === 'string' ? fill(value) : (JSON.parse(fill(JSON.stringify(value))) as Json);
}

const isSame = (old: Statement, live: Statement, fill: Fill): boolean =>
  samePolicy({ Statement: fillText(old, fill) as JsonObject }, { Statement: live });

/** Statements that mean the same stay, in the order of the grant; what another one has become takes its place. */
export function keepStatementSpelling(
  old: readonly Statement[],
  live: readonly Statement[],
  fill: Fill,
): readonly Statement[] {
  const left = [...live];
  const kept = old.map((statement) => {
    const at = left.findIndex((one) => isSame(statement, one, fill));
    if (at < 0) return undefined;
    left.splice(at, 1);
    return statement;
  });
  const placed = kept.flatMap((statement, index) => {
    if (statement) return [statement];
    const next = left.shift();
    return next ? [keepObjectSpelling(old[index], next, fill)] : [];
  });
  return [...placed, ...left.map((one) => escapeTrust(one))];
}

/** Of an inline policy, which holds no placeholders. `undefined`: it is gone. */
export function keepPolicySpelling(
  old: PolicyDocument | undefined,
  live: PolicyDocument | undefined,
): JsonObject | undefined {
  if (!old || !live) return live;
  const asIs: Fill = (text) => text;
  const before = toList<Statement>(old.Statement);
  const left = toList<Statement>(live.Statement).filter(
    (one) => !before.some((each) => isSame(each, one, asIs)),
  );
  const placed = before.flatMap((one) => {
    if (toList<Statement>(live.Statement).some((each) => isSame(one, each, asIs))) return [one];
    const next = left.shift();
    return next ? [next] : [];
  });
  const statements = [...placed, ...left];
  const [only, another] = statements;
  const isScalar = !isList(old.Statement) && another === undefined && only !== undefined;
  return { ...live, Statement: isScalar ? only : statements };
}
