import { fc } from '../builders/fast-check.ts';
import type { AccountSlice } from '../../shared/domain/discovery/account-slice.ts';
import { limitRecords, sliceOrganization, viewSlice } from '../../shared/domain/discovery/account-slice.ts';
import { viewOrganization } from '../../shared/domain/discovery/organization-view.ts';
import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import type { DesiredRoles } from '../../shared/domain/desired/desired-roles.ts';
import { designFromViews, designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { limitToAccount } from '../../shared/domain/desired/scope.ts';
import type { AccountId, ConnectionId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { canonicalJson } from '../../shared/domain/kernel/digest.ts';
import { parseRoleArn, splitRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { RecordedConnection, RecordedRole } from '../../shared/domain/records/connection-record.ts';
import { listClaims } from '../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso, grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { connectionId } from '../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../builders/inventory.ts';
import { recordedConnection } from '../builders/recorded-items.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import { START, world } from '../builders/small-world.ts';

const accounts = ['111111111111', '222222222222', '333333333333'].map((text) => {
  const account = parseAccountId(text);
  if (!account) throw new Error(`${text} is no account.`);
  return account;
});

const makeArn = (account: AccountId, name: string) =>
  `arn:aws:iam::${account}:role/azure-devops/${name}` as RoleArn;

function getAccount(arn: string): AccountId {
  const role = parseRoleArn(arn);
  if (!role) throw new Error(`${arn} is no role.`);
  return role.account;
}

// Few of everything, so that connections often hold, ask for and had the same.
const anyArn = fc
  .tuple(fc.constantFrom(...accounts), fc.constantFrom('x', 'X', 'y'))
  .map(([account, name]) => makeArn(account, name));
const anyName = fc.constantFrom('a', 'A', 'b', 'c', 'd', 'e', 'f', 'g');
const anyReferences = fc
  .uniqueArray(fc.tuple(fc.constantFrom(1, 2, 3), anyName), {
    minLength: 1,
    maxLength: 2,
    selector: ([id]) => id,
  })
  .map((all) => all.sort(([a], [b]) => a - b).map(([id, name]) => reference(id, name)));

const anyConnection = fc
  .record({
    number: fc.integer({ min: 1, max: 7 }),
    references: anyReferences,
    requestedRoleArn: fc.option(anyArn, { freq: 6 }),
    oidc: fc.constantFrom<ServiceConnection['oidc'][]>('on', 'on', 'on', 'on', 'off', 'unclear', null),
    type: fc.constantFrom('AWS', 'AWS', 'AWS', 'generic', null),
    isDisabled: fc.constantFrom(false, false, true),
  })
  .map(({ number, ...fields }) => connection(number, fields));

const anyTime = fc.integer({ min: -50, max: 1 }).map((hours) => START + hours * 3_600_000);

const anySubjects = anyReferences.map((references) =>
  references.map((one) => ({
    projectId: one.projectId,
    subject: `sc://contoso/${one.projectName}/${one.name}`,
  })),
);

const anyRole: fc.Arbitrary<RecordedRole> = fc
  .record(
    {
      arn: anyArn,
      subjects: anySubjects,
      former: anySubjects,
      closed: fc.record({
        reason: fc.constantFrom('retired' as const, 'recreated' as const, 'missing' as const),
        subjects: anySubjects.map((all) => all.map(({ subject }) => subject)),
        at: anyTime,
      }),
      id: fc.constant('AROA0000000000000000' as RecordedRole['id'] & string),
      intent: fc.record({
        changeId: fc.constant('change'),
        at: anyTime,
        operation: fc.constant('create' as const),
      }),
      until: anyTime,
      retire: fc.constantFrom('keep' as const, 'close' as const),
    },
    { requiredKeys: ['arn', 'subjects', 'former', 'until', 'retire'] },
  )
  .map(({ former, until, closed, subjects, ...fields }) => ({
    ...fields,
    account: getAccount(fields.arn),
    grant: 'all',
    subjects: closed ? [] : subjects,
    formerSubjects: closed ? [] : former.map(({ subject }) => ({ subject, until })),
    ...(closed ? { closed } : {}),
    written: {},
    writtenAt: START,
    before: {},
  }));

const anyRecord: fc.Arbitrary<RecordedConnection> = fc
  .record(
    {
      number: fc.integer({ min: 1, max: 12 }),
      references: anyReferences,
      role: anyRole,
      earlier: fc.array(anyRole, { maxLength: 1 }),
      unreadable: fc.record({ reason: fc.constant('?'), roleArns: fc.array(anyArn, { maxLength: 2 }) }),
      missing: fc.record({ since: anyTime }),
      retiring: fc.record({ by: fc.constant('p'), at: anyTime, reason: fc.constant('gone') }),
    },
    { requiredKeys: ['number', 'references', 'earlier'] },
  )
  .map(({ number, unreadable, ...fields }) =>
    recordedConnection({
      organizationId: contoso.id,
      connectionId: connectionId(number),
      version: 1,
      ...(unreadable ? { unreadable, references: [], earlier: [] } : fields),
    }),
  );

const anyPair = fc
  .tuple(fc.constantFrom(...accounts), fc.constantFrom('P1', 'P2'), anyName)
  .map(([account, project, name]): Grant =>
    grant({
      name: 'pairs',
      roles: [
        {
          organization: 'contoso',
          project,
          connection: name,
          accounts: [account],
          path: '/azure-devops/',
          name: 'y',
          type: 'any',
        },
      ],
      accounts: [account],
    }),
  );

const anyWorld: fc.Arbitrary<SmallWorld> = fc
  .record({
    connections: fc.uniqueArray(anyConnection, { maxLength: 7, selector: ({ id }) => id }),
    records: fc.uniqueArray(anyRecord, { maxLength: 8, selector: (item) => item.connectionId }),
    fields: fc.record({
      shareRole: fc.boolean(),
      retire: fc.constantFrom('keep' as const, 'close' as const),
      missing: fc.constantFrom('keep' as const, 'close' as const),
    }),
    pair: fc.option(anyPair),
    isUnread: fc.boolean(),
  })
  .map(({ connections, records, fields, pair, isUnread }) => {
    const grants = [grant({ ...fields, accounts }), ...(pair ? [pair] : [])];
    const seen = inventory(connections);
    return world([], {
      configuration: configuration({ accounts: accounts.map((id) => ({ id, partition: 'aws' })), grants }),
      inventories: [isUnread ? withUnreadProject(seen) : seen],
      recorded: records,
    });
  });

const sorted = (items: Iterable<unknown>) => [...items].map(canonicalJson).sort();

/** Of what is designed for everything or from slices: what a run over the account rests on. */
function summarize(whole: DesiredRoles, account: AccountId, recorded: readonly RecordedConnection[]) {
  const designed = limitToAccount(whole, account);
  const here = recorded.filter((item) => concerns(item, account));
  const ids = new Set(here.map((item) => item.connectionId));
  const isKnown = (id: ConnectionId) => ids.has(id);
  const listed = (set: ReadonlySet<ConnectionId>) => [...set].filter(isKnown).sort();
  const { missing, accounted, unlisted, hidden, returned } = designed.presence;
  return {
    targets: sorted(designed.targets),
    scopes: sorted(designed.scopes),
    takeovers: sorted(designed.takeovers),
    claimed: sorted(designed.claimed),
    presence: [missing, accounted, unlisted, hidden, returned].map(listed),
    findings: sorted(
      designed.findings.filter(
        ({ connectionId: id, roleArn }) => id === undefined || roleArn !== undefined || ids.has(id),
      ),
    ),
  };
}

function concerns(item: RecordedConnection, account: AccountId): boolean {
  const arns = [...listClaims(item).map(({ role }) => role.arn), ...(item.unreadable?.roleArns ?? [])];
  return arns.some((arn) => splitRoleArn(arn).account === account);
}

function sliceWorld({ configuration: of, inventories, recorded }: SmallWorld) {
  return of.organizations.map((organization, index) =>
    sliceOrganization(of, { seen: viewOrganization(organization, inventories[index], recorded), recorded }),
  );
}

/** What a run over the account decides on, from its slices alone. */
function designFromSlices(
  seen: SmallWorld,
  account: AccountId,
  slices: readonly AccountSlice[],
): DesiredRoles {
  const { configuration: of, recorded, now } = seen;
  const views = of.organizations.map((organization) =>
    viewSlice(
      of,
      organization,
      slices.find(({ organizationId }) => organizationId === organization.id),
    ),
  );
  return designFromViews(of, views, limitRecords(account, slices, recorded), now);
}

const pickSlices = (seen: SmallWorld, account: AccountId): readonly AccountSlice[] =>
  sliceWorld(seen).flatMap((slices) => slices.filter((slice) => slice.account === account));

/** The law does not hold where a slice is changed so. */
function findBreach(change: (slice: AccountSlice) => AccountSlice): boolean {
  const { failed } = fc.check(
    fc.property(anyWorld, fc.constantFrom(...accounts), (seen, account) => {
      const whole = designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now);
      const sliced = designFromSlices(seen, account, pickSlices(seen, account).map(change));
      expect(summarize(sliced, account, seen.recorded)).toEqual(summarize(whole, account, seen.recorded));
    }),
    { numRuns: 1_000 },
  );
  return failed;
}

describe('a slice of an account', () => {
  it('decides about the account as everything does', () => {
    fc.assert(
      fc.property(anyWorld, fc.constantFrom(...accounts), (seen, account) => {
        const whole = designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now);
        const sliced = designFromSlices(seen, account, pickSlices(seen, account));
        expect(summarize(sliced, account, seen.recorded)).toEqual(summarize(whole, account, seen.recorded));
      }),
      { numRuns: 300 },
    );
  });

  it('is the same whatever the order in which connections and records were read', () => {
    fc.assert(
      fc.property(anyWorld, (seen) => {
        const recorded = [...seen.recorded].reverse();
        expect(sliceWorld({ ...seen, recorded })).toEqual(sliceWorld(seen));
      }),
    );
  });

  it.each<[string, (slice: AccountSlice) => AccountSlice]>([
    [
      'forgets connections of other types',
      (slice) => ({ ...slice, connections: slice.connections.filter(({ type }) => type === 'AWS') }),
    ],
    [
      'forgets connections that ask for nothing in the account',
      (slice) => ({
        ...slice,
        connections: slice.connections.filter(
          ({ requestedRoleArn }) => parseRoleArn(requestedRoleArn ?? '')?.account === slice.account,
        ),
      }),
    ],
    ['calls an organization whole that is not', (slice) => ({ ...slice, isComplete: true })],
    ['calls an organization cut short that is whole', (slice) => ({ ...slice, isComplete: false })],
    ['forgets records of connections that are not listed', (slice) => ({ ...slice, unlisted: [] })],
    ['forgets which projects were read', (slice) => ({ ...slice, wholeProjects: [] })],
    ['forgets what could not be read', (slice) => ({ ...slice, findings: [] })],
  ])('that %s is found out', (_what, change) => {
    expect(findBreach(change)).toBe(true);
  });

  it('of another configuration counts as unread', () => {
    const seen = world([connection(1)]);
    const [slices = []] = sliceWorld(seen);
    const [organization = contoso] = seen.configuration.organizations;
    const pairs = { ...seen.configuration, grants: [grant({ roles: [] }), grant()] };
    const paired = {
      ...seen.configuration,
      grants: [
        grant({
          roles: [
            {
              organization: 'contoso',
              project: 'P1',
              connection: 'c1',
              accounts,
              path: '/',
              name: 'r',
              type: 'any',
            },
          ],
        }),
      ],
    };
    expect(viewSlice(pairs, organization, slices[0]).isRead).toBe(true);
    expect(viewSlice(paired, organization, slices[0])).toMatchObject({
      isRead: false,
      view: { isComplete: false },
      findings: [{ code: 'read.incomplete', evidence: { reason: 'not-discovered' } }],
    });
    expect(viewSlice(pairs, organization, undefined).isRead).toBe(false);
  });
});
