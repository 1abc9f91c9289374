import { joinRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import type { UninstallFacts, UninstallItem } from '../../../../shared/domain/doctor/uninstall-plan.ts';
import { planUninstall, uninstallSteps } from '../../../../shared/domain/doctor/uninstall-plan.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { newHooks } from '../../../../shared/domain/records/hook-records.ts';
import { uninstallText } from '../../../../functions/cli/commands/uninstall.ts';
import { ACCOUNT, roleArn } from '../../../builders/domain-ids.ts';
import { configuration, contoso } from '../../../builders/configuration.ts';
import { layout } from '../../../builders/layout.ts';
import { connection } from '../../../builders/connection.ts';
import { START, federated, observation } from '../../../builders/small-world.ts';

const entra = {
  type: 'entra' as const,
  tenantId: '11111111-2222-3333-4444-555555555555',
  clientId: '66666666-7777-8888-9999-aaaaaaaaaaaa',
  audience: 'api://AzureADTokenExchange',
  authority: 'https://login.microsoftonline.com',
};
const converged = federated([connection(1), connection(2)]);
const facts: UninstallFacts = {
  name: 'azfed',
  region: 'eu-west-1',
  hasTable: true,
  isSigned: true,
  isTableProtected: true,
  stack: complete({
    release: '0.2.0',
    configurationBucket: 'azfed-configurations',
    sha256: '',
    needs: [],
    settings: { mode: 'organization', partition: 'aws', rolePath: '/', ownRoles: [] },
  }),
  controls: complete({
    ...newControls,
    bootstrapped: { by: 'arn', at: Date.parse('2026-11-20T09:00:00.000Z') },
  }),
  hooks: new Map([
    [contoso.id, complete({ ...newHooks(contoso.id), passwords: [{ id: 'one', digest: '' }] as never })],
  ]),
  recorded: complete(
    new Map([[ACCOUNT, { roles: [roleArn('r1'), roleArn('r2'), roleArn('gone')], providers: 1 }]]),
  ),
  observations: [observation(converged.iam)],
};
const world = configuration({
  organizations: [{ ...contoso, credential: entra }],
  accounts: [
    {
      id: ACCOUNT,
      name: 'shop-prod',
      partition: 'aws',
      assumeRole: roleArn('azfed-spoke', '/'),
    },
  ],
});
const plan = (more: Partial<UninstallFacts> = {}) => planUninstall({ ...facts, ...more }, world, START);
const find = (items: readonly UninstallItem[], what: string) =>
  items.find((item) => item.what.includes(what));

it('lists every part in the order of the steps, with what goes, what stays and how', () => {
  const items = plan();
  const order = items.map(({ step }) => uninstallSteps.indexOf(step));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(items.every(({ unread }) => unread === undefined)).toBe(true);
  expect(find(items, 'Service hook subscriptions of contoso')).toMatchObject({
    fate: 'goes',
    detail: '1 that azfed has made.',
    commands: ['azfed hooks remove'],
  });
  expect(find(items, 'policy/azfed-boundary')).toMatchObject({
    fate: 'stays',
    detail: expect.stringMatching(/^2 roles have it/) as string,
    commands: [],
  });
  expect(find(items, 'Federated roles in shop-prod')).toMatchObject({
    fate: 'stays',
    detail: expect.stringMatching(
      /^2 roles \(1 more recorded, not found in IAM\) and 1 OIDC provider\./,
    ) as string,
  });
  expect(find(items, `Application ${entra.clientId}`)?.commands).toEqual([
    `az ad app delete --id ${entra.clientId}`,
  ]);
  expect(find(items, 'Table azfed')?.commands).toEqual([
    'aws dynamodb update-table --table-name azfed --no-deletion-protection-enabled --region eu-west-1',
    'aws dynamodb delete-table --table-name azfed --region eu-west-1',
  ]);
  expect(find(items, 'Bucket azfed-configurations')?.fate).toBe('stays');
  expect(find(items, 'Key alias/azfed-records')?.fate).toBe('stays');
});

it('speaks to the StackSet as its administrator does, and names what stays of it and of the service', () => {
  const items = plan();
  const [stackSet] = items.filter(({ what }) => what === 'StackSet azfed-spoke');
  expect(stackSet?.fate).toBe('goes');
  for (const command of stackSet?.commands ?? [])
    expect(command).toContain(' --stack-set-name azfed-spoke --call-as DELEGATED_ADMIN --region us-east-1');
  const stays = items.filter(({ fate }) => fate === 'stays').map(({ what }) => what);
  expect(stays).toEqual(
    expect.arrayContaining([
      'The service among the users of contoso',
      'Delegated administrator for StackSets',
    ]),
  );
});

it('names what nobody needs any more, and the Region of each secret', () => {
  const china = `arn:aws-cn:iam::${ACCOUNT}`;
  const secret = 'arn:aws-cn:secretsmanager:cn-northwest-1:111122223333:secret:azfed/token-contoso-AbCdEf';
  const items = planUninstall(
    { ...facts, region: 'cn-north-1', observations: [observation({ ...converged.iam, roles: new Map() })] },
    configuration({
      organizations: [{ ...contoso, credential: { type: 'pat', secret } }],
      accounts: [
        { id: ACCOUNT, partition: 'aws-cn', assumeRole: joinRoleArn('aws-cn', ACCOUNT, '/azfed-spoke') },
      ],
      people: { operators: [`${china}:role/ops`] },
    }),
    START,
  );
  expect(find(items, 'Boundary')).toMatchObject({
    detail: expect.stringContaining('No role has it.') as string,
    commands: [`aws iam delete-policy --policy-arn ${china}:policy/azfed-boundary`],
  });
  expect(find(items, 'Secret ')?.commands).toEqual([
    `aws secretsmanager delete-secret --secret-id ${secret} --region cn-northwest-1`,
  ]);
  expect(find(items, 'StackSet')?.commands.join()).toContain('--region cn-north-1 ');
  expect(find(items, 'Stack azfed')?.detail).toContain('off the permission sets first');
  expect(find(items, 'among the users')).toBeUndefined();
});

const trouble = unknown('access-denied', 'Nobody may look.');
it.each<[string, Partial<UninstallFacts>, readonly string[]]>([
  ['the records', { recorded: trouble }, ['policy/azfed-boundary', 'Federated roles in shop-prod']],
  [
    'the account',
    { observations: [{ ...observation(converged.iam), roles: trouble }] },
    ['policy/azfed-boundary', 'Federated roles in shop-prod'],
  ],
  ['decisions', { controls: trouble }, ['Automatic writes']],
  ['service hooks', { hooks: new Map([[contoso.id, trouble]]) }, ['Service hook subscriptions of contoso']],
  ['the stack', { stack: trouble }, ['Stack azfed']],
])('says what is not known where %s cannot be read, and never that there is none', (_what, more, places) => {
  const items = plan(more);
  const unread = items.filter((item) => item.unread !== undefined);
  expect(unread).toHaveLength(places.length);
  for (const place of places) expect(find(unread, place)?.unread).toBe('Nobody may look.');
});

it('does not ask for a suspension that is there, and shows each command of a step once', () => {
  const pause = {
    scope: { of: 'everything' as const },
    until: Date.parse('2026-11-25T09:00:00.000Z'),
    reason: 'uninstall',
    by: 'arn',
    at: Date.parse('2026-11-22T08:00:00.000Z'),
  };
  const items = plan({ controls: complete({ ...newControls, pauses: [pause] }) });
  expect(find(items, 'Automatic writes')).toMatchObject({
    commands: [],
    detail: 'Suspended until 2026-11-25 09:00 UTC. 1 suspension in the table.',
  });
  const text = uninstallText(items, { style: layout().style, columns: 80 });
  expect(text.split('\n').filter((line) => line === '    npx cdk destroy --all')).toHaveLength(1);
  expect(text).toMatch(/^1\. Stop writes\n {2}goes {3}Automatic writes: Suspended until/);
  expect(text).toContain('nothing was changed.');
});
