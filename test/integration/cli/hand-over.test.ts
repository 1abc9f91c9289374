import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { parseApplication, parsePlan } from './documents.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  await azfed('apply', '--yes');
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const findId = () => findConnectionId(place.cloud, 'Shop', 'aws-prod');
const codes = async () => parsePlan((await azfed('plan', '--json')).stdout).findings.map(({ code }) => code);

/** Deletes it, makes another under its name, and lets azfed see it. */
async function recreate(): Promise<{ readonly earlier: string; readonly now: string }> {
  const earlier = findId();
  await azfed('local', 'azdo', 'recreate', 'Shop', 'aws-prod');
  await azfed('apply', '--yes');
  return { earlier, now: findId() };
}

describe('azfed adopt, for a connection that was made again under its name', () => {
  it('shows whose place it takes and what changes, and does nothing without a yes', async () => {
    const { earlier, now } = await recreate();
    const written = listSpokeWrites(place.cloud).length;
    const { code, stdout, stderr } = await azfed('adopt', 'Shop/aws-prod');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `Shop / aws-prod (${now}) is to have what azfed keeps for who was there before:`,
    );
    expect(stderr).toContain(`role/azure-devops/shop/shop-prod, of Shop / aws-prod (${earlier})`);
    expect(stderr).toContain('+ "sc://contoso/Shop/aws-prod"');
    expect(stderr).toContain('Nothing was written.');
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);
    expect(await codes()).toContain('connection.recreated');
  });

  it("lets it in with a yes, as one document; its name is nobody else's after that", async () => {
    const { earlier, now } = await recreate();
    expect((await azfed('explain', 'Shop/aws-prod')).stderr).toContain('2 connections have this name.');
    const { code, stdout } = await azfed('adopt', 'Shop/aws-prod', '--yes', '--json');
    expect(code).toBe(0);
    expect(parseApplication(stdout)).toMatchObject({
      changes: [{ kind: 'adopt', cause: 'change', connectionId: now }],
      results: [{ result: 'done' }],
    });
    expect(await codes()).not.toContain('connection.recreated');
    expect((await azfed('explain', 'Shop/aws-prod')).stdout).toMatch(
      /allowed +sc:\/\/contoso\/Shop\/aws-prod/,
    );
    expect((await azfed('history', now)).stdout).toContain('it takes the place of Shop / aws-prod');
    expect((await azfed('history', earlier)).stdout).toContain('connection.recreated.v1');
    expect((await azfed('adopt', 'Shop/aws-prod', '--yes')).stderr).toContain(
      'azfed keeps its role already.',
    );
  });

  it('is not taken while something could not be read', async () => {
    await recreate();
    const text = place.read('.azfed/federation.yaml');
    place.write('federation.yaml', text);
    const blind = { ...place.variables, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' };
    const { code, stdout, stderr } = await place.azfed(['adopt', 'Shop/aws-prod', '--yes'], blind);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Could not be read: Account 123456789012');
    expect(await codes()).toContain('connection.recreated');
  });
});

describe('azfed adopt --replaced', () => {
  const trust = (identity: string) => {
    const text = place.read('.azfed/federation.yaml');
    place.write(
      '.azfed/federation.yaml',
      text.replace('auditLog: true', `auditLog: true\n    trustedAutomation: [${identity}]`),
    );
  };

  it('lets all in that one trusted identity has replaced, with one yes', async () => {
    trust('admin@local.invalid');
    await azfed('local', 'azdo', 'recreate', 'Platform', 'aws-network');
    const { now } = await recreate();
    const asked = await azfed('adopt', '--replaced');
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(
      /replaced +Shop \/ aws-prod .* by admin@local\.invalid: deleted .*, created/,
    );
    expect(await codes()).toContain('connection.recreated');
    const { code, stdout } = await azfed('adopt', '--replaced', '--yes', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as {
      readonly candidates: readonly { readonly connectionId: string }[];
      readonly runs: readonly unknown[];
    };
    expect(document.candidates.map(({ connectionId }) => connectionId)).toContain(now);
    expect(document.runs).toHaveLength(2);
    expect(await codes()).not.toContain('connection.recreated');
    expect(await azfed('adopt', '--replaced', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to do') as string,
    });
    expect((await azfed('explain', 'Platform/aws-network')).stdout).toMatch(
      /allowed +sc:\/\/contoso\/Platform/,
    );
  });

  it('leaves a namesake held that somebody else made, and says why', async () => {
    trust('terraform@contoso.invalid');
    await recreate();
    const written = listSpokeWrites(place.cloud).length;
    const { code, stderr } = await azfed('adopt', '--replaced', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('somebody else than one trusted identity deleted the one or created the other');
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);
    expect(await codes()).toContain('connection.recreated');
  });

  it('needs an identity, and is not meant beside a connection', async () => {
    await recreate();
    expect((await azfed('adopt', '--replaced', '--yes')).stderr).toContain('trustedAutomation');
    expect((await azfed('adopt', 'Shop/aws-prod', '--replaced')).stderr).toContain('exclude each other');
    expect((await azfed('adopt')).stderr).toContain('nor --replaced was given');
  });
});

describe('azfed adopt, for a connection that names the role of another', () => {
  const take = async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/azure-devops/shop/shop-prod';
    await azfed('local', 'azdo', 'create', 'Shop', 'aws-new', '--role', roleArn);
    return azfed('adopt', 'Shop/aws-new', '--yes');
  };

  it('refuses while that one is listed', async () => {
    const { code, stderr } = await take();
    expect(code).toBe(1);
    expect(stderr).toMatch(/Shop \/ aws-prod\n +It is listed in Azure DevOps, and \S+shop-prod is its own\./);
  });

  it('hands the role over when that one is gone', async () => {
    await azfed('local', 'azdo', 'delete', 'Shop', 'aws-prod');
    expect(await take()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Run changed: 1 done/) as string,
    });
    expect((await azfed('status')).stdout).toMatch(/^Shop \/ aws-new +ok /m);
    expect(await codes()).not.toContain('connection.missing');
  });
});

describe('azfed adopt, where a run has begun the role of the earlier connection', () => {
  const roleArn = 'arn:aws:iam::123456789012:role/azure-devops/shop/shop-new';

  it('hands it over although it was never made, for no other run would finish it', async () => {
    place.cloud.aws.faults.next({ operation: 'CreateRole' }, 'accessDenied');
    await azfed('local', 'azdo', 'create', 'Shop', 'aws-new', '--role', roleArn);
    expect((await azfed('apply', '--yes')).stdout).toContain('failed');
    await azfed('local', 'azdo', 'recreate', 'Shop', 'aws-new');
    expect((await azfed('apply', '--yes')).code).toBe(0);
    expect(await codes()).toContain('connection.recreated');

    expect(await azfed('adopt', 'Shop/aws-new', '--yes')).toMatchObject({ code: 0 });
    expect((await azfed('status')).stdout).toMatch(/^Shop \/ aws-new +ok /m);
    expect(await codes()).not.toContain('connection.recreated');
  });
});
