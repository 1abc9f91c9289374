import type { AcceptedRunFinding } from '../../../../shared/domain/findings/acceptance.ts';
import { listAcceptanceProblems, markAccepted } from '../../../../shared/domain/findings/acceptance.ts';
import { finding, isConverged } from '../../../../shared/domain/findings/finding.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const names = (id: string) => [id, id === '123456789012' ? 'payments-prod' : 'Shop/aws-prod'];
const missing = finding('connection.missing', 'It is not listed.', { connectionId: connectionId(1) });
const loose = finding('trust.loose', 'It lets in anybody.', { roleArn: roleArn('r1') });
const unread = finding('read.incomplete', 'Denied.', { evidence: { account: '123456789012' } });
const entry = (fields: Partial<AcceptedRunFinding>): AcceptedRunFinding => ({
  code: 'connection.missing',
  reason: 'Moved on Monday.',
  until: '2026-12-31',
  ...fields,
});
const mark = (entries: readonly AcceptedRunFinding[], at = now) =>
  markAccepted([missing, loose, unread], entries, names, at).map(({ accepted }) => accepted !== undefined);

describe('an accepted finding', () => {
  it.each<readonly [string, Partial<AcceptedRunFinding>, readonly boolean[]]>([
    ['of a connection by its name', { connection: 'Shop/aws-prod' }, [true, false, false]],
    ['of a connection by a pattern', { connection: 'Shop/*' }, [true, false, false]],
    ['of a connection by its id', { connection: connectionId(1) }, [true, false, false]],
    ['of another connection', { connection: 'Shop/aws-test' }, [false, false, false]],
    [
      'of a connection, in a role that it does not name',
      { connection: '*', role: '*' },
      [false, false, false],
    ],
    ['of a role', { code: 'trust.loose', role: roleArn('r1') }, [false, true, false]],
    ['of an account', { code: 'trust.loose', account: '123456789012' }, [false, true, false]],
    ['of an account by its name', { code: 'trust.loose', account: 'payments-*' }, [false, true, false]],
    [
      'of an account by the name of a connection',
      { code: 'trust.loose', account: 'Shop/*' },
      [false, false, false],
    ],
    ['of another account', { code: 'trust.loose', account: '210987654321' }, [false, false, false]],
    ['with another code', { code: 'connection.unaccounted', connection: '*' }, [false, false, false]],
    ['that could not be read', { code: 'read.incomplete', account: '*' }, [false, false, false]],
    ['on its last day', { connection: '*', until: '2026-11-30' }, [true, false, false]],
    ['after its last day', { connection: '*', until: '2026-11-29' }, [false, false, false]],
    [
      'that is severe, 90 days ahead',
      { code: 'trust.loose', role: '*', until: '2027-02-28' },
      [false, true, false],
    ],
    [
      'that is severe, 91 days ahead',
      { code: 'trust.loose', role: '*', until: '2027-03-01' },
      [false, false, false],
    ],
    ['that is not severe, years ahead', { connection: '*', until: '2030-01-01' }, [true, false, false]],
  ])('%s', (_what, fields, marks) => {
    expect(mark([entry(fields)])).toEqual(marks);
  });

  it('keeps no run from being converged, and loses nothing of itself', () => {
    const [accepted] = markAccepted([missing], [entry({ connection: '*' })], names, now);
    expect(accepted).toEqual({ ...missing, accepted: { reason: 'Moved on Monday.', until: '2026-12-31' } });
    expect([isConverged([], [missing]), isConverged([], accepted ? [accepted] : [])]).toEqual([false, true]);
  });

  it('is refused where it is severe and its end is too far away', () => {
    expect(listAcceptanceProblems(entry({ code: 'trust.loose', until: '2027-03-01' }), now)).toEqual([
      expect.objectContaining({ fix: 'Give a day until 2027-02-28.' }),
    ]);
    expect(listAcceptanceProblems(entry({ until: '2030-01-01' }), now)).toEqual([]);
  });
});
