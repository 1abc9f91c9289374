import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { GuardedPlan, PassReport } from '../../../shared/application/reconcile.ts';
import { applyPass } from '../../../shared/application/reconcile.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import { isAllowed } from '../../../shared/domain/guard.ts';
import { agree } from '../agreement.ts';
import { approvalNotes } from '../approval-notes.ts';
import { documentOf, planByHand } from '../by-hand.ts';
import { openDeployment } from '../deployment.ts';
import { planText } from '../render/plan-text.ts';
import { reportText } from '../render/report-text.ts';
import { watchProgress } from '../render/progress.ts';
import { counted } from '../render/counted.ts';
import { inert, jsonText } from '../render/inert.ts';
import { tellWebhooks } from '../telling.ts';
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
  const document = documentOf(deployment, planned);
  if (!(await isAgreed(invocation, planned, expectedId !== undefined))) return 1;
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
  for (const note of approvalNotes(planned, deployment.ports.clock.now(), localFlag(options)))
    terminal.note(note);
  return exitCodeOf(report);
}

/** A saved plan was agreed to when it was saved; a fresh one is shown first. */
async function isAgreed(
  invocation: Invocation,
  { changes, findings }: GuardedPlan,
  isSaved: boolean,
): Promise<boolean> {
  const count = changes.filter(isAllowed).length;
  if (count === 0) return true;
  const text = `${planText(changes, findings, invocation.terminal.style)}\n`;
  return agree(invocation, { text, question: `Carry out ${counted(count, 'change')}?`, isAgreed: isSaved });
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

function exitCodeOf({ outcome, results }: PassReport): ExitCode {
  if (results.some(({ result }) => result === 'failed')) return 1;
  return outcome === 'partial' ? 3 : 0;
}
