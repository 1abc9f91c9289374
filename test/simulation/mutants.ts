import { accessMutants } from './access-mutants.ts';
import { adoptionMutants } from './adoption-mutants.ts';
import { decisionMutants } from './decision-mutants.ts';
import { keptPartMutants } from './kept-part-mutants.ts';
import { insiderMutants } from './insider-mutants.ts';
import type { Mutants } from './mutant.ts';
import { recordMutants } from './record-mutants.ts';
import { sliceMutants } from './slice-mutants.ts';

/** Products put together wrongly, each in one way. */
export const mutants: Mutants = {
  ...accessMutants,
  ...adoptionMutants,
  ...decisionMutants,
  ...insiderMutants,
  ...keptPartMutants,
  ...recordMutants,
  ...sliceMutants,
};
