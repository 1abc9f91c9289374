import { fc } from '../builders/fast-check.ts';
import type { Plan } from '../../shared/domain/plan/change.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import { anyGrant, anyHistory, anyWorld } from '../builders/arbitraries-world.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { lived, restless } from '../builders/histories.ts';
import { withUnreadProject } from '../builders/inventory.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import { observation, runOnce, runTimes, makePlan } from '../builders/small-world.ts';
import { admitsSubject } from '../builders/tokens.ts';
import { buildSubject } from '../../shared/domain/issuers/issuer.ts';
import { contoso } from '../builders/configuration.ts';

/** The same things, read in another order. */
function shuffled(seen: SmallWorld, order: <T>(items: readonly T[]) => readonly T[]): SmallWorld {
  const inventories = seen.inventories.map((one): OrganizationInventory => {
    if (one.projects.state === 'unknown') return one;
    const projects = one.projects.value.map((project) =>
      project.connections.state === 'unknown'
        ? project
        : { ...project, connections: complete(order(project.connections.value)) },
    );
    return { ...one, projects: complete(order(projects)) };
  });
  const iam = { ...seen.iam, roles: new Map(order([...seen.iam.roles])) };
  const grants = order(seen.configuration.grants);
  return {
    ...seen,
    inventories,
    iam,
    configuration: { ...seen.configuration, grants },
    recorded: order(seen.recorded),
  };
}

/** Two grants that do not overlap: connections named `a` are of the first. */
const twoGrants = fc.tuple(anyGrant, anyGrant).map(([one, other]) =>
  configuration({
    grants: [
      grant({ ...one, name: 'a', connections: { organization: '*', project: '*', name: 'a' } }),
      grant({ ...other, name: 'c', connections: { organization: '*', project: '*', name: 'c' } }),
      grant({ name: 'b', connections: { organization: '*', project: '*', name: 'b' } }),
    ],
  }),
);

const codes = ({ findings }: Plan) =>
  findings.map(({ code, connectionId }) => `${code} ${connectionId ?? ''}`);

describe('a plan', () => {
  it('is empty when desired, recorded and observed are equal', () => {
    fc.assert(
      fc.property(anyWorld, (start) => {
        const { changes, recordSyncs, absences } = makePlan(runOnce(start).world);
        expect({ changes, recordSyncs, absences }).toEqual({ changes: [], recordSyncs: [], absences: [] });
      }),
    );
  });

  it('does not depend on the order in which anything was read', () => {
    fc.assert(
      fc.property(
        restless,
        twoGrants,
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (past, two, isTwo, numbers) => {
          const seen = isTwo ? { ...past, configuration: two } : past;
          const order = <T>(items: readonly T[]) =>
            items
              .map((item) => [numbers.next().value, item] as const)
              .sort(([a], [b]) => a - b)
              .map(([, item]) => item);
          const [one, other] = [makePlan(seen), makePlan(shuffled(seen, order))];
          expect(other.id).toBe(one.id);
          expect(other.changes.map(({ id }) => id)).toEqual(one.changes.map(({ id }) => id));
          expect(codes(other)).toEqual(codes(one));
          expect(new Set(other.recordSyncs)).toEqual(new Set(one.recordSyncs));
        },
      ),
      { numRuns: 40 },
    );
  });
});

const unread = unknown('sign-in-page', 'A sign-in page came back.');

/** Ways in which a look at Azure DevOps is not whole. */
const holes: Readonly<Record<string, (seen: OrganizationInventory) => OrganizationInventory>> = {
  'the organization did not say who it is': (seen) => ({ ...seen, identity: unread }),
  'another organization answered': (seen) => ({
    ...seen,
    identity: complete({
      id: 'ffffffff-0000-4000-8000-000000000009' as typeof seen.organizationId,
      name: 'contoso',
    }),
  }),
  'the projects could not be listed': (seen) => ({ ...seen, projects: unread }),
  'a project was cut short': (seen) => withUnreadProject(seen, 0),
  'another project was cut short': (seen) => withUnreadProject(seen, 1),
};

describe.each(Object.entries(holes))('when %s', (_what, hole) => {
  it('nobody loses the access that they have', () => {
    fc.assert(
      fc.property(anyWorld, anyHistory, (start, history) => {
        const steady = runTimes(3, lived(start, history));
        const hidden = { ...steady, inventories: steady.inventories.map(hole) };
        const subjects = steady.inventories.flatMap(({ projects }) =>
          projects.state === 'complete'
            ? projects.value.flatMap(({ connections }) =>
                connections.state === 'complete'
                  ? connections.value.flatMap(({ references }) =>
                      references.map((each) => buildSubject(contoso.name, each)),
                    )
                  : [],
              )
            : [],
        );
        const { world: done } = runOnce(hidden);
        for (const [arn, before] of steady.iam.roles) {
          const role = done.iam.roles.get(arn);
          const revoked = subjects.filter(
            (subject) =>
              admitsSubject(before.trust, subject) && !(role && admitsSubject(role.trust, subject)),
          );
          expect({ arn, revoked }).toEqual({ arn, revoked: [] });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('nothing is called missing, and the plan says that it is partial', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        const hidden = { ...seen, inventories: seen.inventories.map(hole) };
        const isHole = JSON.stringify(hidden.inventories) !== JSON.stringify(seen.inventories);
        fc.pre(isHole);
        const { findings, isPartial, missing } = makePlan(hidden);
        expect(findings.filter(({ code }) => code === 'connection.missing')).toEqual([]);
        expect([...missing.values()].filter((each) => each.missing > 0)).toEqual([]);
        expect(isPartial).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('when IAM could not be read', () => {
  it.each(['roles', 'providers'] as const)('changes nothing without its %s', (part) => {
    fc.assert(
      fc.property(restless, (seen) => {
        const whole = observation(seen.iam);
        const planned = makePlan(seen, [{ ...whole, [part]: unread }]);
        expect(planned.changes).toEqual([]);
        expect(planned.recordSyncs).toEqual([]);
        expect(planned.absences).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
