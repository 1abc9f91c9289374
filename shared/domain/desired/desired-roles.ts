import { splitRoleArn, providerArn } from '../kernel/arn.ts';
import { describeFormer, findAccountListGap, findFormerAccount } from '../configuration/account-list.ts';
import { resolveClaims, type ClaimedRequest, type Target } from './claims.ts';
import type { ResolvedListing } from '../configuration/account-listing.ts';
import type { Account, Configuration, Organization, Grant } from '../configuration/configuration.ts';
import { desire, type RoleRequest } from './desire.ts';
import { expiringCredentials } from '../discovery/credential-expiry.ts';
import { followRenames } from './renamed-pairs.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { groupItems } from '../kernel/group-by.ts';
import {
  findRetiringIssuers,
  viewOrganization,
  type SeenOrganization,
} from '../discovery/organization-view.ts';
import type { AbsenceCount } from '../discovery/account-slice.ts';
import type { ProviderArn, RoleArn, ConnectionId, OrganizationId } from '../kernel/ids.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import { chosenProfiles, selectProfiles, type IssuerProfile } from '../issuers/issuer.ts';
import { listBindingIssuers, type Binding } from './bindings.ts';
import { collectPresenceFacts, type PresenceFacts } from './missing-connections.ts';
import type { NameTakeover } from './name-takeover.ts';
import { neededPolicies } from './policy-needs.ts';
import { listClaims, type RecordedConnection } from '../records/connection-record.ts';
import { displayName } from '../azure-devops/service-connection.ts';
import { HOUR_MS } from '../kernel/durations.ts';

/** What is to be looked at in an account before anything can be decided there. */
interface AccountScope {
  readonly account: Account;
  readonly paths: readonly string[];
  readonly providers: readonly ProviderArn[];
  /** Boundaries and managed policies that the roles are to have. */
  readonly policies: readonly string[];
  /** Only these roles are wanted. */
  readonly roles?: readonly RoleArn[];
}

/** adopt: take over a role that azfed did not make. restore: make a deleted one again. */
export type Ask = 'adopt' | 'restore';

/** Everything that can be said before IAM is read. */
export interface DesiredRoles {
  readonly configuration: Configuration;
  readonly recorded: readonly RecordedConnection[];
  readonly targets: readonly Target[];
  readonly presence: PresenceFacts;
  readonly takeovers: readonly NameTakeover[];
  readonly claimed: readonly ClaimedRequest[];
  readonly scopes: readonly AccountScope[];
  readonly findings: readonly Finding[];
  /**
   * Of a view that holds only what concerns one account: of which organizations discovery, which has seen all of them, says
   * that too many connections are missing. Left out: the view is whole, and they are counted in it.
   */
  readonly tooManyMissing?: ReadonlyMap<OrganizationId, AbsenceCount>;
  /** Of a look at a few roles: what a person asks for them beyond what a run does by itself. */
  readonly asks?: Ask;
}

/** Azure DevOps x grants x claims: who is to have which role, and where to look for it. */
export function designRoles(
  configured: Configuration,
  inventories: readonly OrganizationInventory[],
  recorded: readonly RecordedConnection[],
  now: number,
): DesiredRoles {
  const seen = configured.organizations.map((organization) =>
    viewOrganization(
      organization,
      inventories.find(({ organizationId }) => organizationId === organization.id),
      recorded,
    ),
  );
  const designed = designFromViews(configured, seen, recorded, now);
  return { ...designed, findings: [...designed.findings, ...expiringCredentials(inventories, now)] };
}

