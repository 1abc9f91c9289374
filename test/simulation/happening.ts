import { fc } from '../builders/fast-check.ts';
import { grant } from '../builders/configuration.ts';
import { roleArn } from '../builders/domain-ids.ts';
import { connectionNames } from './admission.ts';
import type { Wiring } from './simulated-run.ts';
import type { World } from './world.ts';

/** Something that happens, as a sentence and as a deed. */
export class Happening {
  readonly sentence: string;
  readonly happen: (world: World, wiring: Wiring) => Promise<unknown>;

  constructor(sentence: string, happen: (world: World, wiring: Wiring) => unknown) {
    this.sentence = sentence;
    this.happen = async (world, wiring) => {
      await happen(world, wiring);
    };
  }

  toString(): string {
    return this.sentence;
  }
}

// Few names, projects and roles, so that people often want the same.
export const number = fc.integer({ min: 1, max: 4 });
export const name = fc.constantFrom(...connectionNames);
export const project = fc.constantFrom(1, 2);
export const ownRoles = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'].map((text) => roleArn(text));
export const SHARED = roleArn('s1');
export const role = fc.constantFrom(...ownRoles, SHARED);
export const fresh = fc.integer({ min: 5, max: 9 });
export const type = fc.constantFrom('AWS', 'aws', 'generic');
export const short = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

/** One grant for roles of one connection each, one for roles that are shared. */
export function grants(fields: Parameters<typeof grant>[0] = {}) {
  const path = '/azure-devops/';
  return [
    grant({ name: 'own', role: { path, name: 'r*' }, ...fields }),
    grant({ name: 'shared', shareRole: true, ...fields, role: { path, name: 's*' } }),
  ];
}

export const limits = {
  changesPerPass: 20,
  closuresPerPass: 2,
  changesPercent: 100,
  closuresPercent: 50,
  deletionWaitDays: 30,
  missingWaitDays: 3,
  driftPercent: 20,
  reminderDays: 7,
  absencePercent: 10,
};
