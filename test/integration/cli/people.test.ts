import { UpdateRoleCommand } from '@aws-sdk/client-iam';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import type { PeoplePlace } from './people-place.ts';
import { makeSetPattern } from '../../builders/permission-sets.ts';
import { admitPeople } from './people-place.ts';

let place: Place;
let people: PeoplePlace;
beforeAll(async () => {
  place = await enterPlace();
  people = await admitPeople(place);
});
afterAll(() => place.leave());

const [MAIN] = sample.accounts;
const listWriters = () =>
  place.cloud.aws.calls.filter(
    ({ operation, principalArn = '' }) =>
      /team-spoke(?:-retire)?\//.test(principalArn) && !/^(?:Get|List)/.test(operation),
  );

/** The grant makes sessions longer while somebody shortens them: it waits for a person. */
async function makeConflict(): Promise<void> {
  const iam = openConsole(place.cloud.aws.url, getAccount(place.cloud, MAIN).credentials);
  await iam.send(new UpdateRoleCommand({ RoleName: 'network', MaxSessionDuration: 3600 }));
  iam.destroy();
  const text = place.read('federation.yaml');
  place.write('federation.yaml', text.replace('"maxSessionDuration":7200', '"maxSessionDuration":14400'));
}

async function putItem(set: Parameters<PeoplePlace['azfed']>[0], pk: string): Promise<string> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = people.keys(set);
  const client = new DynamoDBClient({
    endpoint: place.cloud.dynamoDb.url,
    region: 'us-east-1',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  });
  try {
    const command = new PutCommand({ TableName: 'azfed', Item: { pk, sk: 'TRIAL' } });
    await DynamoDBDocumentClient.from(client).send(command);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    client.destroy();
  }
}

async function tryReader(): Promise<void> {
  for (const typed of [['plan'], ['status'], ['lint'], ['doctor']]) {
    const { code, stdout, stderr } = await people.azfed('Reader', typed);
    expect(`${typed.join(' ')}: ${code === 0 ? '' : stdout}${stderr}`).toBe(`${typed.join(' ')}: `);
  }
  const { stdout } = await people.azfed('Reader', ['doctor']);
  expect(stdout).toMatch(
    /ok +people\.listed +You are \S+\/reader@example\.com: one of the readers \(people\.readers\[0\]\)\./,
  );
  expect(stdout).toMatch(/ok +account\.assumable +\S+:role\/team-spoke is for operators\. You are /);

  const refused = await people.azfed('Reader', ['apply', '--yes']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /^people\.readers\[0\]\n {2}You are \S+, one of the readers\. This is for operators;/,
  );
  expect(refused.stderr).toContain(`add ${makeSetPattern('Reader')} to people.operators`);
  expect(await putItem('Reader', 'CONTROLS')).toBe('AccessDeniedException');
  expect(listWriters()).toEqual([]);
}

async function tryOperator(): Promise<void> {
  expect(await people.azfed('Operator', ['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(listWriters().length).toBeGreaterThan(0);
  const verified = await people.azfed('Reader', ['verify', 'Shop/aws-prod']);
  expect(`${verified.code} ${verified.stdout}`).toMatch(/^0 [^]*its tokens get in, and nobody else/);
  const adopted = await people.azfed('Operator', ['adopt', 'Payments/aws-by-hand', '--yes']);
  expect(`${adopted.code} ${adopted.stderr}`).toMatch(/^0 /);

  const writers = listWriters().length;
  const refused = await people.azfed('Operator', ['retire', 'Shop/aws-prod', '--reason', 'it is gone']);
  expect(refused.stderr).toMatch(/one of the operators\. This is for retirers; nothing was done\./);
  expect(refused.code).toBe(1);
  expect(listWriters()).toHaveLength(writers);
}

async function tryApprover(): Promise<void> {
  await makeConflict();
  const plan = await people.azfed('Approver', ['plan', '--json']);
  const { planId } = JSON.parse(plan.stdout) as { planId: string };
  const approved = await people.azfed('Approver', ['approve', planId, '--yes']);
  expect(`${approved.code} ${approved.stdout}${approved.stderr}`).toMatch(/^0 Approved: 1 change/);

  for (const typed of [
    ['apply', '--yes'],
    ['suspend', 'everything', '--until', '1h', '--reason', 'trial'],
  ])
    expect((await people.azfed('Approver', typed)).stderr).toContain('This is for operators');
  expect(await putItem('Approver', `ACCOUNT#${MAIN}`)).toBe('AccessDeniedException');
  expect(await putItem('Approver', 'CONTROLS')).toBe('done');
}

async function tryGuest(): Promise<void> {
  const { code, stdout } = await people.azfed('Guest', ['doctor']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/warning +people\.listed +You are \S+\/guest@example\.com, and no list names you/);
  expect(stdout).toContain(`add ${makeSetPattern('Guest')} to people.readers in federation.yaml`);
  const plan = await people.azfed('Guest', ['plan']);
  expect(plan.code).not.toBe(0);
  expect(plan.stderr).toContain('azfed doctor says who you are');

  // Listed here, and not where the roles were deployed.
  const text = place.read('federation.yaml');
  place.write(
    'federation.yaml',
    text.replace('"operators":[', `"operators":["${makeSetPattern('Reader')}",`),
  );
  const early = await people.azfed('Reader', ['doctor']);
  expect(early.stdout).toMatch(
    /team-spoke The role trusts \S+azfed-reconcile, .+_Operator_\?{16}.*; you are /,
  );
  expect(early.stdout).toContain('Deploy the roles of the account again');
}

// One world, one after the other: synthesis of the templates takes most of the time.
it('lets each kind of people do what the lists say, and nothing else, as the templates and IAM have it', async () => {
  await tryReader();
  await tryOperator();
  await tryApprover();
  await tryGuest();
}, 120_000);
