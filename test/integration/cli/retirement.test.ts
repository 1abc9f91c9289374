import { CreateRoleCommand, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { AdoptAllDocument, parseApplication, parsePlan } from './documents.ts';
import { authenticate } from './sign-in.ts';
import { withState } from './state.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const configure = (from = '', to = '') => {
  const text = readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8').replaceAll(from, to);
  place.write('.azfed/federation.yaml', text);
  // The same for a person who knows nothing of --local.
  place.write('federation.yaml', text);
};
const parseDocument = (text: string) => JSON.parse(text) as { readonly connections: readonly unknown[] };

describe('azfed adopt', () => {
  it('shows the whole difference, and takes over nothing without a yes', async () => {
    const { code, stderr } = await azfed('adopt', 'Payments/aws-by-hand');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Payments \/ aws-by-hand +adopt, new/);
    expect(stderr).toMatch(/azfed takes over the role of Payments \/ aws-by-hand \(.*boundary.*\)\./);
    expect(stderr).toContain('What is wider than the grant goes first (-);');
    expect(stderr).toContain('Nothing was written.');
    expect(listSpokeWrites(place.cloud)).toEqual([]);
  });

  it('shows a long policy that goes to its end', async () => {
    const [, account] = sample.accounts;
    const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, account).credentials);
    const Resource = Array.from({ length: 20 }, (_, at) => `arn:aws:s3:::bucket-number-${at}/*`);
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource }],
    });
    const policy = { RoleName: 'made-by-hand', PolicyName: 'own', PolicyDocument };
    await console.send(new PutRolePolicyCommand(policy));
    console.destroy();
    const { stderr } = await azfed('adopt', 'Payments/aws-by-hand');
    for (const bucket of Resource) expect(stderr).toContain(bucket);
  });

  it('says what a new boundary cuts off that the role has used, before it is attached', async () => {
    const [, account] = sample.accounts;
    const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, account).credentials);
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['iam:AddRoleToInstanceProfile', 'iam:CreateUser', 's3:*'],
          Resource: '*',
        },
      ],
    });
    await console.send(
      new PutRolePolicyCommand({ RoleName: 'made-by-hand', PolicyName: 'own', PolicyDocument }),
    );
    console.destroy();
    const arn = `arn:aws:iam::${account}:role/azure-devops/payments/made-by-hand`;
    for (const action of ['iam:CreateUser', 's3:GetObject']) place.cloud.aws.noteAttempt(arn, action);
    const { stderr } = await azfed('adopt', 'Payments/aws-by-hand');
    expect(stderr).toMatch(
      /role\.boundary-cuts[\s\S]*allow: iam:CreateUser, iam:AddRoleToInstanceProfile\b.*\. The role has used iam:CreateUser within/,
    );
    const all = AdoptAllDocument.parse(
      JSON.parse((await azfed('adopt', '--all', '--json', '--yes', '--open', arn)).stdout),
    );
    expect(all.items.find(({ roleArn }) => roleArn === arn)).toMatchObject({
      // A role that IAM saw used, and CloudTrail did not.
      refusal: { reason: 'use-unknown' },
      boundaryCuts: {
        use: 'used',
        usedActions: ['iam:CreateUser'],
        usedServices: [],
        untracked: expect.arrayContaining(['iam:AddRoleToInstanceProfile']) as string[],
      },
    });

    place.cloud.aws.faults.next({ operation: 'GenerateServiceLastAccessedDetails' }, 'accessDenied');
    const refused = await azfed('adopt', 'Payments/aws-by-hand');
    expect(refused.stderr).toMatch(/not known: \S.*iam:GenerateServiceLastAccessedDetails/);
  });

  it('is shown, and not done, where the grant only observes', async () => {
    configure('mode: enforce', 'mode: observe');
    const { code, stdout, stderr } = await azfed('adopt', 'Payments/aws-by-hand', '--yes');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Run held: \d blocked/) as string,
    });
    expect(stderr).toMatch(/Payments \/ aws-by-hand +adopt, new[\s\S]+blocked: its grant only observes/);
    expect(listSpokeWrites(place.cloud)).toEqual([]);
  });

  it('decides nothing about an account that cannot be entered', async () => {
    configure();
    const nobody = { ...place.variables, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' };
    const { code, stdout, stderr } = await place.azfed(['adopt', 'Payments/aws-by-hand', '--yes'], nobody);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Could not be read: Account 210987654321');
    expect((await place.azfed(['adopt', 'Payments/aws-by-hand', '--yes'], place.variables)).code).toBe(0);
  });

  it('leaves a role with the connection that has it', async () => {
    await azfed('apply', '--yes');
    const written = listSpokeWrites(place.cloud).length;
    const roleArn = 'arn:aws:iam::210987654321:role/azure-devops/payments/payments-prod';
    const input = { project: 'Payments', name: 'aws-second', roleArn, useOidc: true };
    place.cloud.azureDevOps.connections.create(sample.organization, input);
    const { code, stderr } = await azfed('adopt', 'Payments/aws-second', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Payments \/ aws-prod\n +It is listed in Azure DevOps, and \S+payments-prod is its own\./,
    );
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);
  });

  it('takes over the role with a yes, and then keeps it', async () => {
    const { code, stdout } = await azfed('adopt', 'Payments/aws-by-hand', '--yes', '--json');
    expect(code).toBe(0);
    const { changes, results } = parseApplication(stdout);
    expect(changes.map(({ kind }) => kind)).toContain('adopt');
    expect(results.every(({ result }) => result === 'done')).toBe(true);
    expect((await azfed('status')).stdout).toMatch(/^Payments \/ aws-by-hand +ok /m);
    const again = await azfed('adopt', 'Payments/aws-by-hand', '--yes');
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('azfed keeps its role already.') as string,
    });
  });

  it('opens a role whose trust never worked for a word of its own alone', async () => {
    const [, account] = sample.accounts;
    const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, account).credentials);
    const issuer = `vstoken.dev.azure.com/${sample.organizationId}`;
    const trust = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { [`${issuer}:sub`]: 'repo:contoso/payments:*' } },
      },
    };
    await console.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'made-by-hand',
        PolicyDocument: JSON.stringify(trust),
      }),
    );
    console.destroy();
    const { code, stderr } = await azfed('adopt', 'Payments/aws-by-hand', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/never let a pipeline in: the provider does not accept the audience/);
    expect(stderr).toContain('--open Payments/aws-by-hand');
    expect((await azfed('adopt', 'Payments/aws-by-hand')).stderr).toContain('Nothing was written.');
    expect((await azfed('adopt', 'Payments/aws-by-hand', '--open', 'Shop/aws-prod', '--yes')).code).toBe(1);
    expect(listSpokeWrites(place.cloud)).toEqual([]);
    const opened = await azfed('adopt', 'Payments/aws-by-hand', '--open', 'Payments/aws-by-hand', '--yes');
    expect(opened.code).toBe(0);
    expect((await azfed('status')).stdout).toMatch(/^Payments \/ aws-by-hand +ok /m);
  });

  it.each([
    ['Shop/aws-prod', 'Its role is not there yet.'],
    ['Payments/aws-admin', 'names a role outside its grant'],
    ['Shop/nothing', 'No AWS connection that is known has this name or id.'],
  ])('says why there is nothing to adopt for %s', async (connection, why) => {
    const { code, stderr } = await azfed('adopt', connection, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(why);
    expect(listSpokeWrites(place.cloud)).toEqual([]);
  });
});

