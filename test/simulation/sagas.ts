import { fc } from '../builders/fast-check.ts';
import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { reference } from '../builders/connection.ts';
import { connectionId, roleArn } from '../builders/domain-ids.ts';
import { byOperators, person } from './by-operators.ts';
import { Happening, fresh, role, short } from './happening.ts';
import { inAws } from './in-aws.ts';
import { inAzureDevOps } from './in-azure-devops.ts';
import { ANA, approve, ask, abandonConnection, getName, succeed } from './operators.ts';
import type { Wiring } from './simulated-run.ts';
import { planInteractively, runOnce } from './simulated-run.ts';
import { changeRole, makeForeignRole } from './iam-people.ts';
import { change, put, recreate, remove } from './people.ts';
import { faultModes } from './process.ts';
import { listRoleRecords } from './table.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

// What takes long and many steps: left to chance alone, hardly a story would come to it.

const DAY_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
const mode = fc.constantFrom(...faultModes);
const fault = fc.option(fc.record({ at: fc.integer({ min: 6, max: 30 }), mode }), { nil: undefined });

const farewells = {
  'turns OIDC off': (world: World, n: number) => {
    world.town.change(change(n, () => ({ oidc: 'off' })));
  },
  'asks for another role': (world: World, n: number) => {
    world.town.change(change(n, () => ({ requestedRoleArn: roleArn('r6') })));
  },
  'is deleted, and somebody says so': (world: World, n: number) => {
    world.town.change(remove(n));
    return abandonConnection(world, connectionId(n));
  },
  'is deleted, and nobody says so': (world: World, n: number) => {
    world.town.change(remove(n));
  },
} as const;

/** A role is no longer asked for, waits, and goes; or is used, or not approved, and stays. Then it may be wanted again. */
const retirement = fc
  .record({
    n: fc.constantFrom(1, 2, 4),
    how: fc.constantFrom<keyof typeof farewells>(...(Object.keys(farewells) as (keyof typeof farewells)[])),
    days: fc.constantFrom(29, 31, 31, 31),
    isUsed: fc.constantFrom(false, false, false, true),
    by: fc.option(person, { nil: undefined }),
    actor: fc.option(person, { nil: undefined }),
    fault,
    meanwhile: fc.option(fc.constantFrom(...Object.entries(tamperings)), { nil: undefined, freq: 2 }),
    isRestored: fc.boolean(),
  })
  .map(({ n, how, days, isUsed, by, actor, fault: one, meanwhile, isRestored }) => {
    const arn = roleArn(`r${n}`);
    const sentence = [
      `the grants say delete, and connection ${n} ${how}`,
      `${days} days pass${isUsed ? `, and ${short(arn)} is used` : ''}`,
      ...(by === undefined ? [] : [`${getName(by)} says yes`]),
      `${actor === undefined ? 'a run is under way' : `${getName(actor)} makes a run`}${one ? ` (at ${one.at}: ${one.mode})` : ''}`,
      ...(meanwhile ? [`somebody ${meanwhile[0]} of ${short(arn)}`] : []),
      ...(isRestored ? ['somebody asks for it back, and lets it in again'] : []),
    ].join('; ');
    return new Happening(sentence, async (world, wiring) => {
      await saysDelete(world, wiring);
      await farewells[how](world, n);
      await passes(world, wiring, 2);
      world.clock.advance(days * DAY_MS);
      if (isUsed) changeRole(world, arn, () => ({ lastUsedAt: world.clock.now() - 2 * DAY_MS }));
      await passes(world, wiring, 1);
      if (by !== undefined) await approve(world, by, { wiring });
      const asked = actor === undefined ? {} : ({ trigger: 'person', actor } as const);
      await runOnce(world, { wiring, fault: one, ...asked });
      if (meanwhile) changeRole(world, arn, (known) => tampered(known, [meanwhile[1]]));
      world.clock.advance(10 * MINUTE_MS);
      await passes(world, wiring, 1);
      if (isRestored) await restored(world, wiring, n);
    });
  });

async function saysDelete(world: World, wiring: Wiring): Promise<void> {
  const grants = world.configuration.grants.map((one) => ({ ...one, retire: 'delete' }) as const);
  world.configuration = { ...world.configuration, grants };
  await passes(world, wiring, 1);
}

/** Two runs each fix what the other one left. */
async function passes(world: World, wiring: Wiring, count: number): Promise<void> {
  for (let run = 0; run < count; run++) {
    await runOnce(world, { wiring });
    world.clock.advance(5 * MINUTE_MS);
  }
}

async function restored(world: World, wiring: Wiring, n: number): Promise<void> {
  const arn = roleArn(`r${n}`);
  await ask(world, 'restore', arn, { wiring });
  world.clock.advance(5 * MINUTE_MS);
  world.town.change(change(n, () => ({ oidc: 'on', requestedRoleArn: arn })));
  await passes(world, wiring, 1);
  await approve(world, ANA, { wiring });
  await passes(world, wiring, 1);
}

