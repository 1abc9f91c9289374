import {
  type ReviewItem,
  reviewConfiguration,
} from '../../../../shared/domain/configuration/configuration-review.ts';
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
import {
  type DeployedVersions,
  type UsableVersion,
  openVersions,
  readLocalConfiguration,
  readPublished,
} from '../../composition/published-configuration.ts';
import { confirm } from '../../console/approval-notes.ts';
import { personText } from '../../output/controls-text.ts';
import { deployabilityText, requireDeployable } from '../../output/deployability-text.ts';
import { selectLayout, type Layout, createLayout, shortenArns } from '../../output/layout.ts';
import { planText } from '../../output/plan-text.ts';
import { printResult } from '../../output/sanitize.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import type { Finding } from '../../../../shared/domain/findings/finding.ts';
import type { GuardedChange } from '../../../../shared/domain/guard/guard.ts';
import { canonicalJson } from '../../../../shared/domain/kernel/digest.ts';
import { planInteractively } from '../plan/interactive-plan.ts';
import { table, whole } from '../../output/table.ts';

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
    .action(
      run(async (invocation, typed: PublishOptions) => {
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
  printResult({ terminal, options }, toDocument(published, comparison), () => text);
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
  printResult(
    { terminal, options },
    { schemaVersion: 1, published: null, base: describeVersion(base), isUnchanged: true },
    () => `Version ${version} is this configuration already; ${personText(by)} published it ${timeText(at)}.`,
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

/** What another configuration would change in the plan. */
interface PlanDifference {
  readonly added: readonly GuardedChange[];
  readonly removed: readonly GuardedChange[];
  /** Those that are new. */
  readonly findings: readonly Finding[];
  /** Something could not be read: more may differ. */
  readonly isPartial: boolean;
}

/** Plans with both, one after the other. Without a base everything is new. */
async function comparePlans(
  deployment: Deployment,
  base: Configuration | undefined,
  proposed: Configuration,
): Promise<PlanDifference> {
  const before =
    base && (await planInteractively({ ...deployment, configuration: await deployment.resolve(base) }));
  const after = await planInteractively({ ...deployment, configuration: await deployment.resolve(proposed) });
  const known = listKeys(before);
  const wanted = listKeys(after);
  const isPartial = [before, after].some((planned) => planned?.snapshot.plan.isPartial === true);
  return {
    added: after.changes.filter((change) => !known.has(formatKey(change))),
    removed: before?.changes.filter((change) => !wanted.has(formatKey(change))) ?? [],
    findings: after.findings.filter((finding) => !known.has(canonicalJson(finding))),
    isPartial,
  };
}

/** The same change that is blocked now is another one for a reader. */
const formatKey = ({ id, decision }: GuardedChange) => `${decision} ${id}`;

const listKeys = (planned: GuardedPlan | undefined): ReadonlySet<string> =>
  new Set([...(planned?.changes.map(formatKey) ?? []), ...(planned?.findings.map(canonicalJson) ?? [])]);

/** Nobody goes back further. */
const MOST_SHOWN = 20;

/** The versions with what is known of each, newest first. */
async function listPublished(
  { terminal, options }: Invocation,
  { ports, configuration: { accounts } }: Deployment,
  { numbers, versions }: DeployedVersions,
): Promise<ExitCode> {
  const { configuration } = await ports.state.readControls();
  const shown = [...numbers].reverse().slice(0, MOST_SHOWN);
  const rows = await Promise.all(
    shown.map(async (version) => ({
      version,
      ...(await describe(versions, version)),
      state: toState(version, numbers.at(-1) ?? 0, configuration),
    })),
  );
  printResult({ terminal, options }, { schemaVersion: 1, versions: rows }, () =>
    listText(rows, createLayout(terminal, { accounts }, ports.clock.now())),
  );
  return 0;
}

async function describe(versions: DeployedVersions['versions'], version: number) {
  try {
    const { text: _, version: __, ...published } = await versions.read(version);
    return published;
  } catch (error) {
    if (error instanceof ConfigError) return { unreadable: error.message };
    throw error;
  }
}

type Row = { readonly version: number; readonly state: string } & Awaited<ReturnType<typeof describe>>;

function toState(
  version: number,
  newest: number,
  known: { readonly version: number; readonly refused?: number } | undefined,
): 'in force' | 'refused' | 'waiting' | 'earlier' {
  if (version === known?.version) return 'in force';
  if (version === known?.refused) return 'refused';
  return version === newest ? 'waiting' : 'earlier';
}

function listText(rows: readonly Row[], layout: Layout): string {
  if (rows.length === 0)
    return 'Nothing was published yet: the configuration that was deployed with the stack is in force.';
  return table(
    [
      ...[whole('VERSION'), whole('STATE'), whole('PUBLISHED'), 'BY'],
      { heading: 'SHA-256', leaves: 1 },
      'NOTE',
    ],
    rows.map((row) => [
      String(row.version),
      row.state,
      'at' in row ? timeText(row.at) : '',
      'at' in row ? shortenArns(personText(row.by), layout) : '',
      'at' in row ? row.sha256.slice(0, 12) : '',
      'at' in row
        ? row.rollbackOf === undefined
          ? ''
          : `version ${row.rollbackOf} again`
        : 'cannot be read',
    ]),
    layout.columns,
  );
}
