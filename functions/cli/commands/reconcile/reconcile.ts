import { DefectiveRun } from '../../../../shared/application/run/reconcile.ts';
import type { GuardedPlan, RunOutcome, RunReport } from '../../../../shared/application/run/reconcile.ts';
import { runAutomatic, type AutomaticRun } from '../../../../shared/application/run/run-automatic.ts';
import { canonicalJson, digest } from '../../../../shared/domain/kernel/digest.ts';
import { isUnreadable } from '../../../../shared/domain/kernel/errors.ts';
import { finding, leavesUnknown, sortFindings } from '../../../../shared/domain/findings/finding.ts';
import { summarizeRun, toRunExit } from '../../../../shared/domain/guard/run-summary.ts';
import { runOutcomes } from '../../../../shared/domain/records/remote-run.ts';
import { describeListTrouble } from '../../../../shared/domain/desired/desired-roles.ts';
import { planDocument } from '../../../../shared/domain/guard/plan-document.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { chooseAccounts } from '../../arguments/account-choice.ts';
import { addPlaceOptions, type PlaceOptions } from '../../arguments/filter.ts';
import { interruptible } from '../../console/interruption.ts';
import { errorText } from '../../output/error-text.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { wrapLines } from '../../output/text.ts';
import { selectLayout } from '../../output/layout.ts';
import { planText } from '../../output/plan-text.ts';
import { reportText } from '../../output/report-text.ts';
import { deliverPending } from '../../console/notices.ts';
import { localFlag, type ExitCode, type Invocation, type Verb } from '../../command-line/command.ts';
import { reconcileRemotely } from './remote.ts';

interface ReconcileOptions extends Pick<PlaceOptions, 'account'> {
  readonly remote: boolean;
}

export const reconcileVerb: Verb = (command, run) => {
  addPlaceOptions(command, '', ['account'])
    .option(
      '--remote',
      'start the run in the deployed service and follow it to its end; Ctrl-C ends the following, not the run',
      false,
    )
    .action(
      run((invocation, options: ReconcileOptions) =>
        (options.remote ? reconcileRemotely : reconcileHere)(invocation, options),
      ),
    );
};

/** One automatic run. Nobody is asked: what the configuration and earlier decisions allow is done, the rest waits. */
async function reconcileHere(
  invocation: Invocation,
  { account }: Pick<ReconcileOptions, 'account'>,
): Promise<ExitCode> {
  // Nobody is asked: a table that is missing is made only where --yes says so.
  const deployment = await openDeployment(
    invocation,
    invocation.options.yes ? 'prepare' : 'change',
    'operators',
    true,
  );
  const { ports, configuration } = deployment;
  const accounts = account && chooseAccounts(configuration, account).map(({ id }) => id);
  if (!(await deployment.table.prepare(invocation))) return 1;
  const run = await interruptible(invocation.terminal, ports.leases, ({ stop, leases, watch }) =>
    runAutomatic({ ...ports, leases }, configuration, {
      accounts,
      stop,
      progress: watch(() => undefined),
    }),
  );
  const delivery = await deliverPending(deployment, invocation);
  const { terminal, options } = invocation;
  for (const problem of listProblems(run)) terminal.problem(problem);
  const whole = combineReports(run);
  if (options.json) {
    terminal.result(jsonText(toDocument(deployment, run, whole)));
  } else {
    if (whole.plan.changes.length + whole.plan.findings.length > 0)
      terminal.note(
        `${planText(whole.plan.changes, whole.plan.findings, selectLayout(invocation, deployment))}\n`,
      );
    terminal.result(wrapLines(reportText(whole, delivery, terminal.style), terminal.columns));
  }
  if (whole.plan.changes.some(isWaitingForBootstrap))
    terminal.note(
      `Automatic runs only observe until somebody lets them write: azfed bootstrap${localFlag(options)}`,
    );
  return toRunExit(summarizeRun(whole));
}

const isWaitingForBootstrap = (change: GuardedPlan['changes'][number]) =>
  change.decision === 'held' && change.blockedBy === 'not-bootstrapped';

