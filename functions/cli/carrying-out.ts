import type { GuardedPlan, PassReport } from '../../shared/application/reconcile.ts';
import { applyPass } from '../../shared/application/reconcile.ts';
import { isAllowed } from '../../shared/domain/guard.ts';
import { agree } from './agreement.ts';
import { approvalNotes } from './approval-notes.ts';
import { documentOf } from './by-hand.ts';
import type { Deployment } from './deployment.ts';
import { counted } from './render/counted.ts';
import { jsonText } from './render/inert.ts';
import { planText } from './render/plan-text.ts';
import { watchProgress } from './render/progress.ts';
import { reportText } from './render/report-text.ts';
import { tellWebhooks } from './telling.ts';
import type { ExitCode, Invocation } from './verb.ts';
import { localFlag } from './verb.ts';

export interface Carrying {
  /** It was agreed to before; it is only shown. */
  readonly isAgreed?: boolean;
  /** Said when it is done. */
  readonly after?: readonly string[];
}

/** Shows a plan, asks, carries it out, tells of it, and says what came of it. */
export async function carryOut(
  invocation: Invocation,
  deployment: Deployment,
  planned: GuardedPlan,
  { isAgreed = false, after = [] }: Carrying = {},
): Promise<ExitCode> {
  const document = documentOf(deployment, planned);
  if (!(await isWanted(invocation, planned, isAgreed))) return 1;
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
  const notes = approvalNotes(planned, deployment.ports.clock.now(), localFlag(options));
  for (const note of [...notes, ...after]) terminal.note(note);
  return exitCodeOf(report);
}

/** What was agreed to when it was saved is shown; a fresh plan is asked about. */
async function isWanted(
  invocation: Invocation,
  { changes, findings }: GuardedPlan,
  isAgreed: boolean,
): Promise<boolean> {
  const count = changes.filter(isAllowed).length;
  if (count === 0) return true;
  const text = `${planText(changes, findings, invocation.terminal.style)}\n`;
  return agree(invocation, { text, question: `Carry out ${counted(count, 'change')}?`, isAgreed });
}

function exitCodeOf({ outcome, results }: PassReport): ExitCode {
  if (results.some(({ result }) => result === 'failed')) return 1;
  return outcome === 'partial' ? 3 : 0;
}
