import { bindsAnyType } from '../../shared/domain/configuration/grant-coverage.ts';
import { isAwsConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { RunReport } from '../../shared/application/run/reconcile.ts';
import { admitted, beyond } from './admission.ts';
import type { Resident } from './azure-devops.ts';
import { revokedNeighbours } from './neighbours.ts';
import { lacksTerms } from './kept-part-invariants.ts';
import { objection } from './objections.ts';
import { findGrant, requestsRole } from './role-write.ts';
import type { SimulatedRun } from './simulated-run.ts';
import { recordedConnections, listRoleRecords } from './table.ts';
import { wanted, widths } from './widths.ts';
import type { World } from './world.ts';
import { listAllRoles } from './world.ts';

/**
 * The model, at rest: whoever may come in comes in and nobody else, with what the grant says, and every change was told;
 * unless azfed itself says why not. What could not be read, or is too much at once, excuses everything.
 */
export function unfinished(world: World, { report, process }: SimulatedRun): readonly string[] {
  if (!report) return ['I13 the last run did not come to its end'];
  const { findings, snapshot } = report.plan;
  if (snapshot.plan.isPartial || findings.some(({ code }) => code.endsWith('-breaker'))) return [];
  // That it fails again and again says what is wrong, and excuses nothing.
  const named = listNamed(report, (code) => !code.endsWith('.failing'));
  // That a connection is missing excuses nothing once its name is another's.
  const closable = listNamed(report, (code) => code !== 'connection.missing' && !code.endsWith('.failing'));
  const roles = listAllRoles(world);
  const keptUnless = (those: ReadonlySet<string>) =>
    roles.filter(({ arn, id }) => {
      const owners = recordedConnections(world.table).filter(
        ({ role, earlier }) => role?.arn === arn || earlier.some((old) => old.arn === arn),
      );
      const isNamed = those.has(arn) || owners.some(({ connectionId }) => those.has(connectionId));
      return world.memory.made.has(id) && owners.length > 0 && !isNamed;
    });
  const kept = keptUnless(named);
  const seen = process.seen ?? [];
  const held = new Set(seen.flatMap(({ subjects }) => [...subjects]));
  return [
    ...disowned(world, report),
    ...revokedNeighbours(world, named),
    ...seen
      .filter(({ id, requestedRoleArn: arn }) => !named.has(id) && !named.has(arn ?? ''))
      .flatMap((one) => listRevoked(world, roles, one)),
    ...kept.flatMap((role) => listAdmitted(world, seen, role, () => true)),
    ...keptUnless(closable).flatMap((role) =>
      listAdmitted(world, seen, role, (subject) => held.has(subject)),
    ),
    ...kept
      .filter(({ arn }) => seen.some((one) => requestsRole(world, arn, one) && !named.has(one.id)))
      .flatMap((role) => unlike(world, role)),
    ...kept
      .filter(({ arn }) => world.memory.unspecified.has(arn) && !isAbandoned(world, arn))
      .map(({ name }) => `I7 ${name} was changed, and no event tells of it`),
  ];
}

/** A deletion that failed on its way, which was told, and that the grant does not ask for any more: nothing follows. */
function isAbandoned({ memory, table }: World, arn: RoleArn): boolean {
  return listRoleRecords(table, arn).some(
    ({ role: { intent } }) => intent?.operation === 'delete' && memory.notifiedFailures.has(intent.changeId),
  );
}

/** The remediation of a company makes no role another one. */
function disowned({ remedy, memory }: World, { plan }: RunReport): readonly string[] {
  const all = plan.findings.filter(({ code }) => code === 'role.not-owned' || code === 'role.replaced');
  return remedy && memory.made.size > 0
    ? all.map(({ roleArn }) => `I13 ${roleArn} is disowned, and azfed has made it`)
    : [];
}

/** Connections and roles of which a finding, a held change or a refusal of the outside says that they are not done. */
function listNamed({ plan, results }: RunReport, counts: (code: string) => boolean): ReadonlySet<string> {
  const refused = new Set(
    results.filter(({ error }) => error?.code === 'quota').map(({ changeId }) => changeId),
  );
  const changes = plan.changes.filter(({ id, decision }) => decision === 'held' || refused.has(id));
  return new Set([
    ...plan.findings
      .filter(({ code }) => counts(code))
      .flatMap(({ connectionId, roleArn }) => [connectionId ?? '', roleArn ?? '']),
    ...changes.flatMap((change) =>
      change.target === 'role'
        ? [change.roleArn, ...change.bindings.map(({ connectionId }) => connectionId)]
        : [],
    ),
  ]);
}

function listRevoked(world: World, roles: readonly ObservedRole[], one: Resident): readonly string[] {
  const role = roles.find(({ arn }) => requestsRole(world, arn, one));
  const isAsking = isAwsConnection(one) && one.oidc === 'on';
  if (!role && !isAsking && !bindsAnyType(world.configuration.grants, { name: 'contoso' }, one)) return [];
  if (!role) return [`I13 connection ${one.id} has no role, and nothing says why`];
  return beyond(one.subjects, admitted(role.trust, role.account)).map(
    (subject) => `I13 ${subject} is not let into ${role.name}, and nothing says why`,
  );
}

function listAdmitted(
  world: World,
  seen: readonly Resident[],
  role: ObservedRole,
  isMeant: (subject: string) => boolean,
): readonly string[] {
  return [...admitted(role.trust, role.account)].filter(isMeant).flatMap((subject) => {
    const why = objection(world, seen, role.arn, subject);
    return why === undefined ? [] : [`I1 ${subject} is still let into ${role.name} at the end: ${why}`];
  });
}

function unlike(world: World, role: ObservedRole): readonly string[] {
  const [has, is] = [widths(role), wanted(findGrant(world, role.arn), role)];
  return [
    ...lacksTerms(world, role),
    ...beyond(has, is).map((width) => `I13 ${role.name} has ${width} at the end, and nothing says why`),
    ...beyond(is, has).map((width) => `I13 ${role.name} lacks ${width} at the end, and nothing says why`),
  ];
}
