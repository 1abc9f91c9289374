import { listQuotaProblems, quotas } from '../../infra/aws/quotas.ts';
import type { Belongings } from '../../infra/aws/service/grants.ts';
import { assumeRights, discoverRights } from '../../infra/aws/service/grants.ts';
import { describeWidened, spokeDefaults } from '../../infra/aws/spoke/scope.ts';
import { readService } from '../../infra/aws/stacks.ts';
import { BOUNDARY, HUB, SPOKE, federation, organizationContext, writeFederation } from './federation.ts';
import type { Keys } from './principal.ts';
import { extractPrincipal } from './principal.ts';
import { synthesize, synthesizeSpoke } from './synthesis.ts';

const spokeParameters = { HubAccountId: HUB, 'AWS::AccountId': SPOKE };
const boundary: Keys = { 'iam:PermissionsBoundary': `arn:aws:iam::${SPOKE}:${BOUNDARY}` };
const at = (path: string) => `arn:aws:iam::${SPOKE}:role${path}`;

function grantPaths(count: number, others: readonly object[] = []) {
  const { grants, ...rest } = federation([SPOKE]);
  const [shop] = grants;
  const teams = Array.from({ length: count }, (_, index) => ({
    ...shop,
    name: `team-${index}`,
    connections: { organization: 'contoso', project: `Team ${index}`, name: '*' },
    role: { path: `/azure-devops/team-${index}/`, name: '*' },
  }));
  return organizationContext(writeFederation({ ...rest, grants: [...teams, ...others] }));
}

const countPolicies = (context: ReturnType<typeof grantPaths>) =>
  Object.values(synthesizeSpoke(context).Resources).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
    .length;

describe.each([37, 88, 240])('the template of an account for %d granted paths', (count) => {
  const context = grantPaths(count);
  const template = synthesizeSpoke(context);
  const writer = extractPrincipal(template, 'azfed-spoke', spokeParameters);
  const deleter = extractPrincipal(template, 'azfed-spoke-retire', spokeParameters);

  it('fits into every quota of AWS', () => {
    expect(listQuotaProblems(template, quotas.managedPolicies)).toEqual([]);
    expect(JSON.stringify(template).length).toBeLessThan(quotas.templateBody);
    expect(describeWidened(spokeDefaults(readService(context)).scope)).toEqual([]);
  });

  it('lets azfed keep roles on each of them, and on no other path', () => {
    const marked: Keys = { ...boundary, 'aws:ResourceTag/azfed:connection': 'c1' };
    for (const index of [0, 1, Math.floor(count / 2), count - 1]) {
      const role = at(`/azure-devops/team-${index}/x`);
      expect(writer.may('iam:UpdateAssumeRolePolicy', role, boundary)).toBe(true);
      expect(writer.may('iam:UpdateAssumeRolePolicy', role)).toBe(false);
      expect(writer.may('iam:TagRole', role)).toBe(true);
      expect(deleter.may('iam:DeleteRole', role, marked)).toBe(true);
    }
    for (const path of [`/azure-devops/team-${count}/x`, '/azure-devops/x', '/x'])
      expect(writer.may('iam:UpdateAssumeRolePolicy', at(path), boundary)).toBe(false);
  });
});

