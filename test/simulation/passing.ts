import { fc } from '../builders/fast-check.ts';
import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { scopeKey } from '../../shared/domain/guard/controls.ts';
import { reference } from '../builders/connection.ts';
import { ACCOUNT, roleArn } from '../builders/domain-ids.ts';
import { pauseScope, person } from './by-operators.ts';
import { Happening, SHARED, fresh, name, project, role, short } from './happening.ts';
import { getName, suspend } from './operators.ts';
import { runOnce, sweep } from './simulated-run.ts';
import { changeRole } from './iam-people.ts';
import { put } from './people.ts';
import { before, faultModes } from './process.ts';
import { runTogether } from './together.ts';

const place = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom('createRole', 'setTrust', 'record', 'send'),
);
const fault = fc.record({ at: place, mode: fc.constantFrom(...faultModes) });
const order = fc.array(
  fc.record({ next: fc.nat(3), sleepMs: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 60_000, 660_000) }),
  { maxLength: 40 },
);

/** A role is changed twice: the second time while a run is fixing the first. */
const disturbedRepair = fc
  .record({
    arn: role,
    first: fc.constantFrom(...Object.entries(tamperings)),
    second: fc.constantFrom(...Object.entries(tamperings)),
    at: fc.integer({ min: 3, max: 12 }),
  })
  .map(
    ({ arn, first, second, at }) =>
      new Happening(
        `somebody ${first[0]} of ${short(arn)}; a run is under way; before its effect ${at}, somebody ${second[0]} of it`,
        (world, wiring) => {
          changeRole(world, arn, (known) => tampered(known, [first[1]]));
          const turn = before(at, () => {
            changeRole(world, arn, (known) => tampered(known, [second[1]]));
          });
          return runOnce(world, { wiring, turn });
        },
      ),
  );

const disturbedCreation = fc
  .record({
    n: fresh,
    p: project,
    text: name,
    arn: fc.constantFrom(roleArn('r5'), roleArn('r6'), SHARED),
    mode: fc.constantFrom(...faultModes),
  })
  .map(
    ({ n, p, text, arn, mode }) =>
      new Happening(
        `connection ${n} is made as P${p}/${text}, asking for ${short(arn)}; a run is under way; at its creation of a role: ${mode}`,
        (world, wiring) => {
          world.town.change(put(n, { references: [reference(p, text)], requestedRoleArn: arn }));
          return runOnce(world, { wiring, fault: { at: 'createRole', mode } });
        },
      ),
  );

/** Two roles are changed, and while the first is fixed somebody suspends writes. */
const suspendedInTheMiddle = fc
  .record({
    all: fc.subarray(['r1', 'r2', 'r4'], { minLength: 2 }),
    scope: pauseScope,
    at: fc.integer({ min: 4, max: 24 }),
  })
  .map(
    ({ all, scope, at }) =>
      new Happening(
        `somebody detaches all policies of ${all.join(' and ')}; a run is under way; before its effect ${at} somebody suspends ${scopeKey(scope)}`,
        (world, wiring) => {
          for (const text of all) changeRole(world, roleArn(text), () => ({ managedPolicies: [] }));
          return runOnce(world, { wiring, turn: before(at, () => suspend(world, scope)) });
        },
      ),
  );

/** A role is changed, and while a run fixes it, its events are delivered. */
const notifiedMidway = fc
  .record({
    arn: role,
    what: fc.constantFrom(...Object.entries(tamperings)),
    at: fc.integer({ min: 4, max: 16 }),
  })
  .map(
    ({ arn, what: [what, tampering], at }) =>
      new Happening(
        `somebody ${what} of ${short(arn)}; a run is under way; before its effect ${at} what is waiting is delivered`,
        (world, wiring) => {
          changeRole(world, arn, (known) => tampered(known, [tampering]));
          return runOnce(world, { wiring, turn: before(at, () => sweep(world)) });
        },
      ),
  );

const scoped = fc
  .option(fc.subarray(['r1', 'r2', 's1', 'r5'], { minLength: 1 }), { nil: undefined })
  .map(
    (roles) =>
      new Happening(
        `a run is under way over ${roles?.join(' and ') ?? 'the account'} alone`,
        (world, wiring) =>
          runOnce(world, { wiring, scope: { account: ACCOUNT, ...(roles ? { roles } : {}) } }),
      ),
  );

export const passing = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constant(
      new Happening('a run is under way', (world, wiring) => runOnce(world, { wiring })),
    ),
  },
  {
    weight: 1,
    arbitrary: person.map(
      (actor) =>
        new Happening(`${getName(actor)} makes a run`, (world, wiring) =>
          runOnce(world, { wiring, trigger: 'person', actor }),
        ),
    ),
  },
  {
    weight: 4,
    arbitrary: fault.map(
      (one) =>
        new Happening(`a run is under way; at its effect ${String(one.at)}: ${one.mode}`, (world, wiring) =>
          runOnce(world, { wiring, fault: one }),
        ),
    ),
  },
  { weight: 1, arbitrary: scoped },
  { weight: 2, arbitrary: disturbedRepair },
  { weight: 2, arbitrary: disturbedCreation },
  { weight: 1, arbitrary: suspendedInTheMiddle },
  { weight: 1, arbitrary: notifiedMidway },
  {
    weight: 2,
    arbitrary: order.map(
      (all) =>
        new Happening(
          `two runs go on at once, in the order ${all.map(({ next, sleepMs }) => `${next}${sleepMs ? `+${sleepMs / 60_000}min` : ''}`).join(' ')}`,
          (world, wiring) => runTogether(world, [{ wiring }, { wiring, trigger: 'person' }], all),
        ),
    ),
  },
);