/** The same from what each organization of the configuration has shown. */
export function designFromViews(
  configured: Configuration,
  seen: readonly SeenOrganization[],
  recorded: readonly RecordedConnection[],
  now: number,
): DesiredRoles {
  const followed = followRenames(configured, seen, recorded);
  const { configuration } = followed;
  const desired = seen.map((organization) => desire(configuration, organization, recorded));
  const quarantined = recorded.filter(({ unreadable }) => unreadable);
  const requests = desired
    .flatMap((verdict) => verdict.requests)
    .filter((request) => !quarantined.some((item) => mayConcern(item, request)));
  const undecided = new Set([
    ...desired.flatMap((verdict) => [...verdict.undecided]),
    ...beingMigrated(recorded, now),
  ]);
  const claims = resolveClaims(seen, { ...configuration, requests, undecided }, recorded, now);
  // An account that the configuration no longer names is none of ours.
  const kept = claims.targets.filter(({ role }) =>
    configuration.accounts.some(({ id, partition }) => id === role.account && partition === role.partition),
  );
  const targets = withIssuers(kept, configuration.grants, recorded);
  const findings = [
    ...[...seen, followed, ...desired, claims].flatMap((part) => part.findings),
    ...seen.flatMap((organization) => findRetiringIssuers(configuration, organization)),
  ];
  const hidden = new Set(desired.flatMap((verdict) => [...verdict.hidden]));
  const presence = collectPresenceFacts(seen, recorded, { ...claims, hidden });
  return {
    configuration,
    recorded,
    targets,
    presence,
    takeovers: claims.takeovers,
    claimed: claims.claimed,
    scopes: buildScopes(configuration, targets),
    findings: [
      ...findings,
      ...quarantined.map(unreadableFinding),
      ...disabledFindings(requests, recorded),
      ...listListingFindings(
        configuration,
        recorded.filter(({ connectionId }) => !desired.some((one) => one.inFormerAccounts.has(connectionId))),
      ),
      ...returnedFindings(presence, recorded),
    ],
  };
}

/** What there is to say of the accounts that AWS Organizations lists, and of records in those that it lists no more. */
function listListingFindings(
  { listed }: Configuration,
  recorded: readonly RecordedConnection[],
): readonly Finding[] {
  if (!listed) return [];
  const left = recorded.flatMap((item) =>
    listClaims(item).flatMap(({ role: { arn } }) => {
      const account = splitRoleArn(arn).account;
      const former = findFormerAccount({ listed }, account);
      const what = `${displayName(item.references)} has ${arn}`;
      return former
        ? finding(
            'account.left',
            `${what}, in account ${account}, ${describeFormer(former)}; azfed leaves it as it is.`,
            {
              connectionId: item.connectionId,
              roleArn: arn,
              evidence: { account },
            },
          )
        : [];
    }),
  );
  return [...left, ...describeListTrouble(listed)];
}

/** Without any list nobody knows what is configured; with the last one azfed goes on. */
export function describeListTrouble(listed: ResolvedListing | undefined): readonly Finding[] {
  const gap = listed && findAccountListGap({ listed });
  if (!gap) return [];
  const { message, reason, readAt } = gap;
  const evidence = { ...(reason !== undefined && { code: reason }), ...(readAt !== undefined && { readAt }) };
  return [finding(readAt === undefined ? 'read.incomplete' : 'account.list-unread', message, { evidence })];
}

/** A record that cannot be read may hold the role, whoever asks for it now. */
function mayConcern(
  { connectionId, unreadable }: RecordedConnection,
  { connection, role }: RoleRequest,
): boolean {
  const isNamed = (arn: string) => arn.toLowerCase() === role.arn.toLowerCase();
  return connection.id === connectionId || (unreadable?.roleArns ?? []).some(isNamed);
}

function unreadableFinding({ connectionId, unreadable }: RecordedConnection): Finding {
  const message = `The record of connection ${connectionId} cannot be read; what it has is left as it is. ${unreadable?.reason ?? ''}`;
  return finding('record.unreadable', message, {
    connectionId,
    evidence: { roles: unreadable?.roleArns ?? [] },
  });
}

function disabledFindings(
  requests: readonly RoleRequest[],
  recorded: readonly RecordedConnection[],
): readonly Finding[] {
  const open = new Set(
    recorded.filter(({ role }) => role && !role.closed).map(({ connectionId }) => connectionId),
  );
  return requests
    .filter(({ connection }) => connection.isDisabled === true && open.has(connection.id))
    .map(({ connection, role }) =>
      finding(
        'connection.disabled-open',
        `${displayName(connection.references)} is disabled; ${role.arn} still trusts it.`,
        {
          connectionId: connection.id,
          roleArn: role.arn,
        },
      ),
    );
}

