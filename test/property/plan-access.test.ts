import { fc } from '../builders/fast-check.ts';
import type { RoleChange } from '../../shared/domain/plan/change.ts';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { viewConnections } from '../../shared/domain/azure-devops/inventory.ts';
import { buildSubject } from '../../shared/domain/issuers/issuer.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { anyHistory, anyWorld } from '../builders/arbitraries-world.ts';
import { IMPOSTOR } from '../builders/arbitraries-tampering.ts';
import { contoso } from '../builders/configuration.ts';
import { lived, restless } from '../builders/histories.ts';
import type { IamModel } from '../builders/iam-model.ts';
import { applyStep } from '../builders/iam-model.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import { makePlan } from '../builders/small-world.ts';
import { admitsSubject } from '../builders/tokens.ts';
import { listClaims } from '../../shared/domain/records/connection-record.ts';

const names = ['a', 'b', 'c', 'A', '*', 'a*', '${aws:username}'];
const probes = [
  IMPOSTOR,
  'p://contoso/P1/a',
  'sc://fabrikam/P1/a',
  ...['P1', 'P2', 'p1', '*'].flatMap((project) => names.map((name) => `sc://contoso/${project}/${name}`)),
];
const admitted = (role: ObservedRole | undefined) =>
  new Set(role ? probes.filter((subject) => admitsSubject(role.trust, subject)) : []);

/** IAM before the change and after each of its steps. */
function stages(change: RoleChange, iam: IamModel, now: number): readonly IamModel[] {
  const steps = [...change.narrowing, ...change.widening];
  return steps.reduce<readonly IamModel[]>(
    (all, step) => [...all, applyStep(all.at(-1) ?? iam, step, now)],
    [iam],
  );
}

const roleChanges = (seen: SmallWorld) => makePlan(seen).changes.filter((change) => change.target === 'role');

describe('every prefix of the steps of a change', () => {
  it('lets nobody in who was not let in before and is not to be let in after', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        for (const change of roleChanges(seen)) {
          const all = stages(change, seen.iam, seen.now).map(({ roles }) =>
            admitted(roles.get(change.roleArn)),
          );
          const [before = new Set(), desired = new Set()] = [all[0], all.at(-1)];
          const allowed = new Set([...before, ...desired]);
          for (const stage of all) expect([...stage].filter((subject) => !allowed.has(subject))).toEqual([]);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('has the boundary on the role whenever a policy is, once azfed has touched it', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        for (const change of roleChanges(seen).filter(({ kind }) => kind !== 'close')) {
          const [, ...touched] = stages(change, seen.iam, seen.now);
          for (const { roles } of touched) expect(roles.get(change.roleArn)?.boundary).toBeDefined();
        }
      }),
      { numRuns: 80 },
    );
  });

  it('ends closed as long as a new role is not whole', () => {
    fc.assert(
      fc.property(anyWorld, (seen) => {
        for (const change of roleChanges(seen).filter(({ kind }) => kind === 'create')) {
          const all = stages(change, seen.iam, seen.now).map(
            ({ roles }) => admitted(roles.get(change.roleArn)).size,
          );
          const opened = all.findIndex((size) => size > 0);
          expect(change.widening.slice(opened).map(({ action }) => action)).toEqual(['readBack']);
        }
      }),
      { numRuns: 80 },
    );
  });
});

const opening = ['createRole', 'attachManagedPolicy'];

describe('the steps of a change', () => {
  it('narrow before they widen, and read back in between', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        for (const { narrowing, widening, roleArn } of roleChanges(seen)) {
          const role = seen.iam.roles.get(roleArn);
          const widens = narrowing.filter(
            (step) =>
              opening.includes(step.action) ||
              (step.action === 'putInlinePolicy' && !Object.hasOwn(role?.inlinePolicies ?? {}, step.name)) ||
              (step.action === 'updateRole' && step.maxSessionDuration > (role?.maxSessionDuration ?? 0)),
          );
          const narrows = widening.filter(
            ({ action }) =>
              action.startsWith('detach') || action.startsWith('delete') || action === 'setBoundary',
          );
          expect([...widens, ...narrows]).toEqual([]);
          if (narrowing.length > 0) expect(narrowing.at(-1)?.action).toBe('readBack');
          if (widening.length > 0) expect(widening.at(-1)?.action).toBe('readBack');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('name the role of the change and no other', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        for (const { narrowing, widening, roleArn } of roleChanges(seen)) {
          const roles = [...narrowing, ...widening].flatMap((step) => ('role' in step ? [step.role] : ['?']));
          expect(new Set([...roles, roleArn])).toEqual(new Set([roleArn]));
        }
      }),
      { numRuns: 80 },
    );
  });

  it('are of the organizations that the configuration pins', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        for (const change of makePlan(seen).changes) {
          const ids =
            change.target === 'provider'
              ? [change.organizationId]
              : change.bindings.map(({ organization }) => organization.id);
          expect(new Set([...ids, contoso.id])).toEqual(new Set([contoso.id]));
        }
      }),
      { numRuns: 80 },
    );
  });
});

/** Subjects that connections hold now, with who holds them. */
function holders({ inventories }: SmallWorld) {
  return inventories.flatMap((seen) =>
    [...viewConnections(seen).connections.values()].flatMap((one) =>
      one.references.map((each) => ({ id: one.id, subject: buildSubject(contoso.name, each) })),
    ),
  );
}

describe('after a pass over all that there is', () => {
  it('a role lets in exactly connections that are pinned to it, through our trust alone', () => {
    fc.assert(
      fc.property(anyWorld, anyHistory, (start, history) => {
        const done = lived(start, history);
        for (const role of done.iam.roles.values()) {
          const pinned = done.recorded
            .flatMap(listClaims)
            .filter((claim) => claim.role.arn === role.arn && claim.role.id === role.id);
          if (pinned.length === 0) continue;
          const owners = new Set(pinned.map(({ connectionId }) => connectionId));
          const impostors = holders(done).filter(
            ({ id, subject }) => !owners.has(id) && admitsSubject(role.trust, subject),
          );
          expect({ role: role.arn, impostors }).toEqual({ role: role.arn, impostors: [] });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a role lets in nobody but those of its records, and all of them when somebody wishes it', () => {
    fc.assert(
      fc.property(anyWorld, anyHistory, (start, history) => {
        const done = lived(start, history);
        const { targets } = designRoles(done.configuration, done.inventories, done.recorded, done.now);
        const changed = new Set(roleChanges(done).map(({ roleArn }) => roleArn));
        for (const { role, grant, bindings } of targets.filter((each) => !changed.has(each.role.arn))) {
          const live = done.iam.roles.get(role.arn);
          if (!live || !isPinned(done, live)) continue;
          const bound = bindings.flatMap(({ subjects, formerSubjects }) => [...subjects, ...formerSubjects]);
          const expected = new Set(bound.map(({ subject }) => subject));
          const allowed = admitted(live);
          expect([...allowed].filter((subject) => !expected.has(subject))).toEqual([]);
          if (grant) expect(allowed).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });
});

const isPinned = ({ recorded }: SmallWorld, { arn, id }: ObservedRole) =>
  recorded.flatMap(listClaims).some(({ role }) => role.arn === arn && role.id === id);
