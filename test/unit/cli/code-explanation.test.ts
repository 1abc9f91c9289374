import { explainCode } from '../../../functions/cli/commands/explain/explain.ts';
import { checkCatalogue } from '../../../shared/domain/doctor/catalogue.ts';
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
].flatMap((catalogue) => Object.keys(catalogue));

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

  it('is none where a connection is named', () => {
    expect(explainCode('Shop/aws-prod')).toEqual([]);
    expect(explainCode('constructor')).toEqual([]);
  });
});
