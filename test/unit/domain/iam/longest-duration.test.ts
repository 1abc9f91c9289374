import { estimateLongestMs } from '../../../../shared/domain/iam/longest-duration.ts';
import type { Step } from '../../../../shared/domain/iam/iam-operation.ts';
import { makePlan, world } from '../../../builders/small-world.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';

const role = roleArn('r1');
const [write, readBack]: readonly [Step, Step] = [
  { action: 'detachManagedPolicy', role, policy: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
  { action: 'readBack', role, expected: {} },
];
const many = (step: Step, count: number) => Array.from({ length: count }, () => step);

describe('the longest time that a change takes', () => {
  it.each([
    ['nothing', [], 0],
    ['a write that is read back', [write, readBack], 73.5],
    ['two of them', [write, readBack, write, readBack], 147],
    ['more than any change is given', many(write, 100), 300],
  ])('of %s', (_what, steps, seconds) => {
    expect(estimateLongestMs(steps) / 1_000).toBe(seconds);
  });

  it('of a creation is twice a look that waits for IAM, its writes, and what a new role takes to be known', () => {
    const creation = makePlan(world([connection(1)])).changes.find(({ target }) => target === 'role');
    expect(estimateLongestMs(creation?.widening ?? []) / 1_000).toBe(2 * 63.5 + 4 * 10 + 120);
  });

  it('leaves the reconcile function time to begin creations for minutes', () => {
    expect(9 * 60_000 - 45_000 - estimateLongestMs(many(write, 100))).toBeGreaterThan(3 * 60_000);
  });
});