describe('azfed retire', () => {
  it('believes a person about a connection that is missing, and closes its role', async () => {
    await azfed('apply', '--yes');
    await azfed('local', 'azdo', 'delete', 'Platform', 'aws-network');
    const asked = await azfed('retire', 'Platform/aws-network', '--reason', 'project sold');
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(/no longer listed[\s\S]+role\/azure-devops\/platform\/network: closed/);

    const { code, stdout } = await azfed(
      'retire',
      'Platform/aws-network',
      '--reason',
      'project sold',
      '--yes',
    );

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Run changed: 1 done/) as string,
    });
    expect((await azfed('status')).stdout).toMatch(/^Platform \/ aws-network +closed/m);
  });

  it('says all that is wrong at once about one that is listed', async () => {
    await azfed('apply', '--yes');
    const written = listSpokeWrites(place.cloud).length;
    const { code, stderr } = await azfed('retire', 'Platform/aws-network', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('It is listed in Azure DevOps');
    expect(stderr).toContain('--reason');
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);
  });
});

describe('a word about a connection', () => {
  const retire = (...more: readonly string[]) =>
    azfed('retire', 'Platform/aws-network', '--reason', 'project sold', '--yes', ...more);
  const records = async () =>
    (await withState(place.cloud, (state, id) => state.readConnections(id))).map(readReason);
  const readReason = ({ retiring }: RecordedConnection) => retiring?.reason;

  beforeEach(async () => {
    await azfed('apply', '--yes');
    await azfed('local', 'azdo', 'delete', 'Platform', 'aws-network');
  });

  it('is not taken while not everything can be read', async () => {
    configure();
    const blind = { ...place.variables, AZURE_DEVOPS_PAT: 'of-yesterday' };
    const typed = ['retire', 'Platform/aws-network', '--reason', 'project sold', '--yes'];
    const { code, stdout, stderr } = await place.azfed(typed, blind);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Could not be read: contoso');
    expect(await records()).not.toContain('project sold');
    expect((await place.azfed(typed, place.variables)).code).toBe(0);
    expect(await records()).toContain('project sold');
  });

  it('is told as one document, and taken once', async () => {
    const { code, stdout } = await retire('--json');
    expect(code).toBe(0);
    const { changes, results } = parseApplication(stdout);
    expect(changes).toMatchObject([
      { kind: 'close', decision: 'allowed', roleArn: expect.stringMatching(/network$/) as string },
    ]);
    expect(results).toMatchObject([{ result: 'done' }]);
    expect((await retire()).stderr).toContain('azfed keeps no role of it that is open.');
  });

  it('waits where the grant only observes', async () => {
    configure('mode: enforce', 'mode: observe');
    expect((await retire()).stdout).toMatch(/^Run held: 1 blocked/);
    const { code, stderr } = await retire();
    expect(code).toBe(1);
    expect(stderr).toMatch(/user\/admin has said so at .+ UTC: project sold/);
  });
});

