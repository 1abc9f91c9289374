import { fc } from '../../../builders/fast-check.ts';
import type { Right } from '../../../../shared/adapters/aws/session-policy.ts';
import {
  splitRights,
  readingPolicy,
  listRights,
  SESSION_POLICY_LIMIT,
  writingPolicy,
} from '../../../../shared/adapters/aws/session-policy.ts';
import { iamActionsOfSteps } from '../../../../shared/contract/iam-actions.ts';
import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import type { WriteStep } from '../../../../shared/domain/iam/iam-operation.ts';

const UNTIL = Date.parse('2026-11-22T10:00:00Z');
const arn = (name: string) => `arn:aws:iam::123456789012:role/azure-devops/${name}` as RoleArn;

interface Written {
  readonly Statement: readonly {
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: unknown;
  }[];
}

const parsed = (policy: string) => JSON.parse(policy) as Written;

describe('the session policy of a look', () => {
  it('holds no action that writes', () => {
    const actions = parsed(readingPolicy()).Statement.flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(5);
    expect(
      actions.filter(
        (action) => !/^(?:iam:(?:Get|List|GenerateService)|cloudtrail:Lookup)[A-Z]/.test(action),
      ),
    ).toEqual([]);
  });

  it('is within the limit', () => {
    expect(readingPolicy().length).toBeLessThanOrEqual(SESSION_POLICY_LIMIT);
  });
});

describe('the session policy of a writer', () => {
  const steps: WriteStep[] = [
    { action: 'untagRole', role: arn('a'), keys: ['x'] },
    { action: 'attachManagedPolicy', role: arn('b'), policy: 'p' },
    { action: 'untagRole', role: arn('c'), keys: ['x'] },
    { action: 'untagRole', role: arn('b'), keys: ['x'] },
    { action: 'attachManagedPolicy', role: arn('b'), policy: 'q' },
  ];

  it('allows exactly the actions of the steps on exactly their targets, until the end', () => {
    const [reads, ...writes] = parsed(writingPolicy(listRights(steps), UNTIL)).Statement;
    const condition = { DateLessThan: { 'aws:CurrentTime': '2026-11-22T10:00:00.000Z' } };
    expect(writes).toEqual([
      { Effect: 'Allow', Action: ['iam:UntagRole'], Resource: [arn('a'), arn('c')], Condition: condition },
      {
        Effect: 'Allow',
        Action: ['iam:AttachRolePolicy', 'iam:UntagRole'],
        Resource: [arn('b')],
        Condition: condition,
      },
    ]);
    expect(reads?.Condition).toEqual(condition);
    expect(reads?.Action.filter((action) => !/^iam:(?:Get|List)/.test(action))).toEqual([]);
  });

  it('takes what means something in a resource for what it is', () => {
    const rights: Right[] = [{ target: 'arn:aws:iam::1:role/a*b?/${x}/n', actions: ['iam:TagRole'] }];
    expect(parsed(writingPolicy(rights, UNTIL)).Statement[1]?.Resource).toEqual([
      'arn:aws:iam::1:role/a${*}b${?}/${$}{x}/n',
    ]);
  });

  it('is within the limit for one target with all actions and the longest ARN', () => {
    const target = `arn:aws-us-gov:iam::123456789012:role/${'p'.repeat(510)}/${'n'.repeat(64)}`;
    const actions = [...new Set(Object.values(iamActionsOfSteps).flat())];
    expect(writingPolicy([{ target, actions }], UNTIL).length).toBeLessThanOrEqual(SESSION_POLICY_LIMIT);
  });

  it('comes in portions that are within the limit and hold every right once', () => {
    const action = fc.constantFrom(...Object.values(iamActionsOfSteps).flat());
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '1'), minLength: 1, maxLength: 60 });
    const right = fc.record({
      target: name.map(arn),
      actions: fc.uniqueArray(action, { minLength: 1 }).map((actions) => [...actions].sort()),
    });
    fc.assert(
      fc.property(fc.array(right, { maxLength: 60 }), (rights) => {
        const portions = splitRights(rights, UNTIL);
        expect(portions.flat()).toEqual(rights);
        for (const portion of portions)
          expect(writingPolicy(portion, UNTIL).length).toBeLessThanOrEqual(SESSION_POLICY_LIMIT);
      }),
    );
  });

  it('is one for twenty roles of usual names', () => {
    const many = Array.from(
      { length: 20 },
      (_, index): WriteStep => ({ ...steps[0], role: arn(`aws-${index}`) }) as WriteStep,
    );
    expect(splitRights(listRights(many), UNTIL)).toHaveLength(1);
  });
});
