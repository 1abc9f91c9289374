import { existsSync, readFileSync } from 'node:fs';
import { parseCount } from '../../arguments/count.ts';
import * as z from 'zod';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { limitToReviewed, reviewedChanges } from '../../../../shared/domain/guard/plan-document.ts';
import { addFilterOptions, readFilter, type FilterOptions } from '../../arguments/filter.ts';
import { planInteractively, type Wanted } from '../plan/interactive-plan.ts';
import { executePlan } from './apply-plan.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { knownPerson } from '../../composition/aws-credentials.ts';
import { inert, quoteWord } from '../../output/sanitize.ts';
import { endUnread, localFlag } from '../../command-line/command.ts';
import type { ExitCode, GlobalOptions, Invocation, Verb } from '../../command-line/command.ts';

export const applyVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .argument('[plan]', 'file that `azfed plan --out` wrote; refused when anything has changed since')
    .option(
      '--max <count>',
      'make at most this number of changes, the most dangerous first; changes that narrow do not count',
      parseCount,
    )
    .action(run(apply));
};

async function apply(
  invocation: Invocation,
  file: string | undefined,
  { max, ...typed }: FilterOptions & Pick<Wanted, 'max'>,
): Promise<ExitCode> {
  const wanted = { ...(max === undefined ? {} : { max }), filter: readFilter(typed) };
  if (file !== undefined) return applySaved(invocation, file, wanted);
  const deployment = await openDeployment(invocation, 'prepare', 'operators', true);
  return executePlan(invocation, deployment, await planInteractively(deployment, wanted));
}

/** Carries out at most what the file shows as allowed, on a whole view, for a known person. */
async function applySaved(invocation: Invocation, file: string, wanted: Wanted): Promise<ExitCode> {
  const saved = readSavedPlan(file);
  const deployment = await openDeployment(invocation, 'prepare', 'operators', true);
  const planned = await planInteractively(deployment, wanted);
  const { plan } = planned.snapshot;
  if (plan.isPartial) return endUnread(invocation, plan.findings, 'Nothing was written.');
  if (saved.planId !== plan.id) throw stalePlan(file, invocation.options);
  if (planned.initiator.trigger === 'person') knownPerson(planned.initiator.actor);
  const changes = limitToReviewed(planned.changes, reviewedChanges(saved.changes));
  return executePlan(invocation, deployment, { ...planned, changes }, { isConfirmed: true });
}

const SavedPlan = z.object({
  schemaVersion: z.literal(2),
  planId: z.string(),
  changes: z.array(
    z.object({
      id: z.string(),
      decision: z.enum(['allowed', 'held']),
      wideningBlockedBy: z.string().optional(),
    }),
  ),
});

function readSavedPlan(file: string): z.infer<typeof SavedPlan> {
  const fix = 'Make one with: azfed plan --out FILE';
  if (!existsSync(file)) throw new ConfigError({ where: file, what: 'The file is not there.', fix });
  try {
    return SavedPlan.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ConfigError({ where: file, what: 'This is not a plan.', fix });
  }
}

function stalePlan(file: string, options: GlobalOptions): ConfigError {
  return new ConfigError({
    where: file,
    what: 'Azure DevOps, IAM or the configuration moved since this plan was made.',
    fix: `Nothing was written. Look at a new one: azfed plan --out ${inert(quoteWord(file))}${localFlag(options)}`,
  });
}