describe('the template of an account for 600 granted paths', () => {
  const context = grantPaths(600);
  const template = synthesizeSpoke(context);
  const writer = extractPrincipal(template, 'azfed-spoke', spokeParameters);

  it('takes their common path in their place, says so, and fits', () => {
    expect(listQuotaProblems(template, quotas.managedPolicies)).toEqual([]);
    expect(describeWidened(spokeDefaults(readService(context)).scope)).toEqual([
      expect.stringContaining('600 paths of grants are too long for the policies of a role'),
    ]);
    expect(writer.may('iam:UpdateAssumeRolePolicy', at('/azure-devops/team-599/x'), boundary)).toBe(true);
  });

  it.each([
    ['on another path', at('/other/x'), boundary],
    ['at the root path', at('/x'), boundary],
    ['on the path without the boundary', at('/azure-devops/team-1/x'), {}],
    ['in another account', `arn:aws:iam::${HUB}:role/azure-devops/team-1/x`, boundary],
    ['that is its own', at('/azfed-spoke'), boundary],
  ])('lets azfed keep no role %s', (_what, role, keys) => {
    expect(writer.may('iam:UpdateAssumeRolePolicy', role, keys)).toBe(false);
  });

  it('keeps them apart where the account has more managed policies for a role', () => {
    const raised = { ...context, managedPoliciesPerRole: '20' };
    const apart = synthesizeSpoke(raised);
    const own = extractPrincipal(apart, 'azfed-spoke', spokeParameters);
    expect(describeWidened(spokeDefaults(readService(raised)).scope)).toEqual([]);
    expect(listQuotaProblems(apart, 20)).toEqual([]);
    expect(own.may('iam:UpdateAssumeRolePolicy', at('/azure-devops/team-599/x'), boundary)).toBe(true);
    expect(own.may('iam:UpdateAssumeRolePolicy', at('/azure-devops/team-600/x'), boundary)).toBe(false);
    expect(countPolicies(context)).toBeLessThan(countPolicies(raised));
  });

  it('is refused with the number where a role with other rights lies below the common path', () => {
    const [shop] = federation([SPOKE]).grants;
    const { role: _, connections: __, managedPolicies: ___, ...common } = { ...shop };
    const terraform = {
      ...common,
      name: 'terraform',
      boundary: 'none',
      permissions: 'unmanaged',
      retire: 'keep',
      roles: [
        { organization: 'contoso', project: 'Infra', connection: 'aws', role: at('/azure-devops/legacy/tf') },
      ],
    };
    expect(() => readService(grantPaths(600, [terraform]))).toThrow(
      /need \d+ policies beside the first, .*a role has 10 policies at most.*managedPoliciesPerRole=20/,
    );
  });
});

describe('a template that AWS would refuse', () => {
  const big = { Properties: { PolicyDocument: { Statement: 'x'.repeat(quotas.managedPolicy) } } };
  const role = {
    RoleName: 'r',
    AssumeRolePolicyDocument: { Statement: 'x'.repeat(quotas.trustPolicy) },
    Policies: [{ PolicyDocument: 'x'.repeat(6_000) }, { PolicyDocument: 'x'.repeat(6_000) }],
    ManagedPolicyArns: Array.from({ length: 11 }, () => 'arn'),
  };
  const template = {
    Parameters: { P: { Type: 'String', Default: 'x'.repeat(quotas.parameter + 1) } },
    Resources: {
      M: { Type: 'AWS::IAM::ManagedPolicy', ...big },
      R: { Type: 'AWS::IAM::Role', Properties: role },
    },
  };

  it.each([
    'The parameter P has 4097 characters; AWS takes 4096 at most.',
    'The managed policy M has 6160 characters; AWS takes 6144 at most.',
    'The role r has 12004 characters of inline policies; AWS takes 10240 at most.',
    'The role r has 11 managed policies; AWS takes 10 at most.',
    'The role r has 2064 characters of trust policy; AWS takes 2048 at most.',
  ])('%s', (sentence) => {
    const found = listQuotaProblems(template, 10).filter((problem) => problem.startsWith(sentence));
    expect(found).toHaveLength(1);
    expect(found[0]?.length).toBeGreaterThan(sentence.length + 20);
  });

  it('is one with too many resources, or too long', () => {
    const many = Object.fromEntries(
      Array.from({ length: 501 }, (_, index) => [
        `R${index}`,
        { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'x'.repeat(2_000) } },
      ]),
    );
    const problems = listQuotaProblems({ Resources: many }, 10);
    expect(problems).toEqual([
      expect.stringMatching(/^The template has 10\d{5} characters; AWS takes 1000000 at most\. /),
      expect.stringMatching(/^The template has 501 resources; AWS takes 500 at most\. /),
    ]);
  });
});

