import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';
import { parsePlan } from './documents.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace({ hasTable: false });
});
afterEach(() => place.leave());

async function tables(): Promise<readonly string[]> {
  const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
  try {
    return (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  } finally {
    client.destroy();
  }
}

const NOTE = /There is no table azfed in account \d{12}, region us-east-1/;

describe('before anybody has let azfed begin', () => {
  it.each([
    [['plan'], 0],
    [['status'], 0],
    [['explain', 'Shop/aws-prod'], 0],
    [['report', '--out', 'report.html'], 0],
    [['hooks', 'status'], 1],
    [['migrate', 'issuer'], 0],
  ] as const)('azfed %j shows what there is, says where no table is, and makes none', async (typed, code) => {
    const said = await place.azfed([...typed, '--local']);
    expect({ ...said, code: said.code }).toMatchObject({ code });
    if (code === 0) expect(said.stderr).toMatch(NOTE);
    expect(said.stderr).toMatch(/AWS_PROFILE, AWS_REGION or AZFED_TABLE|does not say where service hooks go/);
    expect(await tables()).toEqual([]);
  });

  it('azfed verify speaks of the connection, and makes no table', async () => {
    const { stderr } = await place.azfed(['verify', 'Shop/aws-prod', '--local']);
    expect(stderr).toMatch(NOTE);
    expect(await tables()).toEqual([]);
  });

  it.each([
    ['history', 'Shop/aws-prod'],
    ['suspend', 'everything', '--until', '4h', '--reason', 'a reason', '--yes'],
    ['resume', 'everything', '--yes'],
    ['approve', 'plan-0', '--yes'],
    ['retire', 'Shop/aws-prod', '--yes'],
    ['restore', 'arn:aws:iam::111111111111:role/x', '--yes'],
    ['replay', '--yes'],
    ['migrate', 'keys', 'Shop/aws-prod', '--yes'],
    ['reconcile'],
  ])('azfed %s refuses: there is nothing to work with', async (...typed) => {
    const { code, stdout, stderr } = await place.azfed([...typed, '--local']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^table azfed in account \d{12}, region us-east-1\n {2}There is no such table/);
    expect(await tables()).toEqual([]);
    expect(listSpokeWrites(place.cloud)).toEqual([]);
  });

  it('names table, account and region for programs, and says what would be done', async () => {
    const plan = parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout);
    expect(plan.summary.create).toBe(8);
    expect(plan.table).toEqual({
      name: 'azfed',
      account: expect.stringMatching(/^\d{12}$/) as string,
      region: 'us-east-1',
      exists: false,
    });
  });

  it.each([['apply'], ['bootstrap'], ['adopt', 'Payments/aws-by-hand']])(
    'azfed %s asks, and takes silence for a no',
    async (...typed) => {
      const { code, stdout } = await place.azfed([...typed, '--local']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(await tables()).toEqual([]);
      expect(listSpokeWrites(place.cloud)).toEqual([]);
    },
  );

  it.each([['apply'], ['bootstrap'], ['adopt', 'Payments/aws-by-hand'], ['reconcile']])(
    'azfed %s --yes makes the table, and says where',
    async (...typed) => {
      const { code, stderr } = await place.azfed([...typed, '--local', '--yes']);
      expect(code).toBeLessThan(3);
      expect(stderr).toMatch(NOTE);
      expect(await tables()).toEqual(['azfed']);
    },
  );

  it('asks for the table of a plan that was saved before there was one', async () => {
    await place.azfed(['plan', '--local', '--out', 'plan.json']);
    const asked = await place.azfed(['apply', 'plan.json', '--local']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(/Nothing was written/);
    expect(await tables()).toEqual([]);
    expect(await place.azfed(['apply', 'plan.json', '--local', '--yes'])).toMatchObject({ code: 0 });
    expect(await tables()).toEqual(['azfed']);
  });

  it('decides no differently than beside an empty table', async () => {
    const before = parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout);
    await place.azfed(['apply', '--local', '--yes']);
    expect(before.changes.map(({ kind }) => kind)).toContain('create');
    const after = parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout);
    expect(after.table?.exists).toBe(true);
    expect(after.changes).toEqual([]);
  });

  it('lints without a table, and doctor says that it is missing, and where', async () => {
    const config = ['--config', '.azfed/federation.yaml', '--json'];
    expect((await place.azfed(['lint', ...config], place.variables)).code).toBeLessThan(3);
    const { checks } = JSON.parse((await place.azfed(['doctor', ...config], place.variables)).stdout) as {
      checks: { code: string; verdict: string; says: string }[];
    };
    expect(checks).toContainEqual(
      expect.objectContaining({
        code: 'table.present',
        verdict: 'failed',
        says: expect.stringMatching(NOTE) as string,
      }) as object,
    );
    expect(await tables()).toEqual([]);
  });
});

describe('the place that the configuration pins', () => {
  const pin = (hub: string) => {
    place.write('pinned.yaml', `hub: ${hub}\n${place.read('.azfed/federation.yaml')}`);
  };
  const plan = (more: Readonly<Record<string, string>> = {}) =>
    place.azfed(['plan', '--config', 'pinned.yaml', '--json'], { ...place.variables, ...more });

  it.each([
    ['another account', '{ account: "999999999999" }', 'hub.account', 'AWS_PROFILE'],
    ['another region', '{ region: eu-central-1 }', 'hub.region', 'AWS_REGION'],
    ['another table than the environment', '{ table: another }', 'AZFED_TABLE', 'Unset the variable'],
  ])('is refused: %s', async (_name, hub, where, fix) => {
    pin(hub);
    const { code, stdout, stderr } = await plan({ AZFED_TABLE: 'azfed' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(where);
    expect(stderr).toContain(fix);
    expect(listSpokeWrites(place.cloud)).toEqual([]);
  });

  it('names the table, where the environment names none', async () => {
    pin('{ table: records-of-azfed }');
    expect(parsePlan((await plan()).stdout).table?.name).toBe('records-of-azfed');
    const { stderr } = await place.azfed(['apply', '--yes', '--config', 'pinned.yaml'], place.variables);
    expect(stderr).toContain('records-of-azfed');
    expect(await tables()).toEqual(['records-of-azfed']);
  });

  it('gives the region, where neither the environment nor a profile names one', async () => {
    pin('{ region: eu-central-1 }');
    const { AWS_REGION: _, ...variables } = place.variables;
    const said = await place.azfed(['plan', '--config', 'pinned.yaml', '--json'], variables);
    expect(parsePlan(said.stdout).table?.region).toBe('eu-central-1');
  });

  it('is taken where it is the place', async () => {
    pin('{}');
    const { account, region } = parsePlan((await plan()).stdout).table ?? {};
    pin(`{ account: "${account ?? ''}", region: ${region ?? ''}, table: azfed }`);
    expect((await plan()).code).toBe(0);
  });
});
