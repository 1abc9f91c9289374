import { existsSync } from 'node:fs';
import { listNearestTests } from '../../runner/nearest-tests.ts';

describe('the tests that npm run dev runs', () => {
  it.each([
    ['shared/domain/plan/plan.ts', ['test/unit/domain/plan']],
    ['shared/config/schema.ts', ['test/unit/config']],
    ['functions/cli/main.ts', ['test/unit/cli']],
    ['functions/cli/commands/plan/plan-command.ts', ['test/unit/cli']],
    ['test/unit/domain/plan/drift.test.ts', ['test/unit/domain/plan/drift.test.ts']],
    ['test/builders/small-world.ts', []],
    ['infra/aws/app.ts', []],
    ['shared/domain/README.md', []],
  ])('of %s are %j', (file, tests) => {
    expect(listNearestTests([file], existsSync)).toEqual(tests);
  });

  it('of several files are each there once', () => {
    const files = [
      'shared/domain/plan/plan.ts',
      'shared/domain/plan/change.ts',
      'shared/domain/guard/guard.ts',
    ];
    expect(listNearestTests(files, existsSync)).toEqual(['test/unit/domain/guard', 'test/unit/domain/plan']);
  });
});
