import type { ReviewItem } from '../../../../shared/domain/configuration/configuration-review.ts';
import {
  coversPattern,
  reviewConfiguration,
} from '../../../../shared/domain/configuration/configuration-review.ts';
import { parse, short } from '../../config/configuration-text.ts';

const review = (from: string, to: string): readonly ReviewItem[] => {
  if (!short.includes(from)) throw new Error(`The short file does not hold ${from}`);
  return reviewConfiguration(parse(short), parse(short.replace(from, () => to)));
};
const TENANT = '0a000000-0000-0000-0000-000000000001';
const grantEnd = (more: string) => ['webhooks:\n', `${more}\nwebhooks:\n`] as const;

describe('the review of a change of the configuration', () => {
  it.each<[string, readonly [string, string], readonly string[]]>([
    ['nothing', ['Shop', 'Shop'], []],
    ['a narrower pattern', ['"aws-*"', '"aws-p*"'], []],
    ['a wider pattern', ['"aws-*"', '"*"'], ['review.wider-pattern grants.shop.connections.name']],
    [
      'another project',
      ['project: Shop', 'project: Pay'],
      ['review.wider-pattern grants.shop.connections.project'],
    ],
    [
      'a wider path',
      ['/azure-devops/shop/', '/azure-devops/'],
      ['review.wider-pattern grants.shop.role.path'],
    ],
    ['a narrower path', ['/azure-devops/shop/', '/azure-devops/shop/x/'], []],
    [
      'a new account',
      ['  - id: "210987654321"', '  - id: "333333333333"\n  - id: "210987654321"'],
      ['review.new-account accounts.333333333333'],
    ],
    ['a new host', ['hooks.example.com', 'evil.example'], ['review.new-host webhooks.ops.url']],
    ['another address at the same host', ['example.com/azfed', 'example.com/other'], []],
    [
      'another secret',
      ['AZURE_DEVOPS_PAT', 'AZFED_PAT'],
      ['review.new-secret organizations.contoso.credential'],
    ],
    [
      'a new issuer',
      ['    credential:', `    issuer: both\n    entra: { tenantId: ${TENANT} }\n    credential:`],
      ['review.new-issuer organizations.contoso.issuer'],
    ],
    ['another boundary', ['azfed-boundary', 'other'], ['review.wider-permissions grants.shop.boundary']],
    [
      'a policy more',
      grantEnd('    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]'),
      ['review.wider-permissions grants.shop.managedPolicies'],
    ],
    [
      'longer sessions',
      grantEnd('    maxSessionDuration: 7200'),
      ['review.wider-permissions grants.shop.maxSessionDuration'],
    ],
    ['a mode that does more', ['mode: observe', 'mode: enforce'], ['review.wider-mode grants.shop.mode']],
    ['deletion', grantEnd('    retire: delete'), ['review.wider-mode grants.shop.retire']],
    [
      'higher limits',
      ['webhooks:\n', 'limits: { driftPercent: 90 }\nwebhooks:\n'],
      ['review.weaker-guard limits'],
    ],
    ['another place', ['version: 1\n', 'version: 1\nhub: { table: other }\n'], ['review.hub-changed hub']],
    ['another name of the grant', ['name: shop', 'name: everything'], ['review.new-grant grants.everything']],
  ])('lists %s', (_name, [from, to], expected) => {
    expect(review(from, to).map(({ code, where }) => `${code} ${where}`)).toEqual(expected);
  });

  it('says what it was and is', () => {
    expect(review('"aws-*"', '"*"')[0]).toMatchObject({ before: 'aws-*', after: '*' });
  });

  it('misses no receiver that is gone', () => {
    const without = short.slice(0, short.indexOf('webhooks:'));
    expect(reviewConfiguration(parse(short), parse(without)).map(({ where }) => where)).toEqual([
      'webhooks.ops',
    ]);
  });

  it.each<[string, string, boolean]>([
    ['*', '*', true],
    ['*', 'a?*', true],
    ['aws-*', 'aws-prod', true],
    ['aws-?', 'aws-*', false],
    ['a*c', 'a*b', false],
    ['a*c', 'a*bc', true],
    ['?', 'a', true],
    ['a', '?', false],
    ['', '', true],
    ['*', '', true],
  ])('knows whether %s covers %s', (wide, narrow, expected) => {
    expect(coversPattern(wide, narrow)).toBe(expected);
  });
});