/** A person's word that a connection is gone is worth nothing once it is seen again, nor when it goes missing after that. */
function returnedFindings(
  { returned }: PresenceFacts,
  recorded: readonly RecordedConnection[],
): readonly Finding[] {
  return recorded
    .filter(({ connectionId }) => returned.has(connectionId))
    .map(({ connectionId, references }) =>
      finding(
        'connection.returned',
        `${displayName(references)} was said to be gone for good, and is listed again.`,
        { connectionId },
      ),
    );
}

function buildScopes(configuration: Configuration, targets: readonly Target[]): readonly AccountScope[] {
  const all = targets.flatMap((target) => (target.heir ? [target, { ...target, ...target.heir }] : [target]));
  const byAccount = groupItems(all, ({ role }) => role.account);
  return configuration.accounts.flatMap((account) => {
    const here = byAccount.get(account.id);
    if (!here) return [];
    const providers = listTargetProfiles(here).map(({ profile: { issuer } }) =>
      providerArn(account.partition, account.id, issuer),
    );
    return [
      {
        account,
        providers,
        policies: neededPolicies(here, configuration),
        paths: [...new Set(here.map(({ role, grant }) => grant?.role?.path ?? role.path))].sort(),
      },
    ];
  });
}

/** Whose tokens these roles let in, each once, with the organizations that they are of. */
export function listTargetProfiles(
  targets: readonly Target[],
): readonly { readonly profile: IssuerProfile; readonly organizations: readonly Organization[] }[] {
  const all = targets.flatMap(({ bindings }) =>
    bindings.flatMap((binding) =>
      listBindingIssuers(binding).map((profile) => ({ profile, organization: binding.organization })),
    ),
  );
  return [...groupItems(all, ({ profile }) => profile.issuer).values()].flatMap((together) => {
    const [first] = together;
    if (!first) return [];
    const organizations = new Map(together.map(({ organization }) => [organization.id, organization]));
    return [{ profile: first.profile, organizations: [...organizations.values()] }];
  });
}

/** Far longer than a migration takes, and than what was read of Azure DevOps before it is looked at. */
const MIGRATION_MS = HOUR_MS;

/**
 * Connections that somebody is taking to OIDC, or has just taken there. That they do not ask for their role, or did not when
 * they were last read, is no reason to shut them out; after an hour it is one again, whatever the record says.
 */
function beingMigrated(recorded: readonly RecordedConnection[], now: number): ReadonlySet<ConnectionId> {
  const isRunning = ({ keyMigration }: RecordedConnection) =>
    keyMigration !== undefined && Math.abs(now - keyMigration.at) < MIGRATION_MS;
  return new Set(recorded.filter(isRunning).map(({ connectionId }) => connectionId));
}

/**
 * Whose tokens each connection is let in with: as its grant says, else its organization, less the issuer that a person has
 * taken from it. That word narrows, and never to nothing.
 */
function withIssuers(
  targets: readonly Target[],
  grants: readonly Grant[],
  recorded: readonly RecordedConnection[],
): readonly Target[] {
  const items = new Map(recorded.map((item) => [item.connectionId, item]));
  const choose = ({ role, grant, bindings }: Target) =>
    bindings.map((binding) => {
      const item = items.get(binding.connectionId);
      return withChoice(binding, grant ?? findClaimGrant(item, role, grants), item);
    });
  return targets.map((target) => {
    const { heir } = target;
    const bindings = choose(target);
    return heir
      ? { ...target, bindings, heir: { ...heir, bindings: choose({ ...target, ...heir }) } }
      : { ...target, bindings };
  });
}

/** Nobody wishes the role now: the grant that it was made by still says whose tokens it takes. */
function findClaimGrant(
  item: RecordedConnection | undefined,
  role: Target['role'],
  grants: readonly Grant[],
): Grant | undefined {
  const claim = item && listClaims(item).find((one) => one.role.arn === role.arn);
  return grants.find(({ name }) => name === claim?.role.grant);
}

function withChoice(
  binding: Binding,
  grant: Grant | undefined,
  item: RecordedConnection | undefined,
): Binding {
  const { organization } = binding;
  const choice = grant?.issuer ?? organization.issuer;
  const issuers = chosenProfiles(organization, choice, item?.withoutIssuer?.issuer);
  const isAsOrganization =
    choice === organization.issuer && issuers.length === selectProfiles(organization, choice).length;
  return isAsOrganization ? binding : { ...binding, issuers };
}
