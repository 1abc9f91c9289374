import type { ReviewItem } from '../../../../shared/domain/configuration/configuration-review.ts';
import { reviewConfiguration } from '../../../../shared/domain/configuration/configuration-review.ts';
import type { Deployability } from '../../../../shared/application/checks/deployable.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import type { PublishedVersion } from '../../../../shared/domain/configuration/published-version.ts';
import { formatInstant, timeText } from '../../../../shared/domain/kernel/durations.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { describeChange } from '../../../../shared/domain/guard/plan-document.ts';
import { parseCount } from '../../arguments/count.ts';
import { reviewText } from '../../arguments/review-base.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { knownPerson } from '../../composition/aws-credentials.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import type { DeployedVersions, UsableVersion } from '../../composition/published-configuration.ts';
import {
  openVersions,
  readLocalConfiguration,
  readPublished,
} from '../../composition/published-configuration.ts';
import { confirm } from '../../console/approval-notes.ts';
import { personText } from '../../output/controls-text.ts';
import { deployabilityText, requireDeployable } from '../../output/deployability-text.ts';
import { selectLayout, type Layout } from '../../output/layout.ts';
import { planText } from '../../output/plan-text.ts';
import { jsonText } from '../../output/sanitize.ts';
import { comparePlans, type PlanDifference } from './plan-difference.ts';
import { listPublished } from './list-published.ts';

interface PublishOptions {
  readonly list: boolean;
  readonly rollback?: number;
  readonly dryRun: boolean;
}

export const publishVerb: Verb = (command, run) => {
  command
    .option('--list', 'list the published versions, newest first; publishes nothing', false)
    .option('--rollback <version>', 'publish the text of an earlier version again', parseCount)
    .option('--dry-run', 'show the differences; publish nothing', false)
    .action((typed: PublishOptions) =>
      run(async (invocation) => {
        const deployment = await openDeployment(invocation, typed.list || typed.dryRun ? 'need' : 'change');
        const versions = await openVersions(deployment);
        return typed.list
          ? listPublished(invocation, deployment, versions)
          : publish(invocation, deployment, versions, typed);
      }),
    );
};

async function publish(
  invocation: Invocation,
  deployment: Deployment,
  deployed: DeployedVersions,
  { rollback, dryRun }: PublishOptions,
): Promise<ExitCode> {
  const by = knownPerson(await deployment.ports.callers.caller());
  const { base, latest } = await readPublished(deployed);
  const proposed =
    rollback === undefined ? readLocalConfiguration(invocation) : await readEarlier(deployed, rollback);
  if (base?.sha256 === proposed.sha256 && base.version === latest) return sayUnchanged(invocation, base);
  const comparison = await compare(deployment, deployed, base, proposed.configuration);
  const text = comparisonText(comparison, selectLayout(invocation, deployment));
  if (dryRun) return say(invocation, null, comparison, text, comparison.difference.isPartial ? 3 : 0);
  const version = latest + 1;
  const prompt = { text: `${text}\n`, question: `Publish this as version ${version}?` };
  if (!(await confirm(invocation, prompt))) return 1;
  const published: PublishedVersion = {
    version,
    text: proposed.text,
    sha256: proposed.sha256,
    by,
    at: formatInstant(deployment.ports.clock.now()),
    ...(rollback === undefined ? {} : { rollbackOf: rollback }),
  };
  await deployed.versions.publish(published);
  const done = `Version ${version} is published. The functions take it at their next run.`;
  return say(invocation, published, comparison, done, 0);
}

function say(
  { terminal, options }: Invocation,
  published: PublishedVersion | null,
  comparison: Comparison,
  text: string,
  exitCode: ExitCode,
): ExitCode {
  terminal.result(options.json ? jsonText(toDocument(published, comparison)) : text);
  return exitCode;
}

/** What a publication would change, and what stands against it. */
interface Comparison {
  readonly base: UsableVersion | undefined;
  readonly review?: readonly ReviewItem[];
  readonly difference: PlanDifference;
  readonly deployability: Deployability;
}

/** Throws ConfigError where a stack has to be deployed first. */
async function compare(
  deployment: Deployment,
  deployed: DeployedVersions,
  base: UsableVersion | undefined,
  proposed: Configuration,
): Promise<Comparison> {
  const deployability = await deployed.examine(proposed);
  requireDeployable(deployability, 'azfed publish');
  return {
    base,
    ...(base ? { review: reviewConfiguration(base.configuration, proposed) } : {}),
    difference: await comparePlans(deployment, base?.configuration, proposed),
    deployability,
  };
}

const comparisonText = ({ review, difference, deployability }: Comparison, layout: Layout): string =>
  [
    review ? reviewText(review) : 'Nothing was published before: the whole plan follows.',
    differenceText(difference, layout),
    ...deployabilityText(deployability),
  ].join('\n\n');

/** Throws ConfigError where there is no such version, or this release cannot use it. */
async function readEarlier({ numbers, readUsable }: DeployedVersions, version: number) {
  if (numbers.includes(version)) return readUsable(version);
  throw new ConfigError({
    where: `--rollback ${version}`,
    what: 'There is no such version.',
    fix: 'azfed publish --list shows those that there are.',
  });
}

function sayUnchanged({ terminal, options }: Invocation, base: PublishedVersion): ExitCode {
  const { version, by, at } = base;
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, published: null, base: describeVersion(base), isUnchanged: true })
      : `Version ${version} is this configuration already; ${personText(by)} published it ${timeText(at)}.`,
  );
  return 0;
}

function toDocument(
  published: PublishedVersion | null,
  { base, review = [], difference: { added, removed, isPartial }, deployability }: Comparison,
) {
  return {
    schemaVersion: 1,
    published: published && describeVersion(published),
    base: base ? describeVersion(base) : null,
    review,
    changes: { added: added.map(describeChange), removed: removed.map(describeChange) },
    isPartial,
    rights: deployability.rights,
  };
}

function describeVersion({ version, sha256, by, at, rollbackOf }: PublishedVersion) {
  return { version, sha256, by, at, ...(rollbackOf === undefined ? {} : { rollbackOf }) };
}

function differenceText({ added, removed, findings, isPartial }: PlanDifference, layout: Layout): string {
  const unread = isPartial ? ['Not everything could be read, so that changes may be missing here.'] : [];
  const gone =
    removed.length > 0 ? [`No longer planned: ${removed.length}.`, planText(removed, [], layout)] : [];
  const come = added.length + findings.length > 0 ? [planText(added, findings, layout)] : [];
  const all = [...come, ...gone, ...unread];
  return all.length > 0 ? all.join('\n\n') : 'The plan stays the same.';
}
