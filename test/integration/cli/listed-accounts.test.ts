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
  expect(checks.find(({ code }) => code === 'accounts.listed')).toMatchObject({
    verdict: 'failed',
    says: expect.stringContaining('are those of') as unknown,
  });
  organization.govern({ delegated: [HUB_ACCOUNT] });
  expect((await listFindings('plan')).codes).toContain('account.list-unread');
  expect((await listFindings('reconcile')).codes).not.toContain('account.list-unread');
});

const readDocument = async (...typed: readonly string[]) => {
  const { code, stdout, stderr } = await azfed(...typed, '--json');
  return { code, stderr, document: JSON.parse(stdout) as Readonly<Record<string, unknown>> };
};

it('says what is not known of the list: with an old one it goes on, without one the answer is partial', async () => {
  const { organization } = place.cloud.aws;
  organization.govern({ management: ACCOUNT });
  for (const typed of [
    'lint',
    'doors',
    'status',
    'status --credentials',
    'import --out elsewhere',
    'migrate issuer',
    'migrate keys --all --dry-run',
    'uninstall --plan',
    `lint --account ${OTHER}`,
  ]) {
    const { code, stderr, document } = await readDocument(...typed.split(' '));
    expect([typed, code]).toEqual([typed, 3]);
    expect(document['accountList']).toMatchObject({ isOpen: true, reason: 'access-denied' });
    expect(stderr).toContain('No list of the accounts of AWS Organizations is known.');
  }
  for (const typed of ['apply --yes', 'reconcile', 'status']) {
    const { code, stdout, stderr } = await azfed(...typed.split(' '));
    const times = stderr.split('No list of the accounts').length - 1;
    expect({ typed, code, times }).toEqual({ typed, code: 3, times: 1 });
    expect([typed, stdout]).not.toEqual([typed, expect.stringContaining('converged')]);
  }
  const suspended = await azfed('suspend', 'account', OTHER, '--until', '1h', '--reason', 'audit', '--yes');
  expect(suspended.code).toBe(0);
  organization.govern({ delegated: [HUB_ACCOUNT] });
  await azfed('bootstrap', '--yes');
  await azfed('reconcile');
  organization.govern({ delegated: [] });
  await azfed('reconcile');
  for (const verb of ['lint', 'doors']) {
    const { code, stderr, document } = await readDocument(verb, '--account', OTHER);
    expect([verb, code]).not.toEqual([verb, 3]);
    expect(document).toMatchObject({
      accounts: [{ account: OTHER }],
      accountList: { isOpen: false, reason: 'access-denied', readAt: expect.any(String) as unknown },
    });
    expect(stderr).toContain('a later reading failed');
  }
});
