import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import { lintCatalogue } from '../../../shared/domain/lint/lint-catalogue.ts';
import { buildTrust } from '../../../shared/domain/policy/trust-document.ts';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import type { ProviderArn } from '../../../shared/domain/kernel/ids.ts';
import { ACCOUNT, startCloud, stopClouds } from '../local-aws/cloud.ts';
import type { Folder } from './lint-run.ts';
import { enterFolder, ORGANIZATION_ID } from './lint-run.ts';
import { SarifLog } from './sarif.ts';

const ISSUER = `vstoken.dev.azure.com/${ORGANIZATION_ID}`;
const ENTRA = 'login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0';
const AUDIENCE = 'api://AzureADTokenExchange';
const UNREADABLE = '210987654321';
const makeArn = (issuer: string) => `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
const role = (path: string) => `arn:aws:iam::${ACCOUNT}:role${path}`;

const spoke = (id: string, name = 'azfed-spoke') => ({ id, assumeRole: `arn:aws:iam::${id}:role/${name}` });

const JsonDocument = z.object({
  schemaVersion: z.literal(2),
  isPartial: z.boolean(),
  accounts: z.array(
    z.object({ account: z.string(), roles: z.number(), calls: z.number(), isPartial: z.boolean() }),
  ),
  results: z.array(
    z.object({ code: z.string(), severity: z.string(), roleArn: z.string().optional(), message: z.string() }),
  ),
});

const admitting = (issuer: string, Condition: object): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: makeArn(issuer) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition,
    },
  ],
});
const tight: PolicyDocument = buildTrust([
  {
    providerArn: makeArn(ISSUER) as ProviderArn,
    issuer: ISSUER,
    audience: AUDIENCE,
    subjects: ['sc://contoso/Shop/prod'],
  },
]);

/** What people have made by hand, by path and name. */
const roles: Readonly<Record<string, object>> = {
  '/azure-devops/tight': tight,
  '/open': admitting(ISSUER, { StringEquals: { [`${ISSUER}:aud`]: AUDIENCE } }),
  '/apps/deep/wide': admitting(ISSUER, {
    StringEquals: { [`${ISSUER}:aud`]: AUDIENCE },
    StringLike: { [`${ISSUER}:sub`]: 'sc://contoso/*' },
  }),
  '/apps/entra': admitting(ENTRA, {
    StringEquals: { [`${ENTRA}:aud`]: 'fb60f99c-7a34-4190-8149-302f77469936' },
    StringLike: { [`${ENTRA}:sub`]: `/eid1/c/pub/t/dA/a/YQ/sc/${ORGANIZATION_ID}/*` },
  }),
  '/apps/elsewhere': admitting('vstoken.dev.azure.com/77777777-0000-4000-8000-000000000007', {
    StringEquals: {
      'vstoken.dev.azure.com/77777777-0000-4000-8000-000000000007:aud': AUDIENCE,
      'vstoken.dev.azure.com/77777777-0000-4000-8000-000000000007:sub': 'sc://fabrikam/Web/prod',
    },
  }),
  '/machine': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
};

async function createProviders(iam: IAMClient, providers: Readonly<Record<string, readonly string[]>>) {
  for (const [issuer, audiences] of Object.entries(providers))
    await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: [...audiences] }),
    );
}

async function createRoles(iam: IAMClient, wanted: Readonly<Record<string, object>>) {
  for (const [place, trust] of Object.entries(wanted)) {
    const [Path, RoleName] = [
      place.slice(0, place.lastIndexOf('/') + 1),
      place.slice(place.lastIndexOf('/') + 1),
    ];
    await iam.send(
      new CreateRoleCommand({ Path, RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
  }
}

describe('azfed lint', () => {
  let folder: Folder | undefined;
  afterEach(async () => {
    folder?.leave();
    folder = undefined;
    await stopClouds();
  });

  async function enter(
    wanted: Readonly<Record<string, object>>,
    accounts: readonly object[] = [spoke(ACCOUNT)],
    audiences: readonly string[] = [AUDIENCE],
    more: object = {},
  ) {
    const { aws, iam } = await startCloud({ pageSize: 2 });
    await createProviders(iam, { [ISSUER]: audiences, [ENTRA]: ['another-audience'] });
    await createRoles(iam, wanted);
    const before = aws.calls.length;
    folder = enterFolder(aws, accounts, more);
    const writes = () =>
      aws.calls.slice(before).filter(({ operation }) => !/^(?:Get|List|AssumeRole$)/.test(operation));
    return { lint: folder.lint, writes };
  }

  it('finds the sloppy roles on every path, says what is wrong with each, and leaves the others out', async () => {
    const { lint, writes } = await enter(roles);
    const { code, output } = await lint('--json');
    const { results, accounts, isPartial } = JsonDocument.parse(JSON.parse(output));
    expect(results.map(({ severity, code: found, roleArn }) => [severity, found, roleArn])).toEqual([
      ['critical', 'trust.subject-wildcard', role('/apps/deep/wide')],
      ['critical', 'trust.subject-wildcard', role('/apps/entra')],
      ['critical', 'trust.subject-missing', role('/open')],
      ['high', 'trust.organization-unknown', role('/apps/elsewhere')],
      ['medium', 'provider.missing', role('/apps/elsewhere')],
      ['medium', 'trust.never-works', role('/apps/elsewhere')],
    ]);
    expect({ code, isPartial }).toEqual({ code: 1, isPartial: false });
    expect(accounts).toEqual([
      {
        account: ACCOUNT,
        roles: Object.keys(roles).length + 1,
        calls: expect.any(Number) as number,
        isPartial: false,
      },
    ]);
    expect(writes()).toEqual([]);
  });

  it('ends with 0 when all is tight', async () => {
    const { lint } = await enter({ '/azure-devops/tight': tight });
    expect(await lint()).toEqual({ code: 0, output: 'Lint: nothing loose; 2 roles in 1 account.\n' });
  });

  it.each([
    ['high', 0],
    ['medium', 1],
  ])(
    'ends with 1 only for what is as bad as was asked: medium against --fail-on %s',
    async (threshold, expected) => {
      const { lint } = await enter({ '/azure-devops/tight': tight }, undefined, [
        AUDIENCE,
        'another-audience',
      ]);
      const { code, output } = await lint('--fail-on', threshold);
      expect(output).toContain(`${makeArn(ISSUER)}\n  medium    The provider accepts other audiences: `);
      expect(code).toBe(expected);
    },
  );

  it('shows people each role with the statement that decides, the worst first', async () => {
    const { lint } = await enter(roles);
    const { output } = await lint();
    const blocks = output.split('\n\n');
    expect(blocks[0]?.split('\n')).toEqual([
      role('/apps/deep/wide'),
      `  critical  A pattern of subjects is accepted: StringLike ${ISSUER}:sub sc://contoso/*  trust.subject-wildcard`,
      expect.stringContaining('    statement 1 {"Effect":"Allow",') as string,
      `    -> ${lintCatalogue['trust.subject-wildcard'].fix}`,
    ]);
    expect(blocks.at(-1)).toBe('Lint: 3 critical, 1 high, 2 medium; 7 roles in 1 account.\n');
  });

  it('ends with 3 when an account could not be read, and judges the others', async () => {
    const { lint } = await enter(roles, [spoke(ACCOUNT), spoke(UNREADABLE)]);
    const { code, output } = await lint('--json');
    const { results, accounts, isPartial } = JsonDocument.parse(JSON.parse(output));
    expect({ code, isPartial }).toEqual({ code: 3, isPartial: true });
    expect(accounts.map((one) => [one.account, one.isPartial])).toEqual([
      [ACCOUNT, false],
      [UNREADABLE, true],
    ]);
    expect(results.filter(({ roleArn }) => roleArn !== undefined)).toHaveLength(6);
    expect(results.filter(({ code: found }) => found === 'read.incomplete')).toHaveLength(2);
  });

  it('reads the one account that was named, and refuses one that is not configured', async () => {
    const { lint } = await enter({ '/azure-devops/tight': tight }, [spoke(ACCOUNT), spoke(UNREADABLE)]);
    expect((await lint('--account', ACCOUNT)).code).toBe(0);
    expect((await lint('--account', UNREADABLE)).code).toBe(3);
    await expect(lint('--account', '999999999999')).rejects.toMatchObject({ code: 'config' });
  });

  it('writes SARIF 2.1.0 in which every result has its rule, its level and the ARN as its place', async () => {
    const { lint } = await enter(roles);
    const { code, output } = await lint('--format', 'sarif');
    const [run] = SarifLog.parse(JSON.parse(output)).runs;
    const { rules } = run.tool.driver;
    expect(rules.map(({ id }) => id)).toEqual(
      Object.keys(lintCatalogue).filter((id) => id !== 'read.incomplete'),
    );
    expect(run.results.map(({ ruleIndex }) => rules[ruleIndex]?.id)).toEqual(
      run.results.map(({ ruleId }) => ruleId),
    );
    expect(
      run.results.map(({ level, locations: [{ logicalLocations }] }) => [
        level,
        logicalLocations[0].fullyQualifiedName,
      ]),
    ).toEqual([
      ['error', role('/apps/deep/wide')],
      ['error', role('/apps/entra')],
      ['error', role('/open')],
      ['error', role('/apps/elsewhere')],
      ['warning', role('/apps/elsewhere')],
      ['warning', role('/apps/elsewhere')],
    ]);
    const prints = run.results.map(({ partialFingerprints }) => partialFingerprints['azfed/v1']);
    expect(new Set(prints).size).toBe(prints.length);
    expect({ code, done: run.invocations[0].executionSuccessful }).toEqual({ code: 1, done: true });
  });

  it('says in SARIF that it is partial: what could not be read is no result', async () => {
    const { lint } = await enter({ '/azure-devops/tight': tight }, [spoke(ACCOUNT), spoke(UNREADABLE)]);
    const [run] = SarifLog.parse(JSON.parse((await lint('--format', 'sarif')).output)).runs;
    expect(run.results).toEqual([]);
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { message: { text: expect.stringContaining(UNREADABLE) as string } },
        { message: { text: expect.stringContaining(UNREADABLE) as string } },
      ],
    });
  });

  it('is a gate: what the baseline has counts for nothing, what is new or rewritten does', async () => {
    const { lint } = await enter({ '/open': roles['/open'] ?? {} });
    const before = await lint('--json');
    expect(before.code).toBe(1);
    writeFileSync('baseline.json', before.output);
    const known = await lint('--baseline', 'baseline.json');
    expect(known).toMatchObject({
      code: 0,
      output: 'Lint: nothing loose, 1 in the baseline; 2 roles in 1 account.\n',
    });
    const json = JSON.parse((await lint('--json', '--baseline', 'baseline.json')).output) as object;
    expect(json).toMatchObject({
      results: [{ code: 'trust.subject-missing', accepted: { by: 'baseline' } }],
    });
    const sarif = await lint('--format', 'sarif', '--baseline', 'baseline.json');
    expect(sarif.output).toContain('"justification": "It is in the baseline."');

    const empty = JSON.parse(before.output) as { results: { fingerprint: string }[] };
    writeFileSync('other.json', JSON.stringify({ ...empty, results: [] }));
    expect((await lint('--baseline', 'other.json')).code).toBe(1);
    await expect(lint('--baseline', 'none.json')).rejects.toThrow('The file is not there');
    writeFileSync('wrong.json', '[]');
    await expect(lint('--baseline', 'wrong.json')).rejects.toThrow('not what azfed lint --json writes');
  });

  it('passes over what the configuration accepts, until its last day', async () => {
    const accepted = (until: string) => ({
      lint: {
        accepted: [{ code: 'trust.subject-missing', arn: role('/open'), reason: 'Moves in spring.', until }],
      },
    });
    const open = { '/open': roles['/open'] ?? {} };
    const { lint } = await enter(open, undefined, undefined, accepted('2999-12-31'));
    expect(await lint()).toMatchObject({
      code: 0,
      output: 'Lint: nothing loose, 1 accepted in the configuration; 2 roles in 1 account.\n',
    });
    folder?.leave();
    await stopClouds();
    const ended = await enter(open, undefined, undefined, accepted('2026-01-31'));
    const { code, output } = await ended.lint();
    expect(code).toBe(1);
    expect(output).toContain('Any subject is accepted');
  });
});
