import type { PlanDocument } from '../../../shared/domain/plan-document.ts';
import { approvalNotes } from '../approval-notes.ts';
import { documentOf, planByHand } from '../by-hand.ts';
import { openDeployment } from '../deployment.ts';
import { inert, jsonText } from '../render/inert.ts';
import { planText } from '../render/plan-text.ts';
import type { ExitCode, GlobalOptions, Verb } from '../verb.ts';
import { localFlag } from '../verb.ts';
import { reviewAgainst, reviewText } from '../review-base.ts';
import { tableDocument } from '../table-place.ts';
import { writeText } from '../text-file.ts';

interface PlanOptions {
  readonly out?: string;
  readonly base?: string;
  readonly detailedExitcode: boolean;
}

export const planVerb: Verb = (command, run) => {
  command
    .option('--out <file>', 'save the plan; `azfed apply <file>` carries out just that plan, or refuses')
    .option('--base <file>', 'the configuration in force: lists what a reviewer of the change has to look at')
    .option('--detailed-exitcode', 'exit with 2 when there are differences', false)
    .action((options: PlanOptions) =>
      run(async (invocation) => {
        const deployment = await openDeployment(invocation);
        const review = reviewAgainst(invocation, options.base, deployment.configuration);
        const planned = await planByHand(deployment);
        const document = {
          ...documentOf(deployment, planned),
          table: tableDocument(deployment.table.place()),
          ...(review ? { review } : {}),
        };
        const { terminal } = invocation;
        if (options.out !== undefined) writeText(options.out, `${jsonText(document)}\n`);
        terminal.result(
          invocation.options.json
            ? jsonText(document)
            : `${review ? `${reviewText(review)}\n\n` : ''}${planText(planned.changes, planned.findings, terminal.style)}`,
        );
        if (options.out !== undefined) terminal.note(savedText(options.out, document, invocation.options));
        for (const note of approvalNotes(
          planned,
          deployment.ports.clock.now(),
          localFlag(invocation.options),
        ))
          terminal.note(note);
        return exitCodeOf(document, options);
      }),
    );
};

function savedText(file: string, { outcome }: PlanDocument, options: GlobalOptions): string {
  const saved = `Saved as ${inert(file)}.`;
  if (outcome === 'partial') return `${saved} It is not the whole plan, so azfed apply refuses it.`;
  return `${saved} Carry it out with: azfed apply ${inert(file)}${localFlag(options)}`;
}

function exitCodeOf({ outcome, changes }: PlanDocument, { detailedExitcode }: PlanOptions): ExitCode {
  if (outcome === 'partial') return 3;
  return detailedExitcode && changes.length > 0 ? 2 : 0;
}
