import { escapeTrust } from '../configuration/trust-terms.ts';
import { escapePlaceholders } from '../kernel/arn.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import type { Json, JsonObject, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isList, isObject, toList } from '../policy/policy-document.ts';

/** Puts account and partition of a role into text of its grant. */
export type Fill = (text: string) => string;

/** How the text of a grant stands for that of a role. */
interface Spelling {
  readonly fill: Fill;
  /** Makes live text one that is filled with itself. */
  readonly escape: (text: string) => string;
}

/** Inline policies hold no placeholders. */
const toTheLetter: Spelling = { fill: (text) => text, escape: (text) => text };

/**
 * What is live, as the grant spells it: what means the same stays as it is written there, placeholders, order and Sids among
 * it, so that an edit shows what has changed and nothing else.
 */
export const keepSpelling = (old: Json | undefined, live: Json, fill: Fill): Json =>
  spell(old, live, { fill, escape: escapePlaceholders });

function spell(old: Json | undefined, live: Json, spelling: Spelling): Json {
  const { fill, escape } = spelling;
  if (typeof live === 'string') {
    const [only, another] = old === undefined ? [] : toList<Json>(old);
    const isSpelled = typeof only === 'string' && another === undefined && fill(only) === live;
    return isSpelled && old !== undefined ? old : escape(live);
  }
  if (isList(live)) return spellList(old, live, spelling);
  return isObject(live) ? spellObject(isObject(old) ? old : undefined, live, spelling) : live;
}

function spellObject(before: JsonObject = {}, live: JsonObject, spelling: Spelling): JsonObject {
  return Object.fromEntries(
    Object.entries(live).map(([key, value]) => {
      const spelled = Object.keys(before).find((each) => spelling.fill(each) === key);
      const old = spelled === undefined ? undefined : before[spelled];
      return [spelled ?? spelling.escape(key), spell(old, value ?? null, spelling)];
    }),
  );
}

/** One text means the same as a list of it, and order means nothing: what was there comes first, as it came. */
function spellList(old: Json | undefined, live: readonly Json[], spelling: Spelling): Json {
  const known = old === undefined ? [] : toList<Json>(old);
  const isKnown = (each: Json) => (one: Json) => isFilled(each, one, spelling.fill);
  const kept = known.filter((each) => live.some(isKnown(each)));
  const added = live.filter((one) => !known.some((each) => isKnown(each)(one)));
  const spelled = [...kept, ...added.map((one) => spell(undefined, one, spelling))];
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
    return next ? [spellObject(old[index], next, { fill, escape: escapePlaceholders })] : [];
  });
  return [...placed, ...left.map((one) => escapeTrust(one))];
}

/** Of an inline policy, which holds no placeholders. `undefined`: it is gone. */
export function keepPolicySpelling(
  old: PolicyDocument | undefined,
  live: PolicyDocument | undefined,
): JsonObject | undefined {
  if (!old || !live) return live;
  const before = toList<Statement>(old.Statement);
  const left = toList<Statement>(live.Statement).filter(
    (one) => !before.some((each) => isSame(each, one, toTheLetter.fill)),
  );
  const placed = before.flatMap((one) => {
    if (toList<Statement>(live.Statement).some((each) => isSame(one, each, toTheLetter.fill))) return [one];
    const next = left.shift();
    return next ? [spellObject(one, next, toTheLetter)] : [];
  });
  const statements = [...placed, ...left];
  const [only, another] = statements;
  const isScalar = !isList(old.Statement) && another === undefined && only !== undefined;
  return { ...live, Statement: isScalar ? only : statements };
}
