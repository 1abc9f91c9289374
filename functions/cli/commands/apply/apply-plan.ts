import type { GuardedPlan, RunReport } from '../../../../shared/application/run/reconcile.ts';
import { DefectiveRun, applyRun } from '../../../../shared/application/run/reconcile.ts';
import { keepsOpen, leavesUnknown, type Finding } from '../../../../shared/domain/findings/finding.ts';
import { isAllowed } from '../../../../shared/domain/guard/guard.ts';
import { isInScope } from '../../../../shared/domain/desired/scope.ts';
import { formatTypedName } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { confirm, approvalNotes } from '../../console/approval-notes.ts';
import type { SelectedPlan } from '../plan/interactive-plan.ts';
import { describeNotSelected, listSelected, toPlanDocument } from '../plan/interactive-plan.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { interruptible } from '../../console/interruption.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { selectLayout } from '../../output/layout.ts';
import { planText } from '../../output/plan-text.ts';
import { watchProgress } from '../../output/progress.ts';
import { reportText } from '../../output/report-text.ts';
import { deliverPending } from '../../console/notices.ts';
import type { Terminal } from '../../console/terminal.ts';
import { localFlag, type ExitCode, type Invocation } from '../../command-line/command.ts';
import { printResult } from '../../output/sanitize.ts';

export interface Carrying {
  /** It was agreed to before; it is only shown. */
  readonly isConfirmed?: boolean;
  /** It was shown and agreed to just now. */
  readonly isShown?: boolean;
  /** Said above the plan. */
  readonly before?: readonly string[];
  /** Every value of the plan stands to its end. */
  readonly isWhole?: boolean;
  /** Said when something was done. */
  readonly after?: readonly string[];
}

/** Shows a plan, asks, carries it out, tells of it, and says what came of it. */
export async function executePlan(
  invocation: Invocation,
  deployment: Deployment,
  planned: SelectedPlan,
  carrying: Carrying = {},
): Promise<ExitCode> {
  const document = toPlanDocument(deployment, planned);
  if (!carrying.isShown && !(await isWanted(invocation, deployment, planned, carrying))) return 1;
  if (deployment.table && !(await deployment.table.prepare(invocation))) return 1;
  const { report, defect } = await applyWatched(invocation.terminal, deployment, planned);
  const delivery = await deliverPending(deployment, invocation);
  const { terminal, options } = invocation;
  printResult(
    invocation,
    { ...document, outcome: report.outcome, results: report.results, failures: report.failures },
    () =>
      reportText({ ...report, plan: { ...report.plan, ...listSelected(planned) } }, delivery, terminal.style),
  );
  const notes = approvalNotes(planned, deployment.ports.clock.now(), localFlag(options));
  const next = options.json ? [] : listNextSteps(planned, report, localFlag(options));
  for (const note of [...describeNotSelected(planned), ...notes, ...listNotes(report, carrying), ...next])
    terminal.note(note);
  if (defect) throw defect;
  return toExitCode(report);
}

/** What helps after a run that did something: to check it, or to find out what went wrong. */
function listNextSteps({ changes }: GuardedPlan, { results }: RunReport, flag: string): readonly string[] {
  const ids = (wanted: string) =>
    results.flatMap(({ result, changeId }) => (result === wanted ? [changeId] : []));
  if (ids('failed').length > 0) return [`Next: ${suggestRemedy(results)}: azfed apply${flag}`];
  // A connection whose role was closed may be gone: there is nothing to verify.
  const [first] = changes
    .filter(({ id, kind }) => kind !== 'close' && ids('done').includes(id))
    .flatMap(listBindings);
  if (!first) return [];
  return [
    `Next: \`azfed verify ${formatTypedName(first.connectionId, first.references)}${flag}\` checks who gets in.`,
  ];
}

/** There is nothing to fix where somebody else was quicker, or where AWS was busy. */
function suggestRemedy(results: RunReport['results']): string {
  const natures = results.flatMap(({ result, error }) => (result === 'failed' ? [error?.nature] : []));
  if (natures.every((nature) => nature === 'conflict')) return 'somebody else wrote meanwhile. Look again';
  const isPassing = natures.every((nature) => nature === 'conflict' || nature === 'transient');
  return isPassing
    ? 'AWS was busy or did not answer. Try again'
    : 'the message says what AWS refused. Fix it, then';
}

const listBindings = (change: GuardedPlan['changes'][number]) =>
  change.target === 'role' && change.kind !== 'delete' ? change.bindings : [];

const listNotes = ({ results }: RunReport, { after = [] }: Carrying): readonly string[] =>
  results.some(({ result }) => result === 'done') ? after : [];

/**
 * Carries out a plan while somebody may watch, and may press Ctrl-C. Where azfed itself failed, the report says what was
 * done all the same, and `defect` is for the caller to throw after it is shown.
 */
export function applyWatched(
  terminal: Terminal,
  deployment: Deployment,
  planned: GuardedPlan,
): Promise<{ readonly report: RunReport; readonly defect?: DefectiveRun }> {
  const { ports, configuration } = deployment;
  return interruptible(terminal, ports.leases, ({ stop, leases, watch }) =>
    watchProgress(terminal, deployment, planned, async (progress) => {
      try {
        const options = { progress: watch(progress), stop };
        return { report: await applyRun({ ...ports, leases }, configuration, planned, options) };
      } catch (error) {
        if (error instanceof DefectiveRun) return { report: error.report, defect: error };
        throw error;
      }
    }),
  );
}

/** What was agreed to when it was saved is shown, and so is what is held; a fresh plan is asked about. */
async function isWanted(
  invocation: Invocation,
  deployment: Deployment,
  planned: SelectedPlan,
  { isConfirmed = false, before = [], isWhole = false }: Carrying,
): Promise<boolean> {
  const { changes } = listSelected(planned);
  const { terminal, options } = invocation;
  if (changes.length === 0) {
    const findings = listFindings(planned).filter(keepsOpen);
    if (findings.length > 0 && !options.json)
      terminal.note(planText([], findings, selectLayout(invocation, deployment)));
    return true;
  }
  const layout = selectLayout(invocation, deployment);
  const shown = planText(changes, listFindings(planned), { ...layout, isWide: layout.isWide || isWhole });
  const text = [...before, `${shown}\n`, ...describeNotSelected(planned)].join('\n');
  const count = changes.filter(isAllowed).length;
  if (count > 0) {
    const prompt = { text, question: `Carry out ${counted(count, 'change')}?`, isConfirmed };
    return confirm(invocation, prompt);
  }
  if (!options.json) terminal.note(text);
  return true;
}

/** Of a plan for a few roles: what was found about them and their connections, and what could not be read. */
function listFindings(planned: SelectedPlan): readonly Finding[] {
  const { scope, snapshot } = planned;
  const { findings } = listSelected(planned);
  if (!scope?.roles) return findings;
  const bindings = snapshot.desiredRoles.targets.flatMap((target) => target.bindings);
  return findings.filter(
    (found) =>
      leavesUnknown(found) ||
      bindings.some(({ connectionId }) => connectionId === found.connectionId) ||
      (found.roleArn && isInScope(scope, found.roleArn)),
  );
}

function toExitCode({ outcome, results }: RunReport): ExitCode {
  if (results.some(({ result }) => result === 'failed')) return 1;
  return outcome === 'partial' ? 3 : 0;
}
