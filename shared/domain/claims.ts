import type { ParsedRoleArn } from './arn.ts';
import { parseRoleArn } from './arn.ts';
import type { Binding } from './bindings.ts';
import { bindClaim, bindWish } from './bindings.ts';
import type { Configuration, Grant } from './configuration.ts';
import type { Desired, Wish } from './desire.ts';
import { displayName } from './desire.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import type { OrganizationView } from './organization-view.ts';
import type { RecordedConnection } from './recorded.ts';
import type { Claim } from './usurpers.ts';
import { claimsOf, findUsurpers, holdersOf, recreatedFindings } from './usurpers.ts';

/** A role and everybody who is bound to it. Without a grant (nobody wishes it) only its trust is ours to say. */
export interface Target {
  readonly role: ParsedRoleArn;
  readonly grant: Grant | undefined;
  readonly bindings: readonly Binding[];
}

const claimKey = (organizationId: string, connectionId: string, roleArn: string) =>
  `${organizationId} ${connectionId} ${roleArn}`;

/**
 * Who gets which role. Recorded claims narrow: they keep a role with the connection id that has it, and keep a name
 * with the connection id that had it.
 *
 *     connection id | role recorded | its subject is held by | then
 *     --------------+---------------+------------------------+------------------------------------------
 *     wishes it     | yes           | itself                 | bound
 *     wishes it     | no            | itself                 | bound if the role is unclaimed, or shared by its grant
 *     wishes it     | no            | a recorded other       | held: `connection.recreated`
 *     there, other  | yes           | nobody, itself         | closed; kept where its grant said and says so: `role.kept`
 *     there, other  | yes           | another id             | closed: `connection.recreated`
 *     there, unclear| yes           | nobody, itself         | left as recorded
 *     not there     | yes           | another id             | closed: `connection.recreated`
 *     not there     | yes           | nobody                 | left as recorded: `connection.missing`
 *     not read      | yes           | unknown                | left as recorded
 *
 * Left as recorded: what is in the trust beyond the record is taken out of it, and nothing else is done.
 * An organization that could not be read is passed with an empty, incomplete view: its claims stay as recorded.
 */
