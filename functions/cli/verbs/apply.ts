import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigError } from '../../../shared/domain/errors.ts';
import { planByHand } from '../by-hand.ts';
import { carryOut } from '../carrying-out.ts';
import { openDeployment } from '../deployment.ts';
import { inert } from '../render/inert.ts';
import type { ExitCode, GlobalOptions, Invocation, Verb } from '../verb.ts';
import { localFlag } from '../verb.ts';

export const applyVerb: Verb = (command, run) => {
  command
    .argument('[plan]', 'file that `azfed plan --out` wrote; refused when the world has moved since')
    .action((file: string | undefined) => run((invocation) => apply(invocation, file)));
};

async function apply(invocation: Invocation, file: string | undefined): Promise<ExitCode> {
  const expectedId = file === undefined ? undefined : readPlanId(file);
  const deployment = await openDeployment(invocation);
  const planned = await planByHand(deployment);
  if (expectedId !== undefined && expectedId !== planned.look.plan.id)
    throw stalePlan(file ?? '', invocation.options);
  return carryOut(invocation, deployment, planned, { isAgreed: expectedId !== undefined });
}

const SavedPlan = z.object({ schemaVersion: z.literal(1), planId: z.string() });

function readPlanId(file: string): string {
  const mend = 'Make one with: azfed plan --out FILE';
  if (!existsSync(file)) throw new ConfigError([{ where: file, what: 'The file is not there.', mend }]);
  try {
    return SavedPlan.parse(JSON.parse(readFileSync(file, 'utf8'))).planId;
  } catch {
    throw new ConfigError([{ where: file, what: 'This is not a plan.', mend }]);
  }
}

function stalePlan(file: string, options: GlobalOptions): ConfigError {
  return new ConfigError([
    {
      where: file,
      what: 'Azure DevOps, IAM or the configuration moved since this plan was made.',
      mend: `Nothing was written. Look at a new one: azfed plan --out ${inert(file)}${localFlag(options)}`,
    },
  ]);
}
