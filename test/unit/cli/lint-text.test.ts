import type { JudgedReport } from '../../../functions/cli/output/lint-text.ts';
import { lintText } from '../../../functions/cli/output/lint-text.ts';
import { measureWidth } from '../../../functions/cli/output/text.ts';
import { ACCOUNT } from '../../builders/domain-ids.ts';
import { layout } from '../../builders/layout.ts';

const issuer = 'vstoken.dev.azure.com/5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';
const roleArn = `arn:aws:iam::${ACCOUNT}:role/platform-engineering/azure-devops/shop-production-europe/deploy`;
const providerArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
const loose = { account: ACCOUNT, evidence: {}, fix: 'Narrow it.' };

const report = {
  accounts: [{ account: ACCOUNT, roles: 3, calls: 1, isPartial: false }],
  doors: [],
  unjoined: [],
  isPartial: false,
  results: [
    {
      ...{ ...loose, roleArn, code: 'trust.subject-wildcard', severity: 'critical' },
      message: 'A pattern of subjects is accepted: StringLike sub *',
    },
    {
      ...{ ...loose, providerArn, code: 'provider.foreign-audience', severity: 'medium' },
      message: `${providerArn} also accepts somebody-elses-audience.`,
    },
  ],
} as unknown as JudgedReport;

it('names roles and providers as the other screens do, and no line is wider than the screen', () => {
  const lines = lintText(report, layout({ columns: 80 })).split('\n');
  expect(lines).toContain(`${ACCOUNT}/deploy`);
  expect(lines).toContain(`${ACCOUNT}/oidc-provider/vstoken.dev.azure.com/5bb3ca2a…`);
  expect(lines.filter((line) => measureWidth(line) > 80 || line.endsWith(' '))).toEqual([]);
});

it.each([
  ['on no screen', { columns: undefined }],
  ['with -o wide', { columns: 80, isWide: true }],
])('names them whole %s', (_where, fields) => {
  const lines = lintText(report, layout(fields)).split('\n');
  expect(lines).toContain(roleArn);
  expect(lines).toContain(providerArn);
});