export function settleClaims(
  organizations: readonly OrganizationView[],
  desired: Pick<Desired, 'wishes' | 'undecided'> & Pick<Configuration, 'grants'>,
  recorded: readonly RecordedConnection[],
  now: number,
): { readonly targets: readonly Target[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const holders = holdersOf(organizations);
  const claims = [...recorded].sort(byId).flatMap(claimsOf);
  const wishes = [...desired.wishes].sort(byConnection);
  const usurpations = findUsurpers(organizations, claims, holders);
  for (const usurpation of usurpations) findings.push(...recreatedFindings(usurpation));
  const usurped = new Set(usurpations.map(({ claim }) => claim));
  const shutOut = new Set(
    usurpations.flatMap(({ claim, usurper, isNewcomer }) =>
      isNewcomer ? [claim.connectionId, usurper] : [claim.connectionId],
    ),
  );
  const granted = grantWishes(
    wishes.filter(({ connection }) => !shutOut.has(connection.id)),
    claims,
    findings,
  );

  const claimOf = new Map(
    claims.map((claim) => [claimKey(claim.organizationId, claim.connectionId, claim.role.arn), claim]),
  );
  const viewOf = new Map(organizations.map((view) => [view.organization.id, view]));
  const targets = new Targets();
  const wished = new Set<Claim>();
  for (const wish of granted) {
    const before = claimOf.get(claimKey(wish.organization.id, wish.connection.id, wish.role.arn));
    if (before) wished.add(before);
    targets.add(wish.role, bindWish(wish, before, holders, now), wish.grant);
  }
  const served = new Set(granted.map(({ connection }) => connection.id));
  for (const claim of claims.filter((item) => !wished.has(item))) {
    const role = parseRoleArn(claim.role.arn);
    const view = viewOf.get(claim.organizationId);
    const setting = {
      isUsurped: usurped.has(claim),
      isUndecided: desired.undecided.has(claim.connectionId) || shutOut.has(claim.connectionId),
      // A connection has one role: one that it had before it named another is closed, with `keep` too.
      isKept: isKept(claim, desired.grants) && !served.has(claim.connectionId),
      holders,
      now,
    };
    if (role && view) targets.add(role, bindClaim(claim, view, setting, findings));
  }
  return { targets: targets.list(), findings };
}

/** The word of the time when the role was written goes on where its grant is there no more. */
function isKept({ role }: Claim, grants: readonly Grant[]): boolean {
  const now = grants.find(({ name }) => name === role.grant)?.retire ?? role.retire;
  return role.retire === 'keep' && now === 'keep';
}

/** The same order for the same connections, however they were listed. */
const byId = (a: RecordedConnection, b: RecordedConnection) =>
  compare(a.organizationId, b.organizationId) || compare(a.connectionId, b.connectionId);

const byConnection = (a: Wish, b: Wish) =>
  compare(a.organization.id, b.organization.id) || compare(a.connection.id, b.connection.id);

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

class Targets {
  private readonly byRole = new Map<
    string,
    { role: ParsedRoleArn; grant: Grant | undefined; bindings: Binding[] }
  >();

  add(role: ParsedRoleArn, binding: Binding, grant?: Grant): void {
    const target = this.byRole.get(role.arn) ?? { role, grant, bindings: [] };
    target.bindings.push(binding);
    target.grant ??= grant;
    this.byRole.set(role.arn, target);
  }

  list(): readonly Target[] {
    return [...this.byRole.values()];
  }
}

const roleKey = ({ account, name }: { account: string; name: string }) => `${account} ${name.toLowerCase()}`;

/** A role goes to the connection that has it; an unclaimed one to the only connection that asks, or to all of a sharing grant. */
function grantWishes(
  wishes: readonly Wish[],
  claims: readonly Claim[],
  findings: Finding[],
): readonly Wish[] {
  const claimants = groupBy(claims, ({ role }) =>
    roleKey(parseRoleArn(role.arn) ?? { account: role.account, name: role.arn }),
  );
  return [...groupBy(wishes, ({ role }) => roleKey(role))].flatMap(([key, asking]) => {
    const having = claimants.get(key) ?? [];
    const owners = asking.filter((wish) =>
      having.some(({ connectionId }) => connectionId === wish.connection.id),
    );
    const newcomers = asking.filter((wish) => !owners.includes(wish));
    const isShared =
      asking.every(({ grant }) => grant.shareRole && grant.name === asking[0]?.grant.name) &&
      having.every(({ role }) => role.grant === asking[0]?.grant.name);
    const isFree = having.length === 0 && newcomers.length === 1;
    if (!isShared && !isFree) findings.push(...newcomers.map((wish) => claimedFinding(wish, having, asking)));
    return oneSpelling(isShared || isFree ? asking : owners, having, findings);
  });
}

function claimedFinding(wish: Wish, having: readonly Claim[], asking: readonly Wish[]): Finding {
  const [owner] = having;
  const name = displayName(wish.connection.references);
  const whose = owner
    ? `belongs to ${displayName(owner.references)}`
    : `is asked for by ${asking.length} connections at once`;
  return finding('role.claimed', `${name} asks for ${wish.role.arn}, which ${whose}.`, {
    connectionId: wish.connection.id,
    roleArn: wish.role.arn,
    evidence: {
      claimedBy: having.map(({ connectionId }) => connectionId),
      askedForBy: asking.map(({ connection }) => connection.id),
    },
  });
}

/** IAM takes names that differ in case for one, and a name on two paths too: such wishes cannot all be met. */
function oneSpelling(
  wishes: readonly Wish[],
  having: readonly Claim[],
  findings: Finding[],
): readonly Wish[] {
  const spelling = having[0]?.role.arn ?? wishes[0]?.role.arn;
  const [same, others] = [
    wishes.filter(({ role }) => role.arn === spelling),
    wishes.filter(({ role }) => role.arn !== spelling),
  ];
  for (const { connection, role } of others) {
    findings.push(
      finding(
        'role.case-clash',
        `${displayName(connection.references)} spells its role in another way than ${spelling ?? ''}.`,
        {
          connectionId: connection.id,
          roleArn: role.arn,
          evidence: { spelling },
        },
      ),
    );
  }
  return same;
}
