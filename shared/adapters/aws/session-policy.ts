import {
  iamActionsOfSteps,
  iamBulkReads,
  iamPolicyReads,
  iamSingleReads,
  iamUseReads,
  trailReads,
} from '../../contract/iam-actions.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

/** Actions on one role or provider. */
export interface Right {
  /** ARN. */
  readonly target: string;
  /** In order. */
  readonly actions: readonly string[];
}

/** Characters of an inline session policy (STS service model). */
export const SESSION_POLICY_LIMIT = 2048;

export const getStepTarget = (step: WriteStep): string => ('role' in step ? step.role : step.provider);

/** What the steps need, once per target; targets that need the same stand together. */
export function listRights(steps: readonly WriteStep[]): readonly Right[] {
  const rights = [...groupItems(steps, getStepTarget)].map(([target, group]) => ({
    target,
    actions: [...new Set(group.flatMap(({ action }): readonly string[] => iamActionsOfSteps[action]))].sort(),
  }));
  return [...groupItems(rights, makeKey).values()].flat();
}

/** The session policy of a look: no action of it writes. `more`: reads beside those of every look. */
export function readingPolicy(more: readonly string[] = []): string {
  const reads = [
    ...iamBulkReads,
    ...iamSingleReads,
    ...iamPolicyReads,
    ...iamUseReads,
    ...trailReads,
    ...more,
  ];
  return render([statement([...new Set(reads)], ['*'])]);
}

/**
 * The session policy of a writer: these actions on these targets and the reads that go with them, until the time given
 * (epoch milliseconds). The reads are for `*`, since of a role that is not there IAM knows no path to compare with.
 * `Allow` with `DateLessThan`, not `Deny` with its opposite: a missing key must not let in.
 */
export function writingPolicy(rights: readonly Right[], until: number): string {
  const condition = { DateLessThan: { 'aws:CurrentTime': formatInstant(until) } };
  const writes = [...groupItems(rights, makeKey).values()].map((group) =>
    statement(
      group[0]?.actions ?? [],
      group.map(({ target }) => literal(target)),
      condition,
    ),
  );
  return render([statement(iamSingleReads, ['*'], condition), ...writes]);
}

/**
 * The rights in portions whose policies are within the limit. One target with all actions always is: its ARN has at
 * most some 620 characters.
 */
export function splitRights(rights: readonly Right[], until: number): readonly (readonly Right[])[] {
  const portions: Right[][] = [[]];
  for (const right of rights) {
    const latest = portions.at(-1) ?? [];
    const isFull = writingPolicy([...latest, right], until).length > SESSION_POLICY_LIMIT;
    if (isFull && latest.length > 0) portions.push([right]);
    else latest.push(right);
  }
  return portions;
}

const makeKey = ({ actions }: Right) => actions.join();

const statement = (actions: readonly string[], resources: readonly string[], condition?: object): object => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...(condition ? { Condition: condition } : {}),
});

/** Paths may hold `*`, `?` and `$`, which mean something in a Resource (IAM User Guide, policy variables). */
const literal = (arn: string): string => arn.replace(/[*?$]/g, (character) => `\${${character}}`);

function render(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
