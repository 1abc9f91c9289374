import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { deliver } from '../../../shared/application/deliver.ts';
import type { DeliverySummary } from '../../../shared/application/deliver.ts';
import type { GuardedPlan, PassReport } from '../../../shared/application/reconcile.ts';
import { applyPass } from '../../../shared/application/reconcile.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import { isAllowed } from '../../../shared/domain/guard.ts';
import type { Deployment } from '../deployment.ts';
import { openDeployment } from '../deployment.ts';
import { planText } from '../render/plan-text.ts';
import { reportText } from '../render/report-text.ts';
import { watchProgress } from '../render/progress.ts';
import { counted } from '../render/counted.ts';
import { inert, jsonText } from '../render/inert.ts';
import type { ExitCode, GlobalOptions, Invocation, Verb } from '../verb.ts';
import { localFlag } from '../verb.ts';
import { documentOf, planByHand } from './plan.ts';

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
  const document = documentOf(deployment, planned);
  if (!(await isAgreed(invocation, planned, expectedId !== undefined))) {
    invocation.terminal.problem(
      'Nothing was written. Answer "yes" to go on, or use --yes where nobody can be asked.',
    );
    return 1;
  }
  const report = await watchProgress(invocation.terminal, planned, (progress) =>
    applyPass(deployment.ports, deployment.configuration, planned, { progress }),
  );
  const delivery = await tellWebhooks(deployment, invocation);
  const { terminal, options } = invocation;
  terminal.result(
    options.json
      ? jsonText({ ...document, outcome: report.outcome, results: report.results })
      : reportText(report, delivery, terminal.style),
  );
  return exitCodeOf(report);
}

/** A saved plan was agreed to when it was saved; a fresh one is shown first. */
async function isAgreed(
  { options, terminal }: Invocation,
  planned: GuardedPlan,
  isSaved: boolean,
): Promise<boolean> {
  const count = planned.changes.filter(isAllowed).length;
  if (count === 0) return true;
  const text = `${planText(planned.changes, planned.findings, terminal.style)}\n`;
  if (options.yes || isSaved) {
    if (!options.json) terminal.note(text);
    return true;
  }
  // Who is asked sees what about, however quiet.
  terminal.problem(text);
  return terminal.confirm(`Carry out ${counted(count, 'change')}?`);
}

const SavedPlan = z.object({ schemaVersion: z.literal(1), planId: z.string() });

function readPlanId(file: string): string {
  try {
    return SavedPlan.parse(JSON.parse(readFileSync(file, 'utf8'))).planId;
  } catch {
    throw new ConfigError([
      { where: file, what: 'This is not a plan.', mend: 'Make one with: azfed plan --out FILE' },
    ]);
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

/** What is told is told at once; what a receiver refuses stays in the outbox for the next run. */
async function tellWebhooks(
  { ports, configuration }: Deployment,
  { terminal }: Invocation,
): Promise<DeliverySummary | undefined> {
  try {
    return await deliver(ports, configuration.webhooks);
  } catch (error) {
    terminal.problem(`Events stay in the outbox: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function exitCodeOf({ outcome, results }: PassReport): ExitCode {
  if (results.some(({ result }) => result === 'failed')) return 1;
  return outcome === 'partial' ? 3 : 0;
}
