import { providerArn, type ParsedRoleArn, type Partition } from '../kernel/arn.ts';
import type { Change, MissingCount, Plan, ProviderGap } from './change.ts';
import type { Target } from '../desired/claims.ts';
import type { Configuration, Grant, Mode, Organization } from '../configuration/configuration.ts';
import { listTargetProfiles, type Ask, type DesiredRoles } from '../desired/desired-roles.ts';
import { canonicalJson, digest } from '../kernel/digest.ts';
import { disputeFindings } from './repair-loop.ts';
import { severityRank } from '../kernel/severity.ts';
import { addNextAttempts, failingFindings, changedArn } from './failing-changes.ts';
import { finding, sortFindings, listUnread, type Finding } from '../findings/finding.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { PresenceFacts } from '../desired/missing-connections.ts';
import { coversRole } from '../configuration/grant-coverage.ts';
import type { AccountId, ProviderArn } from '../kernel/ids.ts';
import type { AccountObservation, AccountQuotas, NamedRole, ObservedRole } from '../iam/role.ts';
import { limitToKeptPart, viewKeptPart } from './kept-part.ts';
import { planProvider, selectStrongestMode } from './plan-provider.ts';
import { planRole } from './plan-role.ts';
import type { RecordedConnection, RecordedProvider, RecordedRole } from '../records/connection-record.ts';
import { neededProviders } from '../desired/role-design.ts';
import type { RoleFacts } from './role-facts.ts';
import { listRecordedRoles } from '../records/connection-record.ts';
import { DAY_MS } from '../kernel/durations.ts';

/** What IAM quotas are taken to be while they cannot be read (IAM User Guide, IAM quotas). */
const DEFAULT_TRUST_LENGTH = 2048;

/** The three-way comparison. What could not be read yields findings, never a change. */
export function plan(
  { configuration, recorded, targets, findings, asks, presence, tooManyMissing }: DesiredRoles,
  observations: readonly AccountObservation[],
  providers: readonly RecordedProvider[],
  now: number,
): Plan {
  const accounts = [...groupItems(targets, ({ role }) => role.account)].map(([account, here]) => {
    const observation = observations.find((seen) => seen.account === account);
    return planAccount(here, observation, { configuration, asks, recorded, providers, now });
  });
  const ordered = accounts.flatMap((part) => part.changes).sort(inOrder);
  const changes = addNextAttempts(ordered, recorded, providers);
  const all = sortFindings([
    ...findings,
    ...accounts.flatMap((part) => part.findings),
    ...failingFindings(changes, recorded, providers),
  ]);
  const open = recorded.flatMap(listRecordedRoles).filter(({ closed }) => !closed);
  const keptRoles = groupItems(open, ({ account }) => account);
  return {
    id: `plan-${digest(canonicalJson(changes.map(({ id, differences }) => [id, differences])))}`,
    changes,
    recordSyncs: accounts.flatMap((part) => part.recordSyncs),
    absences: accounts.flatMap((part) => part.absences),
    findings: all,
    isPartial: listUnread(all).length > 0,
    keptRoles: new Map(
      [...keptRoles].map(([account, roles]) => [account, new Set(roles.map(({ arn }) => arn)).size]),
    ),
    missing: countMissing(recorded, presence),
    roles: new Map(accounts.flatMap((part) => [...part.roles])),
    providerGaps: accounts.flatMap((part) => part.providerGaps),
    ...(tooManyMissing ? { tooManyMissing } : {}),
    presence,
  };
}

interface Known {
  readonly configuration: Configuration;
  readonly asks: Ask | undefined;
  readonly recorded: readonly RecordedConnection[];
  readonly providers: readonly RecordedProvider[];
  readonly now: number;
}

type AccountPlan = Pick<Plan, 'changes' | 'recordSyncs' | 'absences' | 'findings' | 'roles' | 'providerGaps'>;

