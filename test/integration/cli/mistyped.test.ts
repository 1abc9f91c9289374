import { GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--local', '--yes']);
});
afterAll(() => place.leave());

const until = ['--until', '1h', '--reason', 'a'];

it.each([
  { typed: ['plna'], means: 'plan' },
  { typed: ['hooks', 'instal'], means: 'install' },
  { typed: ['help', 'stauts'], means: 'status' },
  { typed: ['help', 'local', 'tampr'], means: 'tamper' },
  { typed: ['plan', '--detailed-exitcod'], means: '--detailed-exitcode' },
  { typed: ['plan', '-o', 'jsn'], means: 'json' },
  { typed: ['status', '--jsn=1'], means: '--json' },
  { typed: ['status', '--json=yes'], means: '--json' },
  { typed: ['status', '--stat=ok'], means: '--state' },
  { typed: ['suspend', 'acount', '1', ...until], means: 'account' },
  { typed: ['suspend', 'account', '12345678901', ...until], means: '123456789012' },
  { typed: ['suspend', 'organization', 'contos', ...until], means: 'contoso' },
  { typed: ['resume', 'grant', 'shpo'], means: 'shop' },
  { typed: ['suspend', 'connection', 'aws-netwrok', ...until], means: 'aws-network' },
  { typed: ['replay', '--webhook', 'opps'], means: 'ops' },
  { typed: ['notify', 'test', '--webhook', 'opps'], means: 'ops' },
  { typed: ['lint', '--account', '123456789021'], means: '123456789012' },
  { typed: ['lint', '--fail-on', 'hgh'], means: 'high' },
  { typed: ['local', 'tamper', 'opn-trust', 'shop-prod'], means: 'open-trust' },
  { typed: ['local', 'tamper', 'open-trust', 'shop-prd'], means: 'shop-prod' },
  { typed: ['explain', 'role.not-ownd'], means: 'role.not-owned' },
  { typed: ['explain', 'Shop/aws-prd'], means: 'Shop/aws-prod' },
  { typed: ['adopt', 'aws-by-han'], means: 'aws-by-hand' },
  { typed: ['history', 'aws-netwrk'], means: 'aws-network' },
  { typed: ['migrate', 'keys', 'aws-legcy'], means: 'aws-legacy' },
])('asks whether $means was meant by $typed, in three lines', async ({ typed, means }) => {
  const { code, stdout, stderr } = await place.azfed([...typed, '--local']);
  expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' });
  const [where, what, fix, ...rest] = stderr.split('\n');
  expect(where).toMatch(/^\S/);
  expect(what).toMatch(/^ {2}\S.*\.$/);
  expect(fix).toMatch(/^ {2}Did you mean /);
  expect(fix?.slice('  Did you mean '.length).startsWith(`${means}?`)).toBe(true);
  expect(rest).toEqual(['']);
});

it('names what there is where nothing is near', async () => {
  const { stderr } = await place.azfed(['resume', 'grant', 'warehouse', '--local']);
  expect(stderr).toBe(
    'grant warehouse\n  There is no such grant.\n  Choose one of: payments, platform, shop.\n',
  );
});

it.each([
  { typed: ['help', 'warehouse'], see: 'azfed --help' },
  { typed: ['help', 'local', 'warehouse'], see: 'azfed local --help' },
])('leads from $typed to $see, not to the help of help', async ({ typed, see }) => {
  expect((await place.azfed(typed)).stderr).toContain(`\n  See: ${see}\n`);
});

it('says what is typed wrong where nothing is meant by it', async () => {
  const [word, plan] = [
    await place.azfed(['plan', 'extra']),
    await place.azfed(['apply', 'gone.plan', '--local']),
  ];
  expect(word.stderr).toBe(
    "azfed plan extra\n  Too many arguments for 'plan'. Expected 0 arguments but got 1.\n  See: azfed plan --help\n",
  );
  expect(plan.stderr).toBe('gone.plan\n  The file is not there.\n  Make one with: azfed plan --out FILE\n');
});

it('helps with a verb of a verb as with a verb', async () => {
  const [asked, flag] = [
    await place.azfed(['help', 'local', 'tamper']),
    await place.azfed(['local', 'tamper', '--help']),
  ];
  expect(asked).toEqual(flag);
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('open-trust') as string });
});

it('leads to --local where the embedded cloud has the only configuration', async () => {
  const { code, stderr } = await place.azfed(['validate']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^federation\.yaml\n {2}The file is not there\.\n {2}.*add --local\./);
});

it('leads from a role that azfed keeps, with a condition of somebody else, to its acceptance', async () => {
  const account = place.cloud.aws.accounts.find(({ id }) => id === '123456789012');
  if (!account) throw new Error('The sample has no such account.');
  const iam = openConsole(place.cloud.aws.url, account.credentials);
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: 'shop-staging' }));
  const trust = decodeURIComponent(role?.AssumeRolePolicyDocument ?? '');
  const fenced = trust.replace('"Condition":{', '"Condition":{"Bool":{"aws:SecureTransport":"true"},');
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'shop-staging', PolicyDocument: fenced }));
  iam.destroy();
  const { code, stderr } = await place.azfed(['adopt', 'Shop/aws-staging', '--local', '--yes']);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /azfed keeps its role already, and somebody added a condition, .*\n {2}To keep what was added, write it into the grant: azfed accept \S+ --local\n$/,
  );
});
