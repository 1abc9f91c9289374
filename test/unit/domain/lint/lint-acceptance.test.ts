import { acceptResults } from '../../../../shared/domain/lint/lint-acceptance.ts';
import type { LintResult } from '../../../../shared/domain/lint/lint-entries.ts';
import { lintResult } from '../../../../shared/domain/lint/lint-entries.ts';
import { ACCOUNT, roleArn } from '../../../builders/domain-ids.ts';
import type { AcceptedFinding } from '../../../../shared/domain/configuration/configuration.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const arn = roleArn('open');
const statement = { Effect: 'Allow', Action: ['sts:AssumeRoleWithWebIdentity'], Principal: '*' };
const wildcard = (fields: object = {}): LintResult => ({
  ...lintResult('trust.subject-wildcard', {
    ...{ account: ACCOUNT, roleArn: arn, statement: 0, detail: 'a*', evidence: { statement } },
  }),
  ...fields,
});
const entry: AcceptedFinding = {
  ...{ code: 'trust.subject-wildcard', arn, reason: 'Moves.', until: '2026-11-29' },
};
const judge = (
  results: readonly LintResult[],
  accepted: readonly AcceptedFinding[] = [],
  before: readonly LintResult[] = [],
) => {
  const baseline = acceptResults(before, { accepted: [], baseline: [], now }).results;
  const judged = acceptResults(results, { accepted, baseline, now });
  return {
    by: judged.results.map(({ accepted: how }) => how?.by ?? 'nobody'),
    ended: judged.ended.length,
    gone: judged.gone,
  };
};
const worse = wildcard({ severity: 'critical' });
const respelled = wildcard({
  statement: 3,
  evidence: { statement: { ...statement, Action: 'STS:assumerolewithwebidentity', Sid: 'X' } },
});
const rewritten = wildcard({
  evidence: { statement: { ...statement, Condition: { StringLike: { x: 'a*' } } } },
});
const partial = lintResult('read.incomplete', { account: ACCOUNT, detail: 'x', evidence: {} });

describe('a finding that people live with', () => {
  it.each<readonly [string, ReturnType<typeof judge>, readonly string[], number, number]>([
    ['accepted on its last day', judge([wildcard()], [entry]), ['configuration'], 0, 0],
    ['no more on the next day', judge([wildcard()], [{ ...entry, until: '2026-11-28' }]), ['nobody'], 1, 0],
    ['another role', judge([wildcard({ roleArn: roleArn('other') })], [entry]), ['nobody'], 0, 0],
    ['another code', judge([wildcard()], [{ ...entry, code: 'trust.subject-missing' }]), ['nobody'], 0, 0],
    ['worse than the code usually is', judge([worse], [entry]), ['nobody'], 0, 0],
    [
      'worse, and that is accepted',
      judge([worse], [{ ...entry, severity: 'critical' }]),
      ['configuration'],
      0,
      0,
    ],
    ['in the baseline', judge([wildcard()], [], [wildcard()]), ['baseline'], 0, 0],
    [
      'in the baseline, at another place and spelled otherwise',
      judge([respelled], [], [wildcard()]),
      ['baseline'],
      0,
      0,
    ],
    ['in the baseline, rewritten since', judge([rewritten], [], [wildcard()]), ['nobody'], 0, 1],
    ['in the baseline, and worse now', judge([worse], [], [wildcard()]), ['nobody'], 0, 1],
    ['in the baseline, and milder now', judge([wildcard()], [], [worse]), ['baseline'], 0, 0],
    [
      'twice, and once in the baseline',
      judge([wildcard(), wildcard()], [], [wildcard()]),
      ['baseline', 'nobody'],
      0,
      0,
    ],
    ['gone', judge([], [], [wildcard()]), [], 0, 1],
    ['what could not be read', judge([partial], [], [partial]), ['nobody'], 0, 1],
  ])('%s', (_name, judged, by, ended, gone) => {
    expect(judged).toEqual({ by, ended, gone });
  });
});