function planAccount(
  targets: readonly Target[],
  observation: AccountObservation | undefined,
  known: Known,
): AccountPlan {
  const account = targets[0]?.role.account;
  if (observation?.roles.state !== 'complete' || observation.providers.state !== 'complete')
    return unreadAccount(account, observation);
  const quotas = observation.quotas.state === 'complete' ? observation.quotas.value : undefined;
  const facts = roleFacts(targets, observation.roles.value, { ...known, quotas, observation });
  const roles = facts.map((each) => ({ facts: each, planned: planRole(each) }));
  const seen = observation.providers.value;
  const planned = listTargetProfiles(targets.filter(({ grant }) => grant)).flatMap(
    ({ profile, organizations }) => {
      const [first, ...others] = organizations;
      if (!first) return [];
      const partition: Partition = targets[0]?.role.partition ?? 'aws';
      const arn = providerArn(partition, observation.account, profile.issuer);
      const recorded = known.providers.find((provider) => provider.arn === arn);
      if (recorded?.unreadable) return { findings: [unreadableProvider(recorded)] };
      return planProvider({
        organizations: [first, ...others],
        profile,
        account: { account: observation.account, partition },
        selectMode: (organization) => strongestMode(targets, organization),
        recorded,
        arns: seen.arns,
        observed: seen.ours.find((provider) => provider.arn === arn),
      });
    },
  );
  const providerGaps = listProviderGaps(
    facts,
    planned.flatMap(({ change }) => change?.providerArn ?? []),
  );
  return {
    changes: [
      ...planned.flatMap(({ change }) => change ?? []),
      ...roles.flatMap(({ planned: { change } }) => change ?? []),
    ],
    recordSyncs: [...planned, ...roles.map((role) => role.planned)].flatMap(
      ({ recordSync }) => recordSync ?? [],
    ),
    absences: roles.flatMap(({ facts: { target }, planned: { isAbsent } }) =>
      isAbsent ? [{ roleArn: target.role.arn, bindings: target.bindings }] : [],
    ),
    roles: new Map(roles.map(({ facts: { target }, planned }) => [target.role.arn, planned])),
    providerGaps,
    findings: [
      ...planned.flatMap((part) => part.findings),
      ...providerGaps.map(reportGap),
      ...roles.flatMap((part) => part.planned.findings),
      ...facts.flatMap(disputeFindings),
      ...quotaFindings(observation.account, quotas),
    ],
  };
}

/** What could not be read yields a finding, and no change. */
function unreadAccount(
  account: AccountId | undefined,
  observation: AccountObservation | undefined,
): AccountPlan {
  const readings = observation ? [observation.roles, observation.providers] : [];
  const unread = readings.find(({ state }) => state === 'unknown');
  const { code, message } =
    unread?.state === 'unknown' ? unread : { code: 'not-read', message: 'it was not read.' };
  const evidence = { account, reason: code };
  const found = finding('read.incomplete', `Account ${account ?? ''}: ${message}`, { evidence });
  return {
    changes: [],
    recordSyncs: [],
    absences: [],
    findings: [found],
    roles: new Map(),
    providerGaps: [],
  };
}

const unreadableProvider = ({ account, arn, unreadable }: RecordedProvider): Finding =>
  finding(
    'record.unreadable',
    `The record of ${arn} cannot be read; it is left as it is. ${unreadable?.reason ?? ''}`,
    {
      evidence: { account, provider: arn },
    },
  );

function roleFacts(
  targets: readonly Target[],
  roles: { readonly inScope: readonly RoleFacts['observed'][]; readonly elsewhere: readonly NamedRole[] },
  {
    configuration: { grants, limits },
    observation: { missingPolicies = [] },
    quotas,
    asks,
    recorded,
    now,
  }: Known & { readonly quotas: AccountQuotas | undefined; readonly observation: AccountObservation },
): readonly RoleFacts[] {
  const observed = new Map(roles.inScope.flatMap((role) => (role ? [[role.arn, role] as const] : [])));
  const byName = groupItems<NamedRole, string>([...observed.values(), ...roles.elsewhere], ({ name }) =>
    name.toLowerCase(),
  );
  const records = recordsByRole(recorded);
  const ofAccount = {
    missingPolicies: new Set(missingPolicies),
    asks,
    deletionWaitMs: limits.deletionWaitDays * DAY_MS,
    trustLength: quotas?.trustLength ?? DEFAULT_TRUST_LENGTH,
    now,
  };
  return targets.map(keepPartOnly).map((target) => {
    const { role } = target;
    const ofRole = listRecords(target, records);
    return {
      target,
      recorded: ofRole,
      ...roleAsKept(target, closingRules(grants, role, ofRole), observed.get(role.arn)),
      isGranted: grants.some((grant) => coversRole(grant, role)),
      namesake: byName.get(role.name.toLowerCase())?.find(({ arn }) => arn !== role.arn)?.arn,
      ...ofAccount,
    };
  });
}

function keepPartOnly(target: Target): Target {
  const grant = target.grant && limitToKeptPart(target.grant);
  return grant === target.grant ? target : { ...target, grant };
}

function roleAsKept(
  { role, grant }: Target,
  rules: ReturnType<typeof closingRules>,
  shown: ObservedRole | undefined,
): ReturnType<typeof closingRules> & Pick<RoleFacts, 'observed' | 'shown'> {
  return { ...rules, shown, observed: shown && viewKeptPart(shown, role, grant ?? rules.closingGrant) };
}

