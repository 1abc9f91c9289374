import type { ReportedConnection } from '../../../shared/application/reporting/reported-connections.ts';
import { packTrusts, unpackTrusts } from '../../../shared/report-page/packed-trusts.ts';
import { formatTitle } from '../../../shared/report-page/title.ts';
import type { VerdictCounts } from '../../../shared/report-page/verdict.ts';
import { writeVerdict } from '../../../shared/report-page/verdict.ts';
import { buildReport, reportedConnection } from '../../builders/report.ts';

const calm: VerdictCounts = {
  ...{ connections: 13, ok: 13, open: 0, openProject: 0, drifted: 0, waiting: 0, pending: 0, keys: 0 },
  ...{ unknown: 0, gaps: 0, retiring: 0, daysLeft: 214 },
};

it.each([
  [{}, 'All 13 connections are as they should be.'],
  [{ connections: 1, ok: 1 }, 'The only connection is as it should be.'],
  [{ connections: 0, ok: 0 }, 'There is no AWS connection yet.'],
  [{ connections: 0, ok: 0, gaps: 1 }, 'No connection could be read.'],
  [{ gaps: 2 }, 'Nothing drifted in what could be read, and nothing waits.'],
  [{ ok: 12, pending: 1 }, 'Nothing drifted. 1 change of azfed is under way.'],
  [{ ok: 9 }, 'Nothing drifted, and nothing waits.'],
  [
    { open: 1, drifted: 5, waiting: 3, keys: 2, retiring: 4 },
    '1 role is open to the whole organization. 5 drifted. 3 wait for a person. 2 connections still use keys. 214 days to the end of the old issuer.',
  ],
  [
    { openProject: 2, waiting: 1, unknown: 1, keys: 1, retiring: 1, daysLeft: 0 },
    '2 roles are open to a whole project. 1 waits for a person. Nothing is known of 1. 1 connection still uses keys. The end of the old issuer has passed.',
  ],
])('the verdict of %j', (counts, said) => {
  const parts = writeVerdict({ ...calm, ...counts });
  expect(parts.map(({ text }) => text).join(' ')).toBe(said);
});

it('the title says whose connections they are, and how many', () => {
  const report = buildReport([reportedConnection(1), reportedConnection(2)]);
  expect(formatTitle(report)).toBe('contoso: 2 connections, 1 account');
  const organizations = ['a', 'b', 'c', 'd'].map((name) => ({ id: name as never, name, url: '' }));
  expect(formatTitle({ ...report, organizations, accounts: [] })).toBe(
    '4 organizations: 2 connections, 0 accounts',
  );
});

it.each([
  ['the same', {}],
  ['no such role', { liveTrust: null }],
  ['another', { liveTrust: { Version: '2012-10-17', Statement: [] } }],
])('trusts are packed and unpacked: %s', (_name, fields) => {
  const connection = reportedConnection(1, fields);
  expect(unpackTrusts(packTrusts(connection))).toEqual(connection);
  expect(unpackTrusts(connection)).toEqual(connection);
});

it('trusts that were not read stay so', () => {
  const { expectedTrust: _, liveTrust: __, ...connection } = reportedConnection(1);
  expect(unpackTrusts<ReportedConnection>(packTrusts<ReportedConnection>(connection))).toEqual(connection);
});
