import { daysLeft, expiringCredentials } from '../../../../shared/domain/discovery/credential-expiry.ts';
import { contoso } from '../../../builders/configuration.ts';
import { inventory } from '../../../builders/inventory.ts';

const DAY_MS = 86_400_000;
const now = Date.parse('2027-01-17T12:00:00Z');
const found = (credentialExpiresAt?: number) =>
  expiringCredentials(
    [{ ...inventory([]), ...(credentialExpiresAt === undefined ? {} : { credentialExpiresAt }) }],
    now,
  );

describe('a credential that ends', () => {
  it.each([
    ['a moment more than two weeks before', 14 * DAY_MS + 1, [], 14],
    ['two weeks before', 14 * DAY_MS, ['credential.expiring medium'], 14],
    ['a moment before', 1, ['credential.expiring medium'], 0],
    ['at its end', 0, ['credential.expired high'], 0],
    ['a moment after', -1, ['credential.expired high'], -1],
    ['a month after', -30 * DAY_MS, ['credential.expired high'], -30],
  ])('is told of %s', (_when, ahead, expected, days) => {
    expect(found(now + ahead).map(({ code, severity }) => `${code} ${severity}`)).toEqual(expected);
    expect(daysLeft(now + ahead, now)).toBe(days);
  });

  it('is named by its organization and its day', () => {
    expect(found(Date.parse('2027-01-31'))).toEqual([
      {
        code: 'credential.expiring',
        severity: 'medium',
        message: 'The credential of contoso ends on 2027-01-31.',
        evidence: { organization: contoso.id, expires: '2027-01-31', daysLeft: 13 },
      },
    ]);
  });

  it('is not told of where its end is not known', () => {
    expect(found()).toEqual([]);
  });
});