function recordsByRole(recorded: readonly RecordedConnection[]): ReadonlyMap<string, RecordedRole> {
  return new Map(
    recorded.flatMap((item) =>
      listRecordedRoles(item).map(
        (role) => [`${item.organizationId} ${item.connectionId} ${role.arn}`, role] as const,
      ),
    ),
  );
}

function listRecords(
  { role, bindings }: Target,
  records: ReadonlyMap<string, RecordedRole>,
): readonly RecordedRole[] {
  return bindings.flatMap(
    ({ organization, connectionId }) => records.get(`${organization.id} ${connectionId} ${role.arn}`) ?? [],
  );
}

/** A grant that is there no more has been taken back: what it gave is closed. */
function closingRules(
  grants: readonly Grant[],
  role: ParsedRoleArn,
  [first]: readonly RecordedRole[],
): Pick<RoleFacts, 'closingMode' | 'closingRevokes' | 'closingRetire' | 'closingGrant'> {
  const named = grants.find(({ name }) => name === first?.grant);
  const grant = named && limitToKeptPart(named);
  if (!grant)
    return {
      closingMode: 'enforce',
      closingRevokes: false,
      closingRetire: first?.retire ?? 'keep',
      closingGrant: undefined,
    };
  const { mode: closingMode, revokeSessions: closingRevokes, retire: closingRetire } = grant;
  return {
    closingMode,
    closingRevokes,
    closingRetire,
    closingGrant: coversRole(grant, role) ? grant : undefined,
  };
}

function listProviderGaps(
  facts: readonly RoleFacts[],
  lacking: readonly ProviderArn[],
): readonly ProviderGap[] {
  if (lacking.length === 0) return [];
  return facts.flatMap(({ target: { role, bindings }, observed }) =>
    bindings.flatMap((binding) => {
      const arn = neededProviders(role, [binding]).find((needed) => lacking.includes(needed));
      if (!observed || arn === undefined) return [];
      return [{ roleArn: role.arn, connectionId: binding.connectionId, providerArn: arn }];
    }),
  );
}

function reportGap({ providerArn: provider, ...about }: ProviderGap): Finding {
  const message = `${about.roleArn} trusts ${provider}, which is not there or lacks our audience.`;
  return finding('provider.missing', message, { ...about, evidence: { provider } });
}

function strongestMode(targets: readonly Target[], organization: Organization): Mode {
  const needing = targets.filter(({ bindings }) =>
    bindings.some((binding) => binding.organization.id === organization.id),
  );
  return selectStrongestMode(needing.map(({ grant }) => grant?.mode ?? 'observe'));
}

function quotaFindings(account: AccountId, quotas: AccountQuotas | undefined): readonly Finding[] {
  if (!quotas || quotas.rolesUsed < 0.8 * quotas.roles) return [];
  const message = `Account ${account} has ${quotas.rolesUsed} of ${quotas.roles} roles.`;
  return [
    finding('account.quota-near', message, {
      evidence: { account, used: quotas.rolesUsed, quota: quotas.roles },
    }),
  ];
}

/** Not listed, or listed and not shown: a permission that is lost looks like one or like the other. */
export function countMissing(
  recorded: readonly RecordedConnection[],
  { unlisted, hidden }: PresenceFacts,
): readonly MissingCount[] {
  const open = recorded.flatMap((item) => {
    const { organizationId, connectionId, references } = item;
    const roles = listRecordedRoles(item).filter(({ closed }) => !closed);
    const accounts = [...new Set(roles.map(({ account }) => account))];
    const projects = [...new Set(references.map(({ projectId }) => projectId))];
    return accounts.flatMap((account) =>
      projects.map((project) => ({ organization: organizationId, project, account, connectionId })),
    );
  });
  const places = groupItems(
    open,
    ({ organization, project, account }) => `${organization} ${project} ${account}`,
  );
  return [...places.values()].flatMap((kept) => {
    const [first] = kept;
    if (!first) return [];
    const { organization, project, account } = first;
    const gone = kept.filter(({ connectionId: id }) => unlisted.has(id) || hidden.has(id)).length;
    return [{ organization, project, account, missing: gone, kept: kept.length }];
  });
}

const urgency = (change: Change) =>
  change.target === 'provider'
    ? 0
    : (['close', 'repair', 'adopt', 'create', 'delete'] as const).indexOf(change.kind) + 1;

/** Providers first, for roles need them; then the most dangerous; then what revokes, what fixes, what lets in. */
function inOrder(a: Change, b: Change): number {
  const danger = (change: Change) => (change.target === 'provider' ? 0 : severityRank(change.severity));
  const key = (change: Change) =>
    [
      Number(change.target === 'role'),
      danger(change),
      urgency(change),
      change.account,
      changedArn(change),
    ].join(' ');
  return key(a) < key(b) ? -1 : 1;
}
