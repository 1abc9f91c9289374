import { decide } from '../../../shared/application/records/records.ts';
import { waitsForApproval } from '../../../shared/domain/guard/controls.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { canApprove, suggestPattern } from '../../../shared/domain/configuration/people.ts';
import { recordApproval } from '../../../shared/domain/guard/controls-recording.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import type { Person } from '../../../shared/domain/records/deployment-record.ts';
import { formatInstant, timeText, type Instant } from '../../../shared/domain/kernel/durations.ts';
import { confirm } from '../console/approval-notes.ts';
import { guardView, observeInteractively, type InteractiveView } from './plan/interactive-plan.ts';
import { openDeployment } from '../composition/deployment.ts';
import { identityProblems } from '../composition/aws-credentials.ts';
import { personText } from '../output/controls-text.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { changesText, reachedLines } from '../output/plan-text.ts';
import { deliverPending } from '../console/notices.ts';
import { endUnread, localFlag, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';
import { printResult } from '../output/sanitize.ts';

export const approveVerb: Verb = (command, run) => {
  command
    .argument('<plan>', 'the id that `azfed plan` prints; refused when anything has changed since')
    .action(run(approve));
};

async function approve(invocation: Invocation, planId: string): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'need', 'approvers');
  const { ports } = deployment;
  const view = await observeInteractively(deployment);
  const now = ports.clock.now();
  const flag = localFlag(invocation.options);
  const by = requireApprover(view, planId, flag, deployment.configuration);
  const { plan } = view.snapshot;
  if (plan.isPartial) return endUnread(invocation, plan.findings, 'Nothing was approved.');
  const { changes } = guardView(deployment, view, { trigger: 'schedule' });
  const waiting = changes.filter((change) => waitsForApproval(view.controls, change, by, now));
  if (waiting.length === 0) throw nothingWaits(planId);
  const prompt = {
    text: `${[changesText(waiting, invocation.terminal), ...reachedLines(waiting, plan.findings)].join('\n')}\n`,
    question: `Approve ${counted(waiting.length, 'change')} as ${personText(by)}?`,
  };
  if (!(await confirm(invocation, prompt))) return 1;
  const ids = waiting.map(({ id }) => id);
  const decided = await decide(ports.state, (controls) =>
    recordApproval(controls, { planId, changes: ids, by }, now),
  );
  await deliverPending(deployment, invocation);
  const until = decided?.approvals.at(-1)?.until ?? now;
  printResult(
    invocation,
    { schemaVersion: 1, approved: { planId, changes: ids, by, until: formatInstant(until) } },
    () => approvedText(waiting, by, until, flag),
  );
  return 0;
}

/** Who says yes to this very plan. Throws ConfigError when it is another plan by now, or nobody knows who they are. */
function requireApprover(
  { snapshot, actor }: InteractiveView,
  planId: string,
  flag: string,
  { people }: Configuration,
): Person {
  const isStale = snapshot.plan.id !== planId;
  const isUnlisted = actor !== undefined && !canApprove(people, actor);
  if (actor !== undefined && !isStale && !isUnlisted) return actor;
  throw new ConfigError([
    ...listIf(isStale, {
      where: `plan ${planId}`,
      what: 'It is not what would be done now: Azure DevOps, IAM or the configuration moved, or the id is mistyped.',
      fix: `Nothing was approved. Look at the plan as it is: azfed plan${flag}`,
    }),
    ...listIf(isUnlisted, {
      where: 'people.approvers',
      what: `You are ${actor ?? ''}, and no list of people names you as an approver: your approval would not count.`,
      fix: `Nothing was approved. Ask one of the approvers; or add ${suggestPattern(actor ?? '')} to people.approvers, and deploy the stack and the StackSet.`,
    }),
    ...identityProblems(actor),
  ]);
}

function nothingWaits(planId: string): ConfigError {
  return new ConfigError({
    where: `plan ${planId}`,
    what: 'Nothing in it waits for your approval.',
    fix: 'azfed plan says why a change is held; azfed status, what is approved already.',
  });
}

function approvedText(changes: readonly GuardedChange[], by: Person, until: Instant, flag: string): string {
  return `Approved: ${counted(changes.length, 'change')}, until ${timeText(until)}. The next automatic run carries out what waits, or anybody but ${personText(by)} with: azfed apply${flag}`;
}