let impostors = 0;
const adoption = fc
  .record({
    n: fc.integer({ min: 1, max: 4 }),
    arn: fc.constantFrom(roleArn('r5'), roleArn('r6')),
    what: fc.constantFrom(...Object.entries(tamperings)),
    fault,
  })
  .map(
    ({ n, arn, what: [what, tampering], fault: one }) =>
      new Happening(
        `somebody has made ${short(arn)} by hand and ${what}; connection ${n} asks for it; a person takes it over${one ? ` (at ${one.at}: ${one.mode})` : ''}`,
        async (world, wiring) => {
          makeForeignRole(world, arn, ++impostors, tampering);
          world.town.change(change(n, () => ({ requestedRoleArn: arn, oidc: 'on' })));
          await passes(world, wiring, 1);
          await ask(world, 'adopt', arn, { wiring, fault: one });
          world.clock.advance(5 * MINUTE_MS);
        },
      ),
  );

/** A connection goes, another comes under its name or for its role, and a person says that this is right. */
const succession = fc
  .record({
    n: fc.integer({ min: 1, max: 4 }),
    next: fresh,
    arn: role,
    // Under the name of the earlier one, or under one of its own.
    isNamesake: fc.boolean(),
    isNoticed: fc.boolean(),
    fault,
    then: fc.option(fc.oneof(inAws, inAzureDevOps), { nil: undefined }),
  })
  .map(({ n, next, arn, isNamesake, isNoticed, fault: one, then }) => {
    const sentence = [
      `connection ${n} goes, and ${next} comes ${isNamesake ? 'under its name' : 'for its role'}, asking for ${short(arn)}`,
      ...(isNoticed ? ['two runs go on'] : []),
      `somebody says that this is right${one ? ` (at ${one.at}: ${one.mode})` : ''}`,
      ...(then ? [then.sentence] : []),
    ].join('; ');
    return new Happening(sentence, async (world, wiring) => {
      world.town.change(change(n, () => ({ requestedRoleArn: arn, oidc: 'on' })));
      await passes(world, wiring, 2);
      world.town.change(recreate(n, next, { requestedRoleArn: arn }));
      if (!isNamesake) world.town.change(put(next, { references: [reference(1, 'd')] }));
      if (isNoticed) await passes(world, wiring, 2);
      await succeed(world, connectionId(next), { wiring, fault: one });
      if (then) await then.happen(world, wiring);
      await passes(world, wiring, 1);
    });
  });

/** Repairs within an hour after which the next one is held. */
const REPAIRS = 5;
/** A first run may write for another reason, and an old name ends. */
const OTHERS = 2;

/** Writes that give something, or mark a role. */
const gives: readonly string[] = ['attachManagedPolicy', 'tagRole', 'untagRole'];

/** Somebody else's program undoes every repair. */
const dispute = fc.record({ arn: role, what: fc.constantFrom(...Object.entries(tamperings)) }).map(
  ({ arn, what: [what, tampering] }) =>
    new Happening(
      `another controller ${what} of ${short(arn)} nine times in 45 minutes`,
      async (world, wiring) => {
        let repairs = 0;
        for (let round = 0; round < 9; round++) {
          changeRole(world, arn, (known) => tampered(known, [tampering]));
          const before = getAccount(world).writes.length;
          await runOnce(world, { wiring });
          const writes = getAccount(world).writes.slice(before);
          // What narrows is put back however often.
          if (writes.some((step) => 'role' in step && step.role === arn && gives.includes(step.action)))
            repairs += 1;
          world.clock.advance(5 * MINUTE_MS);
        }
        if (repairs > REPAIRS + OTHERS && listRoleRecords(world.table, arn).length > 0)
          world.violations.push(`I13 ${short(arn)} is put back ${repairs} times in 45 minutes`);
      },
    ),
);

/** A person looks at a plan, something happens, and they want exactly that plan. */
const savedPlan = fc.oneof(inAws, inAzureDevOps, byOperators).map(
  (meanwhile) =>
    new Happening(
      `a person looks at a plan; ${meanwhile.sentence}; they apply the plan that they saw`,
      async (world, wiring) => {
        const saved = await planInteractively(world, wiring);
        await meanwhile.happen(world, wiring);
        await runOnce(world, { wiring, trigger: 'person', actor: ANA, saved });
      },
    ),
);

export const sagas = fc.oneof(
  { weight: 3, arbitrary: retirement },
  { weight: 2, arbitrary: adoption },
  { weight: 2, arbitrary: succession },
  { weight: 1, arbitrary: dispute },
  { weight: 1, arbitrary: savedPlan },
);
