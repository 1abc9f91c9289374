import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const [ACCOUNT, OTHER] = sample.accounts;
const FILE = '.azfed/federation.yaml';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  place.write(
    FILE,
    place
      .read(FILE)
      .replace(
        /^accounts:\n(?: .*\n)+/m,
        'accountDefaults: { assumeRole: azfed-spoke }\naccounts: organization\n',
      )
      .replace(/^ {4}accounts: .*$/gm, '    accounts: all'),
  );
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
async function listFindings(...typed: readonly string[]) {
  const { code, stdout } = await azfed(...typed, '--json');
  const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; message: string }[] };
  return { code, codes: findings.map((found) => found.code), texts: findings.map(({ message }) => message) };
}

it('works in the accounts that AWS Organizations lists, and leaves alone what it lists no more', async () => {
  const { organization } = place.cloud.aws;
  expect(await azfed('validate')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('accounts of AWS Organizations, 3 grants') as unknown,
  });
  organization.rename(OTHER, 'Payments \u001b[31mProd');
  await azfed('bootstrap', '--yes');
  await azfed('reconcile');
  const status = await azfed('status');
  expect(status.stdout).toContain('Payments-31mProd');

  organization.setState(OTHER, 'SUSPENDED');
  await azfed('reconcile');
  const left = await listFindings('plan');
  expect(left.codes).toContain('account.left');
  expect(left.texts.join('\n')).toContain(`account ${OTHER}, which has the state SUSPENDED`);

  organization.govern({ management: ACCOUNT });
  expect((await listFindings('reconcile')).codes).toContain('account.list-unread');
  const doctor = await azfed('doctor', '--json');
  expect(doctor.code).toBe(1);
  const { checks } = JSON.parse(doctor.stdout) as { checks: readonly Record<string, string>[] };
  expect(checks).toContainEqual(expect.objectContaining({ code: 'accounts.listed', verdict: 'failed' }));
  organization.govern({ delegated: [HUB_ACCOUNT] });
  expect((await listFindings('plan')).codes).toContain('account.list-unread');
  expect((await listFindings('reconcile')).codes).not.toContain('account.list-unread');
});
