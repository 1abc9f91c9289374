import { decide } from '../../../shared/application/records/records.ts';
import { recordBootstrap } from '../../../shared/domain/guard/controls-recording.ts';
import type { RecordedControls } from '../../../shared/domain/records/deployment-record.ts';
import { timeText } from '../../../shared/domain/kernel/durations.ts';
import { confirm } from '../console/approval-notes.ts';
import { guardView, observeInteractively } from './plan/interactive-plan.ts';
import { openDeployment } from '../composition/deployment.ts';
import { knownPerson } from '../composition/aws-credentials.ts';
import { decisionDocument, personText } from '../output/controls-text.ts';
import { wrapLines } from '../output/text.ts';
import { selectLayout } from '../output/layout.ts';
import { planText } from '../output/plan-text.ts';
import { deliverPending } from '../console/notices.ts';
import { endUnread, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { printResult } from '../output/sanitize.ts';

export const bootstrapVerb: Verb = (command, run) => {
  command.action(run(bootstrap));
};

async function bootstrap(invocation: Invocation): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'prepare');
  const { ports } = deployment;
  const known = await ports.state.readControls();
  if (known.bootstrapped) return say(invocation, known, false);
  const view = await observeInteractively(deployment);
  const { plan } = view.snapshot;
  if (plan.isPartial)
    return endUnread(invocation, plan.findings, 'Nothing was written: automatic runs go on observing.');
  const by = knownPerson(view.actor);
  const now = ports.clock.now();
  const decision = (controls: RecordedControls) => recordBootstrap(controls, by, now);
  const asIf = { ...view, controls: decision(view.controls) };
  const { changes, findings } = guardView(deployment, asIf, { trigger: 'schedule' });
  const text = `${planText(changes, findings, selectLayout(invocation, deployment))}\n`;
  const question = 'Let automatic runs do this, and what is to be done later, from now on?';
  if (!(await confirm(invocation, { text, question }))) return 1;
  if (!(await deployment.table.prepare(invocation))) return 1;
  const decided = await decide(ports.state, decision);
  await deliverPending(deployment, invocation);
  return say(invocation, decided ?? (await ports.state.readControls()), decided !== undefined);
}

function say(
  { terminal, options }: Invocation,
  { bootstrapped }: RecordedControls,
  isNew: boolean,
): ExitCode {
  const { by = '', at = 0 } = bootstrapped ?? {};
  const since = isNew
    ? 'From now on automatic runs write.'
    : `Automatic runs write since ${timeText(at)}; ${personText(by)} let them.`;
  printResult(
    { terminal, options },
    { schemaVersion: 1, bootstrapped: decisionDocument(bootstrapped), isNew },
    () => wrapLines(since, terminal.columns),
  );
  return 0;
}