/** The runs over all accounts as one. */
interface WholeRun {
  readonly plan: Pick<GuardedPlan, 'changes' | 'findings'>;
  readonly outcome: RunOutcome;
  readonly results: RunReport['results'];
  readonly failures: RunReport['failures'];
}

const listReports = ({ accounts }: AutomaticRun): readonly RunReport[] =>
  accounts.flatMap((part) => {
    if ('report' in part) return [part.report];
    return part.error instanceof DefectiveRun ? [part.error.report] : [];
  });

/** The worst of the accounts; what could not be discovered or reconciled at all is failed. */
function combineReports(run: AutomaticRun): WholeRun {
  const reports = listReports(run);
  const unreadable = run.discoveries.flatMap((part) =>
    'auditTrouble' in part && isUnreadable(part.auditTrouble)
      ? [finding('record.unreadable', `Organization ${part.organization.name}: ${part.auditTrouble.message}`)]
      : [],
  );
  const listed = describeListTrouble(run.configuration.listed);
  const found = [...reports.flatMap(({ plan }) => plan.findings), ...unreadable, ...listed];
  const findings = new Map(found.map((one) => [canonicalJson(one), one] as const));
  const hasFailed = [...run.accounts, ...run.discoveries].some((part) => 'error' in part);
  const outcomes: readonly RunOutcome[] = [
    ...reports.map(({ outcome }) => outcome),
    ...(hasFailed ? (['failed'] as const) : []),
    ...([...unreadable, ...listed].some(leavesUnknown) ? (['partial'] as const) : []),
  ];
  return {
    plan: {
      changes: reports.flatMap(({ plan }) => plan.changes),
      findings: sortFindings([...findings.values()]),
    },
    results: reports.flatMap(({ results }) => results),
    failures: reports.flatMap(({ failures }) => failures),
    outcome: runOutcomes.find((outcome) => outcomes.includes(outcome)) ?? 'converged',
  };
}

function toDocument(
  { dynamodb }: Deployment,
  run: AutomaticRun,
  { plan, outcome, results, failures }: WholeRun,
): Readonly<Record<string, unknown>> {
  const reports = listReports(run);
  const ids = reports.map((report) => report.plan.snapshot.plan.id);
  const planId = ids.length === 1 ? (ids[0] ?? '') : `plan-${digest(canonicalJson(ids))}`;
  const reads = {
    azureDevOps: run.discoveries.reduce((sum, part) => sum + ('requests' in part ? part.requests : 0), 0),
    iam: reports.reduce((sum, report) => sum + report.plan.snapshot.reads.iam, 0),
    dynamodb: [...dynamodb.values()].reduce((sum, next) => sum + next, 0),
  };
  return {
    ...planDocument(planId, outcome, plan.changes, plan.findings, reads),
    results,
    failures,
    accounts: run.accounts.map((part) => ({
      account: part.account.id,
      ...('report' in part
        ? { outcome: part.report.outcome, planId: part.report.plan.snapshot.plan.id }
        : { outcome: 'failed', error: errorText(part.error) }),
    })),
  };
}

/** What kept an organization or an account from being looked at, and what of an audit log was not understood. */
const listProblems = ({ discoveries, accounts }: AutomaticRun): readonly string[] => [
  ...discoveries.flatMap((part) => {
    const name = inert(part.organization.name);
    if ('error' in part) return [`Organization ${name} could not be discovered.\n${errorText(part.error)}`];
    const { auditTrouble, unreadableEntries } = part;
    return [
      ...(auditTrouble ? [`The audit log of ${name} could not be read: ${inert(auditTrouble.message)}`] : []),
      ...(unreadableEntries > 0
        ? [`${unreadableEntries} entries of the audit log of ${name} could not be used.`]
        : []),
    ];
  }),
  ...accounts.flatMap((part) =>
    'error' in part ? [`Account ${part.account.id} failed.\n${errorText(part.error)}`] : [],
  ),
];
