import { findAccountListGap } from '../../../shared/domain/configuration/account-list.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { overlappingGrants } from '../../../shared/domain/configuration/grant-coverage.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { reviewChanges, reviewText } from '../arguments/review-base.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { openDeployment } from '../composition/deployment.ts';
import { openVersions } from '../composition/published-configuration.ts';
import { deployabilityText, requireDeployable } from '../output/deployability-text.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { listAcceptanceProblems } from '../../../shared/domain/findings/acceptance.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { loadSettings, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';

interface ValidateOptions {
  readonly base?: string;
  readonly detailedExitcode: boolean;
  readonly deployed: boolean;
}

export const validateVerb: Verb = (command, run) => {
  command
    .option('--base <file>', 'the configuration in force; lists the differences that a reviewer has to check')
    .option('--detailed-exitcode', 'with --base: exit with 2 when a reviewer has something to check', false)
    .option(
      '--deployed',
      'also check the deployment: what the stack refuses or lacks, and rights that roles in the accounts lack',
      false,
    )
    .action(run(validate));
};

async function validate(
  invocation: Invocation,
  { base, detailedExitcode, deployed }: ValidateOptions,
): Promise<ExitCode> {
  const { path, configuration } = loadSettings(invocation);
  const { organizations, accounts, grants } = configuration;
  checkAccepted(configuration);
  const counts = { organizations: organizations.length, accounts: accounts.length, grants: grants.length };
  const warnings = overlappingGrants(grants, organizations).map(
    ([a, b]) =>
      `The grants ${a.name} and ${b.name} overlap: a connection and a role that both cover get nothing (grant.ambiguous), for neither wins. Narrow one of them.`,
  );
  const review = reviewChanges(invocation, base, configuration);
  const deployability = deployed ? await examineDeployed(invocation, configuration) : undefined;
  const valid = `${path} is valid: ${counted(counts.organizations, 'organization')}, ${describeAccounts(configuration)}, ${counted(counts.grants, 'grant')}.`;
  const { rights, accountList } = deployability ?? {};
  const shown = { valid, warnings, review, rights };
  printResult(invocation, { ...toDocument(counts, shown), accountList }, () =>
    [
      valid,
      ...warnings.map((warning) => `Warning: ${inert(warning)}`),
      ...(review ? ['', reviewText(review)] : []),
      ...(deployability ? ['', ...deployedText(deployability)] : []),
    ].join('\n'),
  );
  const hasReview = detailedExitcode && review !== undefined && review.length > 0;
  return toExitCode(deployability) ?? (hasReview ? 2 : 0);
}

function describeAccounts({ accounts, listing }: Configuration): string {
  const named = counted(accounts.length, 'account');
  if (!listing) return named;
  return accounts.length === 0 ? 'accounts of AWS Organizations' : `${named} and those of AWS Organizations`;
}

/** Only the day decides it, so that it is no matter of the file alone. Throws ConfigError. */
function checkAccepted({ accepted = [] }: Configuration): void {
  const problems = accepted.flatMap((entry) => listAcceptanceProblems(entry, systemClock.now()));
  if (problems.length > 0) throw new ConfigError(problems);
}

function toDocument(
  counts: Readonly<Record<string, number>>,
  shown: Readonly<Record<'warnings' | 'review' | 'rights', readonly unknown[] | undefined>>,
) {
  const { warnings, review, rights } = shown;
  return {
    valid: true,
    ...counts,
    ...(warnings && warnings.length > 0 ? { warnings } : {}),
    ...(review ? { review } : {}),
    ...(rights ? { rights } : {}),
  };
}

/** Throws ConfigError for what needs another configuration or another stack. */
async function examineDeployed(invocation: Invocation, configuration: Configuration) {
  const deployment = await openDeployment(invocation, 'need');
  const { examine } = await openVersions(deployment);
  const deployability = await examine(configuration);
  requireDeployable(deployability, 'azfed validate --deployed');
  return { ...deployability, accountList: findAccountListGap(deployment.configuration) };
}

type Deployed = Awaited<ReturnType<typeof examineDeployed>>;

/** Of accounts that are not known nothing was examined. */
function deployedText(deployability: Deployed): readonly string[] {
  const lines = deployabilityText(deployability);
  if (lines.length > 0 || deployability.accountList?.isOpen) return lines;
  return ['The deployed stack and the roles in the accounts can work by it.'];
}

function toExitCode(deployability: Deployed | undefined): ExitCode | undefined {
  const verdicts = deployability?.rights.map(({ verdict }) => verdict) ?? [];
  if (verdicts.length === 0) return deployability?.accountList?.isOpen ? 3 : undefined;
  return verdicts.includes('failed') ? 1 : 3;
}