describe.each([2, 130, 401, 700])('the hub of %d accounts', (count) => {
  const ids = Array.from({ length: count }, (_, index) => String(200_000_000_000 + index));
  const configured = federation(ids);
  const accounts = configured.accounts.map((account) => ({
    ...account,
    retireRole: `${account.assumeRole}-retire`,
  }));
  const context = organizationContext(writeFederation({ ...configured, accounts }));
  const template = synthesize(context)['azfed'] ?? { Resources: {} };
  const reconcile = extractPrincipal(template, 'azfed-reconcile');
  const report = extractPrincipal(template, 'azfed-report');
  const assume = (who: typeof reconcile, account: string, name: string) =>
    who.may('sts:AssumeRole', `arn:aws:iam::${account}:role/${name}`, { 'aws:ResourceAccount': account });

  it('fits into every quota of AWS', () => {
    expect(listQuotaProblems(template, quotas.managedPolicies)).toEqual([]);
  });

  it('assumes its roles in each of them, no other role, and none in another account', () => {
    for (const account of [ids[0], ids[Math.floor(count / 2)], ids.at(-1)].map(String)) {
      for (const name of ['azfed-spoke', 'azfed-spoke-read', 'azfed-spoke-retire'])
        expect(assume(reconcile, account, name)).toBe(true);
      expect(assume(report, account, 'azfed-spoke-read')).toBe(true);
      expect(assume(report, account, 'azfed-spoke')).toBe(false);
      expect(assume(reconcile, account, 'azfed-spoke-forward')).toBe(false);
      expect(assume(reconcile, account, 'admin')).toBe(false);
    }
    expect(assume(reconcile, '999999999999', 'azfed-spoke')).toBe(false);
    expect(assume(report, '999999999999', 'azfed-spoke-read')).toBe(false);
  });
});

it('keeps accounts apart whose roles have other names', () => {
  const roles = Array.from({ length: 2_000 }, (_, index) => {
    const name = index % 2 === 0 ? 'azfed-spoke' : 'platform/azfed';
    return `arn:aws:iam::${200_000_000_000 + index}:role/${name}`;
  });
  const statements = assumeRights(roles).map(({ statement }) => statement);
  expect(statements.length).toBeLessThanOrEqual(10);
  for (const { Resource: resources = [], Condition: condition = {} } of statements) {
    const listed = [condition['StringEquals']?.['aws:ResourceAccount'] ?? []].flat();
    expect(resources).toHaveLength(1);
    for (const account of listed) expect(roles).toContain(resources[0]?.replace('::*:', `::${account}:`));
  }
  const all = statements.flatMap(
    ({ Condition: condition }) => condition?.['StringEquals']?.['aws:ResourceAccount'] ?? [],
  );
  expect(all).toHaveLength(2_000);
});

it('takes one statement for all accounts of the organization, however many there are', () => {
  const anywhere = 'arn:aws:iam::*:role/azfed-spoke';
  const named = 'arn:aws:iam::111122223333:role/own';
  const statements = assumeRights([named, anywhere]).map(({ statement }) => statement);
  expect(statements.map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
    [[named], undefined],
    [[anywhere], { StringEquals: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } }],
  ]);
  const { listing, ...rest } = { organizations: [], listing: { entries: [], partition: 'aws' } } as const;
  const belongings = new Proxy({} as Belongings, { get: () => 'arn' });
  const listActions = (configuration: Parameters<typeof discoverRights>[1]) =>
    discoverRights(belongings, configuration)
      .flatMap(({ statement }) => statement.Action ?? [])
      .filter((action) => action.startsWith('organizations:'));
  expect(listActions(rest)).toEqual([]);
  expect(listActions({ ...rest, listing })).toContain('organizations:ListAccountsForParent');
});
