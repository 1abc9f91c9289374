import type { ResolvedListing } from '../../../../shared/domain/configuration/account-listing.ts';
import type { Ask } from '../../../../shared/domain/desired/desired-roles.ts';
import type { Finding, FindingCode } from '../../../../shared/domain/findings/finding.ts';
import {
  finding,
  findingCatalogue,
  sortFindings,
  unreadConcerning,
} from '../../../../shared/domain/findings/finding.ts';
import type { Plan } from '../../../../shared/domain/plan/change.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import type { ProviderArn, RoleId } from '../../../../shared/domain/kernel/ids.ts';
import type { AccountObservation, ObservedRole } from '../../../../shared/domain/iam/role.ts';
import type { PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import type { Unknown } from '../../../../shared/domain/kernel/result.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { FailingChange } from '../../../../shared/domain/records/connection-record.ts';
import { tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { ACCOUNT, organizationId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { inventory } from '../../../builders/inventory.ts';
import { rules } from '../../../builders/rules.ts';
import {
  changed,
  deleted,
  retired,
  saidToBeGone,
  recordUse,
  withBareSnapshot,
  withUseUnknown,
} from '../../../builders/retired-world.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  federated,
  observation,
  runOnce,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const rested = after(60, federated([connection(1)]));
const asking = (...all: Parameters<typeof connection>[1][]) =>
  world(all.map((fields, index) => connection(index + 1, fields)));
const under = (fields: Parameters<typeof configuration>[0], seen = asking({})): SmallWorld => ({
  ...seen,
  configuration: configuration(fields),
});
const role = (change: (live: ObservedRole) => Partial<ObservedRole>): SmallWorld => {
  const live = selectRole(rested, r1);
  return { ...rested, iam: withRole(rested.iam, { ...live, ...change(live) }) };
};
const grants = (fields: Parameters<typeof grant>[0]) => under({ grants: [grant(fields)] });
const identified = (id: typeof contoso.id, name: string, nameProblem?: Unknown): SmallWorld => ({
  ...rested,
  inventories: rested.inventories.map((one) => ({
    ...one,
    identity: complete({ id, name, ...(nameProblem === undefined ? {} : { nameProblem }) }),
  })),
});
function expireCredential(credentialExpiresAt: number): SmallWorld {
  return { ...rested, inventories: rested.inventories.map((one) => ({ ...one, credentialExpiresAt })) };
}
const limits = { ...configuration().limits, driftPercent: 0, absencePercent: 0 };
const four = federated([1, 2, 3, 4].map((number) => connection(number)));

const NOW = '2026-11-30T00:00:00.000Z';
/** Accounts of AWS Organizations, of which none is active now. */
const listed = (fields: Partial<ResolvedListing>): SmallWorld => ({
  ...rested,
  configuration: {
    ...rested.configuration,
    accounts: [],
    listed: { own: [], unreadUnits: [], left: [], ...fields },
  },
});

/** What the account answers, when that is what a row is about. */
interface Row {
  readonly seen: SmallWorld;
  readonly answer?: (whole: AccountObservation) => AccountObservation;
  readonly asks?: Ask;
}

const answering = (
  seen: SmallWorld,
  answer: (whole: AccountObservation) => Partial<AccountObservation>,
): Row => ({
  seen,
  answer: (whole) => ({ ...whole, ...answer(whole) }),
});
const providers = (arns: readonly string[]) =>
  answering(rested, ({ providers: seen }) =>
    seen.state === 'complete'
      ? { providers: complete({ ...seen.value, arns: [...seen.value.arns, ...(arns as ProviderArn[])] }) }
      : {},
  );
/** One that a pair names, under another name than when its role was made, and one that has the former name. */
const byPair = configuration({
  grants: [
    grant({
      roles: [
        {
          ...{ organization: contoso.name, project: 'P1', connection: 'c1', type: 'aws' },
          ...{ accounts: [ACCOUNT], path: '/azure-devops/', name: 'r1' },
        },
      ],
    }),
  ],
});
const pairRenamed = showing(after(60, federated([connection(1)], { configuration: byPair })), [
  connection(1, { references: [reference(1, 'new')] }),
  connection(2, { references: [reference(1, 'c1')] }),
]);
const lost = role(() => ({ managedPolicies: [] }));
/** That the change of this role or provider failed once. */
const failingOnce = <Arn extends FailingChange['arn']>(arn: Arn): readonly FailingChange<Arn>[] => {
  const at = rested.now;
  const failure = { nature: 'refused', code: 'permission', message: 'No.' } as const;
  const notified = { since: at, lastAt: at, toldAt: at, times: 1, reminders: 0 };
  return [{ arn, changeId: 'repair-1', kind: 'repair', ...failure, ...notified }];
};
const [provider] = [...rested.iam.providers.keys()];

/** Found for the plan of a person alone, with reads of its own: see reached-roles.test.ts and boundary-cut.test.ts. */
type BeyondPlan = 'role.reached-through' | 'role.boundary-cuts';

/** A world for every code of the catalogue: the compiler asks for a row when a code is added. */
const rows: Readonly<Record<Exclude<FindingCode, BeyondPlan>, SmallWorld | Row>> = {
  'read.incomplete': { ...rested, inventories: [] },
  'role.settling': { ...after(1, runOnce(lost).world), iam: lost.iam },
  'record.unreadable': {
    ...rested,
    recorded: rested.recorded.map((item) => ({
      ...item,
      unreadable: { reason: 'A later one.', roleArns: [] },
    })),
  },
  'connection.unsettled': {
    ...rested,
    inventories: [
      {
        ...inventory([]),
        projects: complete([
          { id: reference(1, '').projectId, name: 'P1', connections: complete([connection(1)]) },
          {
            id: reference(2, '').projectId,
            name: 'P2',
            connections: complete([connection(1, { isReady: false })]),
          },
        ]),
      },
    ],
  },
  'connection.pair-renamed': pairRenamed,
  'connection.pair-of-another': pairRenamed,
  'organization.identity-mismatch': identified(organizationId(9), 'contoso'),
  'organization.renamed': identified(contoso.id, 'Contoso'),
  'organization.spelling-unknown': identified(contoso.id, 'contoso', unknown('timed-out', 'No answer came.')),
  'connection.not-shown': showing(rested, [connection(1, { oidc: null })]),
  'connection.session-name': asking({ sessionName: 'my session' }),
  'connection.tasks-disagree': asking({ oidc: 'off', powerShellOidc: true }),
  'connection.without-grant': under({ grants: [] }),
  'connection.without-role': asking({ requestedRoleArn: '' }),
  'connection.role-malformed': asking({ requestedRoleArn: 'r1' }),
  'account.not-configured': asking({ requestedRoleArn: 'arn:aws:iam::999999999999:role/azure-devops/r1' }),
  'account.left': listed({ readAt: NOW, left: [{ id: ACCOUNT, name: '', units: [], since: NOW }] }),
  'account.list-unread': listed({ readAt: NOW, trouble: { code: 'x', message: 'No.', since: NOW } }),
  'account.other-partition': asking({ requestedRoleArn: r1.replace('aws', 'aws-cn') }),
  'role.outside-grant': grants({ role: { path: '/azure-devops/shop/', name: '*' } }),
  'grant.ambiguous': under({ grants: [grant(), grant({ name: 'twice' })] }),
  'connection.reference-not-granted': {
    ...grants({ connections: { organization: '*', project: 'P1', name: '*' } }),
    inventories: [inventory([connection(1, { references: [reference(1, 'c1'), reference(2, 'c1')] })])],
  },
  'connection.sharing-refused': {
    ...grants({ sharedConnections: 'refuse' }),
    inventories: [inventory([connection(1, { references: [reference(1, 'c1'), reference(2, 'c1')] })])],
  },
  'connection.static-keys': asking({ oidc: 'off', hasAccessKey: true }),
  'connection.leftover-key': asking({ hasAccessKey: true }),
  'connection.external-id': asking({ hasExternalId: true }),
  'connection.oidc-unclear': asking({ oidc: 'unclear' }),
  'connection.name-refused': asking({ references: [reference(1, 'c*')] }),
  'connection.subject-too-long': asking({ references: [reference(1, 'x'.repeat(250))] }),
  'connection.case-clash': asking({}, { references: [reference(1, 'C1')] }),
  'connection.not-ready': asking({ isReady: false }),
  'connection.disabled-open': showing(rested, [connection(1, { isDisabled: true })]),
  'connection.missing': showing(rested, []),
  'connection.unaccounted': after(3 * 24 * 60, runOnce(showing(rested, [])).world),
  'connection.returned': saidToBeGone(rested),
  'connection.recreated': showing(rested, [connection(2, { references: [reference(1, 'c1')] })]),
  'trust.fenced': role(({ trust }) => ({
    trust: {
      ...trust,
      Statement: toList<Statement>(trust.Statement).map((statement) => ({
        ...statement,
        Condition: { ...(statement.Condition as object), IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      })),
    },
  })),
  'role.failing': {
    ...lost,
    recorded: lost.recorded.map((item) => ({ ...item, failing: failingOnce(r1) })),
  },
  'provider.failing': {
    ...rested,
    iam: { ...rested.iam, providers: new Map() },
    providers: rested.providers.map((item) => ({ ...item, failing: failingOnce(item.arn) })),
  },
  'provider.missing': { ...rested, iam: { ...rested.iam, providers: new Map() } },
  'policy.missing': answering(asking({}), () => ({ missingPolicies: grant().managedPolicies })),
  'role.claimed': asking({ requestedRoleArn: r1 }, { requestedRoleArn: r1 }),
  'role.replaced': role(() => ({ id: 'AROASOMEBODYELSE' as RoleId })),
  'role.unmarked': role(() => ({ tags: {} })),
  'role.foreign-mark': role(({ tags }) => ({ tags: { ...tags, 'azfed:connection': 'another' } })),
  'role.not-owned': { ...rested, recorded: [] },
  'role.case-clash': answering(asking({}), () => ({
    roles: complete({ inScope: [], elsewhere: [{ arn: roleArn('R1', '/'), name: 'R1' }] }),
  })),
  'role.from-template': role(() => ({ isFromTemplate: true })),
  'role.retired-waiting': retired(1),
  'role.in-use': recordUse(retired(1), 60),
  'role.use-unknown': withUseUnknown(retired(31)),
  'role.in-instance-profile': changed(retired(31), { instanceProfiles: ['web'] }),
  'role.not-restorable': { seen: withBareSnapshot(deleted()), asks: 'restore' },
  'role.kept': under(
    { grants: [grant({ retire: 'keep' })] },
    showing(
      after(
        60,
        federated([connection(1)], { configuration: configuration({ grants: [grant({ retire: 'keep' })] }) }),
      ),
      [connection(1, { oidc: 'off' })],
    ),
  ),
  'role.not-made': grants({ permissions: 'unmanaged', boundary: 'none' }),
  'role.foreign-boundary': under(
    { grants: [grant({ boundary: 'none', inlinePolicies: {} })] },
    role(() => ({ inlinePolicies: {} })),
  ),
  'role.incident': role(() => ({ boundary: 'arn:aws:iam::aws:policy/AWSDenyAll' })),
  'role.conflict': under(
    { grants: [grant({ maxSessionDuration: 9_000 })] },
    role(() => ({ maxSessionDuration: 3_600 })),
  ),
  'role.disputed': {
    ...rested,
    recorded: rested.recorded.map((item) =>
      item.role
        ? { ...item, role: { ...item.role, repairs: Array<number>(5).fill(item.role.writtenAt) } }
        : item,
    ),
  },
  'trust.over-quota': answering(asking({}), () => ({
    quotas: complete({ trustLength: 100, roles: 9, rolesUsed: 1, managedPoliciesPerRole: 9 }),
  })),
  'role.tags-over-quota': {
    seen: {
      ...grants({ permissions: 'unmanaged', boundary: 'none' }),
      iam: withRole(rested.iam, {
        ...selectRole(rested, r1),
        tags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'v'])),
      }),
    },
    asks: 'adopt',
  },
  'trust.loose': role((live) => tampered(live, [tamperings['opens the trust to a pattern'] ?? missingRow()])),
  'account.drift-breaker': {
    ...under({ limits }, four),
    iam: [1, 2, 3, 4].reduce((iam, number) => {
      const live = selectRole(four, roleArn(`r${number}`));
      return withRole(iam, { ...live, maxSessionDuration: 3_600 });
    }, four.iam),
  },
  'organization.absence-breaker': under({ limits }, showing(four, [])),
  'account.quota-near': answering(rested, () => ({
    quotas: complete({ trustLength: 2_048, roles: 1_000, rolesUsed: 800, managedPoliciesPerRole: 10 }),
  })),
  'provider.foreign-audience': {
    ...rested,
    iam: {
      ...rested.iam,
      providers: new Map(
        [...rested.iam.providers].map(([arn, one]) => [
          arn,
          { ...one, audiences: [...one.audiences, 'theirs'] },
        ]),
      ),
    },
  },
  'provider.near-duplicate': providers([`${provider ?? ''}/`]),
  'issuer.retiring': rested,
  'credential.expiring': expireCredential(rested.now + 86_400_000),
  'credential.expired': expireCredential(rested.now),
};

function missingRow(): never {
  throw new Error('The table has no such row.');
}

function planRow(row: SmallWorld | Row): Plan {
  const { seen, answer = (whole: AccountObservation) => whole, asks } = 'seen' in row ? row : { seen: row };
  return makePlan(seen, [answer(observation(seen.iam))], asks);
}

function listFindings(row: SmallWorld | Row): readonly Finding[] {
  const { limits } = ('seen' in row ? row.seen : row).configuration;
  const planned = planRow(row);
  return [...planned.findings, ...guard(planned, rules({ limits })).findings];
}

const listCodes = (row: SmallWorld | Row) => listFindings(row).map(({ code }) => code);

describe('a finding', () => {
  it.each(Object.entries(rows))(
    '%s is raised where it should be, and not in a world at rest',
    (code, row) => {
      expect(listCodes(row)).toContain(code);
      if (code !== 'issuer.retiring') expect(listCodes(rested)).not.toContain(code);
    },
  );

  it.each(Object.entries(rows))('%s says about whom it is, in a sentence', (code, row) => {
    const raised = listFindings(row).filter((found) => found.code === code);
    for (const { message, severity } of raised) {
      expect(message).toMatch(/^[^ ].*\.$/);
      expect(severity).toBe(findingCatalogue[raised[0]?.code ?? 'read.incomplete'].severity);
    }
  });

  it.each(['provider.near-duplicate', 'account.quota-near', 'provider.foreign-audience'] as const)(
    '%s changes nothing',
    (code) => {
      expect(planRow(rows[code]).changes).toEqual([]);
    },
  );

  it.each([
    ['role.not-owned', 'not-owned'],
    ['role.from-template', 'from-template'],
    ['role.case-clash', 'case-clash'],
    ['trust.over-quota', 'over-quota'],
    ['role.tags-over-quota', 'too-many-tags'],
    ['role.not-made', 'not-made'],
    ['role.not-restorable', 'not-restorable'],
  ] as const)('%s is made from a refusal of the role', (code, reason) => {
    const refusals = [...planRow(rows[code]).roles.values()].flatMap(({ refusal }) => refusal ?? []);
    expect(refusals).toEqual([{ reason, finding: expect.objectContaining({ code }) as Finding }]);
  });

  it('of a role that is not shown as written, and of a provider that is not there, is made from what the plan says', () => {
    expect(planRow(rows['role.settling']).roles.get(r1)?.isSettling).toBe(true);
    expect(planRow(rows['provider.missing']).providerGaps).toContainEqual(
      expect.objectContaining({ roleArn: r1 }),
    );
  });

  it('worst come first, and equal ones in the order of their places', () => {
    const sorted = sortFindings([
      ...listFindings(rows['connection.recreated']),
      ...listFindings(rows['connection.missing']),
    ]);
    expect(sorted.map(({ severity }) => severity)).toEqual([
      'critical',
      'critical',
      'medium',
      'info',
      'info',
    ]);
    expect(sortFindings([...sorted].reverse())).toEqual(sorted);
  });
});

describe('an account that could not be read', () => {
  it.each(['roles', 'providers'] as const)('is told by its %s', (part) => {
    const row = answering(rested, () => ({ [part]: unknown('access-denied', 'Not allowed.') }));
    expect(listCodes(row)).toContain('read.incomplete');
  });

  it('is told when nobody looked at it', () => {
    expect(makePlan(rested, []).findings.map(({ code }) => code)).toContain('read.incomplete');
    expect(makePlan(rested, []).isPartial).toBe(true);
  });

  it('has the quota that IAM has by default when its quotas could not be read', () => {
    const row = answering(asking({}), () => ({ quotas: unknown('access-denied', 'Not allowed.') }));
    expect(listCodes(row)).not.toContain('trust.over-quota');
  });
});

describe('a document that cannot be read', () => {
  it('is loose, and is replaced', () => {
    const unreadable = role(() => ({ trust: { Unreadable: '{' } satisfies PolicyDocument }));
    expect(listCodes(unreadable)).toContain('trust.loose');
    expect(makePlan(unreadable).changes).toHaveLength(1);
  });
});

describe('what leaves something unknown of a connection', () => {
  const concern = {
    connections: [connection(1).id],
    organizations: [contoso.id],
    accounts: [selectRole(rested, r1).account],
  };
  const hidden = (id: number) =>
    finding('connection.not-shown', 'Hidden.', { connectionId: connection(id).id });
  const unreadable = (roles: readonly string[]) =>
    finding('record.unreadable', 'Not read.', { connectionId: connection(2).id, evidence: { roles } });
  const unread = (evidence: Finding['evidence']) => finding('read.incomplete', 'Not read.', { evidence });

  it.each<[string, Finding, boolean]>([
    ['is that it is not shown', hidden(1), true],
    ['is not that another one is not shown', hidden(2), false],
    ['is its organization', unread({ organization: contoso.id }), true],
    ['is not another organization', unread({ organization: organizationId(2) }), false],
    ['is the account of its role', unread({ account: concern.accounts[0] }), true],
    ['is not another account', unread({ account: '999999999999' }), false],
    ['is a record that may hold any role', unreadable([]), true],
    ['is not the record of another role', unreadable([roleArn('r9')]), false],
    ['is nothing that leaves nothing unknown', finding('role.kept', 'Kept.', {}), false],
  ])('%s', (_what, found, isMeant) => {
    expect(unreadConcerning(concern, [found])).toEqual(isMeant ? [found] : []);
  });
});
