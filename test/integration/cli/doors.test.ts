import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { DoorsDocument } from './documents.ts';

const ACCOUNT = '123456789012';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

/** Roles at the root path, by name: the subject that each trusts. */
async function createRoles(subjects: Readonly<Record<string, string>>): Promise<void> {
  const account = place.cloud.aws.accounts.find(({ id }) => id === ACCOUNT);
  if (!account) throw new Error('The sample has no such account.');
  const iam = openConsole(place.cloud.aws.url, account.credentials);
  const issuer = `vstoken.dev.azure.com/${sample.organizationId}`;
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: `https://${issuer}`,
      ClientIDList: ['api://AzureADTokenExchange'],
    }),
  );
  for (const [name, subject] of Object.entries(subjects))
    await iam.send(
      new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: { [`${issuer}:aud`]: 'api://AzureADTokenExchange', [`${issuer}:sub`]: subject },
            },
          },
        }),
      }),
    );
  iam.destroy();
}

const listDoors = async (...typed: readonly string[]) => {
  const { code, stdout } = await place.azfed(['doors', '--local', '--json', ...typed]);
  const document = DoorsDocument.parse(JSON.parse(stdout));
  const byRole = new Map(document.doors.map((door) => [door.roleArn.split('/').at(-1) ?? '', door]));
  return { code, ...document, byRole };
};

const roles = {
  'web-ado': 'sc://contoso/Shop/aws-staging',
  'web-azure': 'sc://contoso/Shop/azure-prod',
  'web-gone': 'sc://contoso/Shop/nobody-has-this',
  'web-id': 'sc://contoso/Shop/7c1d6f1e-5f5a-4d3f-8f0a-3a2b1c0d9e8f',
};

describe('azfed doors', () => {
  it('says who is behind every subject, over all roles of the accounts, and lint reports what is wrong with it', async () => {
    place.cloud.azureDevOps.connections.create('contoso', {
      project: 'Shop',
      name: 'azure-prod',
      type: 'azurerm',
      isDisabled: true,
    });
    await createRoles(roles);
    const { code, isPartial, byRole } = await listDoors('--uses');
    expect({ code, isPartial }).toEqual({ code: 0, isPartial: false });
    expect(byRole.get('web-ado')).toMatchObject({
      subject: roles['web-ado'],
      holder: { state: 'connection', isWhole: true, connections: [{ project: 'Shop', name: 'aws-staging' }] },
      use: null,
      roleLastUsedAt: null,
    });
    expect(byRole.get('web-azure')?.holder).toMatchObject({
      connections: [{ type: 'azurerm', isDisabled: true }],
    });
    expect(byRole.get('web-gone')?.holder).toEqual({ state: 'nobody', isOfDeletedId: false });
    expect(byRole.get('web-id')?.holder).toEqual({ state: 'never-works', reason: 'subject-id' });
    const { stdout } = await place.azfed(['doors', '--local', '--account', ACCOUNT]);
    expect(stdout).toMatch(
      /Account commerce \(123456789012\)\n(?:.*\n)*web-gone {3,}sc:\/\/contoso\/Shop\/nobody-has-this {3,}nobody {3,}role: never/,
    );
    const lint = JSON.parse((await place.azfed(['lint', '--local', '--json'])).stdout) as {
      readonly results: readonly {
        readonly code: string;
        readonly severity: string;
        readonly roleArn?: string;
      }[];
    };
    const found = lint.results.map(({ severity, code: rule, roleArn = '' }) =>
      [severity, rule, roleArn.split('/').at(-1)].join(' '),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'high trust.subject-orphan web-gone',
        'medium trust.subject-other-type web-azure',
        'medium trust.never-works web-id',
      ]),
    );
    expect(found.filter((line) => line.endsWith('web-ado'))).toEqual([]);
  });

  it('says unknown, and not nobody, where a project could not be read; the answer is partial', async () => {
    await createRoles(roles);
    place.cloud.azureDevOps.faults.next({ operation: 'endpoints', project: 'Shop' }, '403', Infinity);
    const { code, isPartial, byRole } = await listDoors();
    expect({ code, isPartial }).toEqual({ code: 3, isPartial: true });
    expect(byRole.get('web-gone')?.holder).toMatchObject({ state: 'unknown' });
    const lint = await place.azfed(['lint', '--local', '--json']);
    expect(lint.code).toBe(3);
    expect(lint.stdout).not.toContain('trust.subject-orphan');
  });

  it('shows the doors of one project', async () => {
    await createRoles({ ...roles, elsewhere: 'sc://contoso/Payments/aws-prod' });
    const { doors } = await listDoors('--project', 'Payments');
    expect(doors.map(({ subject }) => subject)).toContain('sc://contoso/Payments/aws-prod');
    expect(doors.map(({ subject }) => subject)).not.toContain(roles['web-gone']);
  });

  it('takes a project without a door for good news, and refuses one that there is not', async () => {
    place.cloud.azureDevOps.projects.create('contoso', 'Closed');
    expect(await listDoors('--project', 'Closed')).toMatchObject({ code: 0, doors: [] });
    const { code, stderr } = await place.azfed([
      'doors',
      '--local',
      '--project',
      'Close',
      '--project',
      'Shop',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('--project Close\n  There is no such project.\n  Did you mean Closed?');
    const where = await place.azfed(['doors', '--local', '--region', 'eu-west-1']);
    expect([where.code, where.stderr]).toEqual([1, expect.stringContaining('Add --uses')]);
    place.cloud.azureDevOps.faults.next({ operation: 'projects' }, '403', Infinity);
    expect((await place.azfed(['doors', '--local', '--project', 'Close'])).code).toBe(3);
  });
});
