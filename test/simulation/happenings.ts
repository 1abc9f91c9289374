import { fc } from '../builders/fast-check.ts';
import { byOperators } from './by-operators.ts';
import type { Happening } from './happening.ts';
import { inAws } from './in-aws.ts';
import { inAzureDevOps } from './in-azure-devops.ts';
import { inTheConfiguration, inTheTable, waiting } from './in-the-deployment.ts';
import { passing } from './passing.ts';
import { sagas } from './sagas.ts';

export const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: inAzureDevOps },
  { weight: 5, arbitrary: inAws },
  { weight: 1, arbitrary: inTheTable },
  { weight: 1, arbitrary: inTheConfiguration },
  { weight: 2, arbitrary: byOperators },
  { weight: 2, arbitrary: waiting },
  { weight: 9, arbitrary: passing },
  { weight: 1, arbitrary: sagas },
);
