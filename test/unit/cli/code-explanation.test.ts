import {
  explainCode,
  findNearestCode,
  findNearestWord,
} from '../../../functions/cli/commands/explain/code-explanations.ts';
import { checkCatalogue } from '../../../shared/domain/doctor/catalogue.ts';
import { stateMeanings, stateWords } from '../../../shared/application/reporting/state-words.ts';
import { blockedReasons } from '../../../shared/domain/records/blocked-reason.ts';
import { eventCatalogue } from '../../../shared/domain/records/event-catalogue.ts';
import { findingCatalogue } from '../../../shared/domain/findings/finding.ts';
import { importCatalogue } from '../../../shared/domain/import/import-catalogue.ts';
import { lintCatalogue } from '../../../shared/domain/lint/lint-catalogue.ts';
import { failureCatalogue } from '../../../shared/domain/verify/failures.ts';

const codes = [
  findingCatalogue,
  importCatalogue,
  lintCatalogue,
  checkCatalogue,
  failureCatalogue,
  eventCatalogue,
  blockedReasons,
  stateWords,
  stateMeanings,
]
  .flatMap((catalogue) => Object.keys(catalogue))
  .concat('lease', 'permission', 'moved', 'drift', 'gone', 'held', 'partial', 'skipped', 'narrowed', 'keys')
  .concat('critical', 'state.throttled', 'kms.unreachable');

describe('a code of azfed', () => {
  it.each(codes)('%s is explained', (code) => {
    expect(explainCode(code)).not.toEqual([]);
    for (const { meaning } of explainCode(code)) expect(meaning).toMatch(/\.$/);
  });

  it('is explained with what to do, and by what it is a code of', () => {
    expect(explainCode('role.not-owned')).toEqual([
      expect.objectContaining({
        of: 'finding',
        severity: 'high',
        fix: expect.stringContaining('azfed adopt') as string,
      }),
    ]);
    expect(explainCode('second-look')).toMatchObject([{ of: 'reason why a change is held' }]);
  });

  it('may be of two things, and of an event without its version', () => {
    expect(explainCode('provider.missing').length + explainCode('read.incomplete').length).toBeGreaterThan(2);
    expect(explainCode('connection.repaired')).toEqual(explainCode('connection.repaired.v1'));
  });

  it('that is mistyped is answered with the nearest one, a word only where it is no connection', () => {
    expect(findNearestCode('trust.lose')).toBe('trust.loose');
    expect(findNearestCode('setling')).toBeUndefined();
    expect(findNearestWord('setling')).toBe('settling');
    expect(findNearestWord('limit-change')).toBe('limit-changes');
  });

  it('is none where a connection is named', () => {
    expect(explainCode('Shop/aws-prod')).toEqual([]);
    expect(explainCode('constructor')).toEqual([]);
  });
});
