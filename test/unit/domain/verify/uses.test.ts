import { judgeExecutions, judgeUses, readTrailUse } from '../../../../shared/domain/verify/uses.ts';

const ROLE = 'arn:aws:iam::123456789012:role/azure-devops/shop';
const OWN = 'sc://contoso/Shop/aws-prod';

/** A record as the CloudTrail User Guide shows it, of a token that was taken. */
const record = (change: object = {}) => ({
  eventName: 'AssumeRoleWithWebIdentity',
  eventTime: '2026-11-22T09:00:00Z',
  eventID: 'one',
  awsRegion: 'eu-west-1',
  userIdentity: { type: 'WebIdentityUser', userName: OWN },
  requestParameters: { roleArn: ROLE, roleSessionName: 'aws-vsts-tools' },
  responseElements: { subjectFromWebIdentityToken: OWN },
  ...change,
});
const refused = (change: object = {}) =>
  record({
    eventID: 'two',
    eventTime: '2026-11-22T10:00:00Z',
    errorCode: 'AccessDenied',
    errorMessage: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    responseElements: null,
    ...change,
  });
const makeUses = (...records: readonly object[]) => ({
  uses: records.flatMap((one) => readTrailUse(one, ROLE) ?? []),
  since: '2026-08-24T09:00:00.000Z',
  successesSince: '2026-08-24T09:00:00.000Z',
  readAt: '2026-11-22T12:00:00.000Z',
});

describe('a record of CloudTrail', () => {
  it('tells who got in, when and where', () => {
    expect(readTrailUse(record(), ROLE)).toEqual({
      at: '2026-11-22T09:00:00.000Z',
      result: 'succeeded',
      subject: OWN,
      region: 'eu-west-1',
      eventId: 'one',
    });
  });

  it.each<readonly [string, unknown]>([
    ['another role', record({ requestParameters: { roleArn: `${ROLE}-2` } })],
    ['another call', record({ eventName: 'AssumeRole' })],
    ['a time that is none', record({ eventTime: 'yesterday' })],
    ['no text at all', 'AssumeRoleWithWebIdentity'],
  ])('is none of the role with %s', (_why, other) => {
    expect(readTrailUse(other, ROLE)).toBeUndefined();
  });
});

describe('the uses of a connection', () => {
  it('are failing when the newest one was refused, and say why', () => {
    expect(judgeUses(makeUses(record(), refused()), [OWN])).toMatchObject({
      lastSuccess: { eventId: 'one' },
      lastFailure: { eventId: 'two', failure: 'sts.not-authorized' },
      isFailing: true,
    });
  });

  it('are not failing when one got in after that', () => {
    const later = record({ eventID: 'three', eventTime: '2026-11-22T11:00:00Z' });
    expect(judgeUses(makeUses(refused(), later, record()), [OWN])).toMatchObject({
      lastSuccess: { eventId: 'three' },
      lastFailure: { eventId: 'two' },
      isFailing: false,
    });
  });

  it('leave out what another subject did with the role', () => {
    const other = refused({ userIdentity: { userName: 'sc://contoso/Shop/other' } });
    expect(judgeUses(makeUses(other), [OWN])).toMatchObject({
      lastFailure: null,
      lastFailureOfUnknown: null,
    });
  });

  it('tell refusals apart of which CloudTrail does not say whose they were: they may be anybody’s', () => {
    const unspecified = refused({ userIdentity: { type: 'WebIdentityUser' } });
    expect(judgeUses(makeUses(record(), unspecified), [OWN])).toMatchObject({
      lastSuccess: { eventId: 'one' },
      lastFailure: null,
      lastFailureOfUnknown: { eventId: 'two', failure: 'sts.not-authorized' },
      isFailing: false,
    });
  });

  it.each<readonly [string, readonly object[], boolean]>([
    ['a refusal after it got in', [refused({ eventTime: '2026-11-22T09:00:00Z' }), record()], true],
    ['a refusal before it got in', [record(), refused({ eventTime: '2026-11-22T09:00:00Z' })], false],
  ])('keep the order of CloudTrail within one second: %s', (_what, newestFirst, isFailing) => {
    expect(judgeUses(makeUses(...newestFirst), [OWN]).isFailing).toBe(isFailing);
  });
});

it('tells the last job of each result', () => {
  const job = (at: string, result: string) => ({ at, result, pipeline: 'deploy' });
  expect(
    judgeExecutions([
      job('2026-11-20', 'failed'),
      job('2026-11-22', 'succeededWithIssues'),
      job('2026-11-21', 'succeeded'),
      job('2026-11-23', 'canceled'),
    ]),
  ).toEqual({
    lastSuccess: job('2026-11-22', 'succeededWithIssues'),
    lastFailure: job('2026-11-20', 'failed'),
  });
});