describe('a role that is deleted', () => {
  /** Its connection asked for it last so many days ago. */
  const backdateClosing = (days: number, id: string) =>
    withState(place.cloud, async (state, organizationId) => {
      const items = await state.readConnections(organizationId);
      const item = items.find(({ connectionId }) => connectionId === id);
      if (!item?.role?.closed) throw new Error(`The role of ${id} is not closed.`);
      const at = Date.now() - days * 24 * 3_600_000;
      await state.write({
        ...item,
        role: { ...item.role, writtenAt: at, closed: { ...item.role.closed, at } },
      });
    });
  const row = async () =>
    /^Platform \/ aws-network +(\S+ +\S.*?) {3}/m
      .exec((await azfed('status')).stdout)?.[1]
      ?.replace(/ {2,}/, ': ');
  const findStatus = async (id: string) =>
    parseDocument((await azfed('status', '--json')).stdout).connections.find(
      (one) => (one as { connectionId: string }).connectionId === id,
    );

  /** A role of the other account lets the role of the connection in, with an external id. */
  async function trustNetworkRole(): Promise<void> {
    const [, account] = sample.accounts;
    const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, account).credentials);
    const trust = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:role/azure-devops/platform/network' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'web' } },
      },
    };
    await console.send(
      new CreateRoleCommand({ RoleName: 'web-deploy', AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    console.destroy();
  }

  it('waits, goes when a second person says yes, and comes back closed when one asks for it', async () => {
    configure('retire: close', 'retire: delete');
    await azfed('apply', '--yes');
    await trustNetworkRole();
    const id = findConnectionId(place.cloud, 'Platform', 'aws-network');
    const explained = await azfed('explain', id, '--json');
    expect(JSON.parse(explained.stdout)).toMatchObject({
      doors: [{ subject: 'sc://contoso/Platform/aws-network', holder: { state: 'connection' } }],
      reachedThrough: {
        roles: [{ roleArn: 'arn:aws:iam::210987654321:role/web-deploy', by: 'role', externalIds: ['web'] }],
        unread: [],
      },
    });
    expect((await azfed('explain', id)).stdout).toMatch(
      /reached through this role\n.*web-deploy.*external id web/,
    );
    expect((await azfed('restore', 'Platform/aws-network', '--yes')).stderr).toContain(
      'azfed has deleted no role of it.',
    );
    place.cloud.azureDevOps.connections.setOidc(sample.organization, id, false);
    await azfed('apply', '--yes');
    expect(await row()).toMatch(/^closed: since \d{4}-\d\d-\d\d, to be deleted after \d{4}-\d\d-\d\d$/);
    expect(await findStatus(id)).toMatchObject({
      state: 'closed',
      retirement: { dueAt: expect.stringMatching(/Z$/) as string, deletedAt: null, isRestorable: false },
    });

    await backdateClosing(31, id);
    expect(await row()).toBe('blocked: delete, approval');
    const { planId } = parsePlan((await azfed('plan', '--json')).stdout);
    const ben = { ...place.variables, ...(await authenticate(place.cloud, 'ben')) };
    const approved = await place.azfed(['approve', planId, '--yes'], ben);
    expect(approved.code).toBe(0);
    expect(approved.stderr).toMatch(/! Reached through .*network: .*web-deploy .*external id web/);
    expect((await azfed('apply', '--yes')).stdout).toMatch(/^Run changed: 1 done/);
    expect(listSpokeWrites(place.cloud).at(-1)).toBe('DeleteRole');
    expect(await row()).toBe('closed: deleted (restorable)');
    expect(await findStatus(id)).toMatchObject({ state: 'deleted', retirement: { isRestorable: true } });

    const asked = await azfed('restore', 'Platform/aws-network');
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('made again from what was kept of it');
    expect(asked.stderr).toContain('PowerUserAccess');
    expect(asked.stderr).toMatch(/role.reached-through[\s\S]*web-deploy/);
    expect(listSpokeWrites(place.cloud).at(-1)).toBe('DeleteRole');
    const done = await azfed('restore', 'Platform/aws-network', '--yes', '--json');
    expect(done).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The role stays closed.') as string,
    });
    expect(parseApplication(done.stdout).results).toMatchObject([{ result: 'done' }]);
    expect(await row()).toMatch(/^closed: since /);
    expect((await azfed('restore', 'Platform/aws-network', '--yes')).stderr).toContain(
      'A role of that name is there again.',
    );
  });
});
