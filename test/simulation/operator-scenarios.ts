import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { configuration } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { connectionNames } from './admission.ts';
import { changeRole } from './iam-people.ts';
import { projectId, roleArn } from '../builders/domain-ids.ts';
import { ANA, suspend, typeResume, typeSuspend } from './operators.ts';
import { resumeAll, planInteractively, runOnce, sound } from './simulated-run.ts';
import type { Scenarios } from './scenario.ts';
import { alone, one, role, shown, two } from './scenario.ts';
import type { World } from './world.ts';
import { listAllRoles } from './world.ts';

const everything = { of: 'everything' } as const;
const four = connectionNames.map((name, index) =>
  connection(index + 1, { references: [reference(1, name)] }),
);
const limits = { ...configuration().limits, driftPercent: 20, absencePercent: 10 };

const strip = (world: World) => {
  for (const { arn } of listAllRoles(world)) changeRole(world, arn, () => ({ managedPolicies: [] }));
};
const attach = (world: World) => {
  const attaching = tamperings['attaches a policy'];
  changeRole(world, role, (known) => (attaching ? tampered(known, [attaching]) : {}));
};

/** What people do with azfed itself. */
export const operatorScenarios: Scenarios = {
  'writes that somebody suspends in the middle of a run': {
    connections: [one, two],
    // What takes access away is done first, and what comes after it has not begun then.
    happens: (world) => {
      attach(world);
      changeRole(world, roleArn('r2'), () => ({ managedPolicies: [] }));
    },
    meanwhile: { before: 'detachManagedPolicy', act: (world) => suspend(world, everything) },
    decides: resumeAll,
  },
  'a suspension, typed': {
    ...alone,
    happens: attach,
    does: (world, options) => typeSuspend(world, everything, options),
    decides: resumeAll,
  },
  'the end of a suspension, typed while somebody suspends elsewhere': {
    ...alone,
    happens: async (world) => {
      attach(world);
      await suspend(world, everything);
    },
    does: (world, options) => typeResume(world, everything, options),
    meanwhile: { before: 'record', act: (world) => suspend(world, { of: 'grant', name: 'another' }) },
    decides: resumeAll,
  },
  'a breaker that trips while somebody suspends elsewhere': {
    connections: four,
    configuration: { limits },
    happens: strip,
    meanwhile: { before: 'record', act: (world) => suspend(world, { of: 'grant', name: 'another' }) },
    decides: resumeAll,
  },
  'many connections that are no longer listed': {
    connections: four,
    configuration: { limits },
    happens: (world) => {
      shown()(world);
      attach(world);
    },
    decides: resumeAll,
  },
  'a plan that was saved while writes were suspended, carried out when they go on': {
    ...alone,
    happens: attach,
    does: async (world, options) => {
      await suspend(world, everything);
      const saved = await planInteractively(world, options.wiring ?? sound);
      await resumeAll(world);
      return runOnce(world, { ...options, trigger: 'person', actor: ANA, saved });
    },
  },
  'the first apply of a person who does not see a whole project': {
    happens: (world) => {
      shown(one, connection(2, { references: [reference(2, 'b')] }))(world);
      world.town.hide([projectId(2)], 'plainly');
      world.isConfirmed = false;
    },
    does: (world, options) => runOnce(world, { ...options, trigger: 'person', actor: ANA }),
    decides: resumeAll,
  },
  'the first apply of a person of unknown identity': {
    happens: (world) => {
      shown(one)(world);
      world.isConfirmed = false;
    },
    does: (world, options) => runOnce(world, { ...options, trigger: 'person' }),
    decides: resumeAll,
  },
  'the first yes of a person while somebody else says it as well': {
    happens: (world) => {
      shown(one)(world);
      world.isConfirmed = false;
    },
    does: (world, options) => runOnce(world, { ...options, trigger: 'person' }),
    meanwhile: { before: 'record', act: resumeAll },
    decides: resumeAll,
  },
  'a time in which nothing is to be changed automatically': {
    ...alone,
    happens: (world) => {
      attach(world);
      const from = new Date(world.clock.now()).toISOString();
      const denyWindows = [{ name: 'freeze', from, until: '2030-01-01T00:00:00Z' }];
      world.configuration = { ...world.configuration, denyWindows };
    },
    decides: (world) => {
      world.configuration = { ...world.configuration, denyWindows: [] };
    },
  },
  'a role that another controller undoes again and again': {
    ...alone,
    happens: async (world, wiring) => {
      for (let round = 0; round < 5; round++) {
        attach(world);
        await runOnce(world, { wiring });
        world.clock.advance(4 * 60_000);
      }
      attach(world);
    },
    decides: () => undefined,
  },
  'a receiver that wants nothing any more, while somebody suspends elsewhere': {
    happens: (world) => {
      shown(one)(world);
      world.answer = { outcome: 'gone', reason: '410' };
    },
    meanwhile: { before: 'send', act: (world) => suspend(world, { of: 'grant', name: 'another' }) },
    decides: resumeAll,
  },
};
