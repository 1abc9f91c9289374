import fc from 'fast-check';
import type { RoleChange } from '../../shared/domain/change.ts';
import { guard } from '../../shared/domain/guard.ts';
import { viewConnections } from '../../shared/domain/inventory.ts';
import { buildSubject } from '../../shared/domain/issuer.ts';
import { readManagedTrust } from '../../shared/domain/policy/trust-document.ts';
import type { ObservedRole } from '../../shared/domain/role.ts';
import { claimsOf } from '../../shared/domain/usurpers.ts';
import { anyHistory, anyWorld } from '../builders/arbitraries-world.ts';
import { STRANGER } from '../builders/arbitraries-tampering.ts';
import { contoso } from '../builders/configuration.ts';
import { lived } from '../builders/histories.ts';
import type { IamModel } from '../builders/iam-model.ts';
import { applyStep } from '../builders/iam-model.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import { after, pass, planOf } from '../builders/small-world.ts';
import { letsIn } from '../builders/tokens.ts';

const names = ['a', 'b', 'c', 'A', '*', 'a*', '${aws:username}'];
const probes = [
  STRANGER,
  'p://contoso/P1/a',
  'sc://fabrikam/P1/a',
  ...['P1', 'P2', 'p1', '*'].flatMap((project) => names.map((name) => `sc://contoso/${project}/${name}`)),
];
const admitted = (role: ObservedRole | undefined) =>
  new Set(role ? probes.filter((subject) => letsIn(role.trust, subject)) : []);

/** IAM before the change and after each of its steps. */
function stages(change: RoleChange, iam: IamModel, now: number): readonly IamModel[] {
  const steps = [...change.narrowing, ...change.widening];
  return steps.reduce<readonly IamModel[]>(
    (all, step) => [...all, applyStep(all.at(-1) ?? iam, step, now)],
    [iam],
  );
}

const roleChanges = (seen: SmallWorld) => planOf(seen).changes.filter((change) => change.target === 'role');

/** Worlds to which something has just happened. */
const restless = fc.tuple(anyWorld, anyHistory).map(([start, history]) => {
  const latest = history.at(-1) ?? [];
  return latest.reduce((past, { to }) => to(past), lived(start, history.slice(0, -1)));
});

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
      { numRuns: 150 },
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
      { numRuns: 150 },
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
      { numRuns: 150 },
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
      { numRuns: 300 },
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
      { numRuns: 150 },
    );
  });

  it('are of the organizations that the configuration pins', () => {
    fc.assert(
      fc.property(restless, (seen) => {
        for (const change of planOf(seen).changes) {
          const ids =
            change.target === 'provider'
              ? [change.organizationId]
              : change.bindings.map(({ organization }) => organization.id);
          expect(new Set([...ids, contoso.id])).toEqual(new Set([contoso.id]));
        }
      }),
      { numRuns: 150 },
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
            .flatMap(claimsOf)
            .filter((claim) => claim.role.arn === role.arn && claim.role.id === role.id);
          if (pinned.length === 0) continue;
          const owners = new Set(pinned.map(({ connectionId }) => connectionId));
          const strangers = holders(done).filter(
            ({ id, subject }) => !owners.has(id) && letsIn(role.trust, subject),
          );
          expect({ role: role.arn, strangers }).toEqual({ role: role.arn, strangers: [] });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a role that somebody wishes is of our form, and lets in what its records say', () => {
    fc.assert(
      fc.property(anyWorld, anyHistory, (start, history) => {
        const done = after(5, lived(start, history));
        const changed = new Set(roleChanges(done).map(({ roleArn }) => roleArn));
        const claims = done.recorded.flatMap(claimsOf);
        for (const role of done.iam.roles.values()) {
          const pinned = claims.filter((claim) => claim.role.arn === role.arn && claim.role.id === role.id);
          const isWished = pinned.some(({ role: { closed } }) => !closed);
          if (changed.has(role.arn) || !isWished) continue;
          const trust = readManagedTrust(role.trust);
          const recorded = pinned.flatMap(({ role: { subjects, formerSubjects } }) =>
            [...subjects, ...formerSubjects].map(({ subject }) => subject),
          );
          expect(new Set(trust?.flatMap(({ subjects }) => subjects))).toEqual(new Set(recorded));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('guard', () => {
  const rules = fc.record({
    limits: fc.record({
      changesPerPass: fc.integer({ min: 0, max: 3 }),
      closuresPerPass: fc.integer({ min: 0, max: 2 }),
      driftPercent: fc.constantFrom(0, 20, 100),
      absencePercent: fc.constantFrom(0, 10, 100),
    }),
    trigger: fc.constantFrom('person' as const, 'schedule' as const),
    isBootstrapped: fc.boolean(),
  });

  it('adds nothing: every step is a step of the plan, in its place', () => {
    fc.assert(
      fc.property(restless, rules, (seen, rule) => {
        const planned = planOf(seen);
        const { changes } = guard(planned, rule);
        expect(changes.map(({ id }) => id)).toEqual(planned.changes.map(({ id }) => id));
        for (const [index, { steps, decision }] of changes.entries()) {
          const { narrowing = [], widening = [] } = planned.changes[index] ?? {};
          const whole = [...narrowing, ...widening];
          expect(steps).toEqual(whole.slice(0, steps.length));
          expect([0, narrowing.length, whole.length]).toContain(steps.length);
          if (decision === 'held') expect(steps).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets a pass do less and never another thing: what it holds is planned again', () => {
    fc.assert(
      fc.property(restless, rules, (seen, rule) => {
        const { changes, world: done } = pass(seen, rule);
        const held = changes.filter(({ decision, target }) => decision === 'held' && target === 'role');
        const again = new Set(planOf(done).changes.map(({ id }) => id));
        for (const { id, hold } of held) if (!hold) expect(again).toContain(id);
      }),
      { numRuns: 200 },
    );
  });
});
