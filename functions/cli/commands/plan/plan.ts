import type { PlanDocument } from '../../../../shared/domain/guard/plan-document.ts';
import { approvalNotes } from '../../console/approval-notes.ts';
import { addFilterOptions, readFilter, type FilterOptions } from '../../arguments/filter.ts';
import { describeNotSelected, listSelected, toPlanDocument, planInteractively } from './interactive-plan.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { inert, jsonText, quoteWord } from '../../output/sanitize.ts';
import { selectLayout, type Layout } from '../../output/layout.ts';
import { planText } from '../../output/plan-text.ts';
import {
  type ExitCode,
  type GlobalOptions,
  type Invocation,
  type Verb,
  localFlag,
} from '../../command-line/command.ts';
import { commentMarker, planMarkdown, type ShownPlan } from '../../output/plan-markdown.ts';
import { reviewChanges, reviewText } from '../../arguments/review-base.ts';
import { tableDocument } from '../../composition/table-location.ts';
import { requireWritable, writeText } from '../../command-line/text-file.ts';
import { createAzureDevOpsComments } from '../../../../shared/adapters/pull-requests/azure-devops-comments.ts';
import { createGitHubComments } from '../../../../shared/adapters/pull-requests/github-comments.ts';
import { systemClock } from '../../../../shared/adapters/system/system-clock.ts';
import { readPullRequest } from '../../../../shared/config/pull-request.ts';
import type { PullRequestComments } from '../../../../shared/ports/pull-request.ts';

interface PlanOptions extends FilterOptions {
  readonly out?: string;
  readonly base?: string;
  readonly detailedExitcode: boolean;
  readonly comment: boolean;
}

export const planVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .option(
      '--out <file>',
      'save the plan to a file; `azfed apply <file>` carries out exactly that plan, or refuses',
    )
    .option('--base <file>', 'the configuration in force; lists the differences that a reviewer has to check')
    .option('--detailed-exitcode', 'exit with 2 when there are differences', false)
    .option(
      '--comment',
      'in a pipeline of a pull request: also write the plan into its one comment, which later runs update',
      false,
    )
    .action(
      run(async (invocation, options: PlanOptions) => {
        const deployment = await openDeployment(invocation, 'read', 'readers', true);
        const review = reviewChanges(invocation, options.base, deployment.configuration);
        if (options.out !== undefined) requireWritable(options.out);
        const planned = await planInteractively(deployment, { filter: readFilter(options) });
        const { changes, findings } = listSelected(planned);
        const document = {
          ...toPlanDocument(deployment, planned),
          table: tableDocument(deployment.table.place()),
          ...(review ? { review } : {}),
        };
        const { terminal } = invocation;
        if (options.out !== undefined) writeText(options.out, `${jsonText(document)}\n`);
        const shown = {
          configuration: invocation.options.config,
          planId: document.planId,
          changes,
          findings,
          review,
          notSelected: describeNotSelected(planned),
        };
        const layout = selectLayout(invocation, deployment);
        terminal.result(resultText(invocation, document, shown, layout));
        for (const line of shown.notSelected) terminal.note(line);
        if (options.comment) terminal.note(await comment(shown, layout));
        if (options.out !== undefined) terminal.note(savedText(options.out, document, invocation.options));
        for (const note of approvalNotes(
          planned,
          deployment.ports.clock.now(),
          localFlag(invocation.options),
        ))
          terminal.note(note);
        return toExitCode(document, options);
      }),
    );
};

function resultText({ options }: Invocation, document: object, shown: ShownPlan, layout: Layout): string {
  if (options.json) return jsonText(document);
  if (options.markdown) return planMarkdown(shown, layout).trimEnd();
  const { changes, findings, review } = shown;
  return `${review ? `${reviewText(review)}\n\n` : ''}${planText(changes, findings, layout)}`;
}

/** Writes the comment of the pull request that this pipeline runs for. Throws as the port does. */
async function comment(shown: ShownPlan, layout: Layout): Promise<string> {
  const text = planMarkdown(shown, layout);
  const outcome = await connectComments().upsert(commentMarker(shown.configuration), text);
  return { created: 'Commented.', updated: 'The comment is updated.', unchanged: 'The comment is the same.' }[
    outcome
  ];
}

function savedText(file: string, { outcome }: PlanDocument, options: GlobalOptions): string {
  const saved = `Saved as ${inert(file)}.`;
  if (outcome === 'partial') return `${saved} It is not the whole plan, so azfed apply refuses it.`;
  return `${saved} Carry it out with: azfed apply ${inert(quoteWord(file))}${localFlag(options)}`;
}

function toExitCode({ outcome, changes }: PlanDocument, { detailedExitcode }: PlanOptions): ExitCode {
  if (outcome === 'partial') return 3;
  return detailedExitcode && changes.length > 0 ? 2 : 0;
}

/** The pull request that this pipeline runs for. Throws ConfigError where there is none. */
function connectComments(): PullRequestComments {
  const place = readPullRequest();
  const options = { token: place.token, clock: systemClock };
  return place.host === 'github'
    ? createGitHubComments(place.url, place.number, options)
    : createAzureDevOpsComments(place.url, options);
}
