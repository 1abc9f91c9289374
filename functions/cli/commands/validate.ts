import { counted } from '../../../shared/domain/kernel/counted.ts';
import { overlappingGrants } from '../../../shared/domain/configuration/grant-coverage.ts';
import { inert, jsonText } from '../output/sanitize.ts';
import { reviewChanges, reviewText } from '../arguments/review-base.ts';
import { loadSettings } from '../command-line/command.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';

interface ValidateOptions {
  readonly base?: string;
  readonly detailedExitcode: boolean;
}

export const validateVerb: Verb = (command, run) => {
  command
    .option('--base <file>', 'the configuration in force; lists the differences that a reviewer has to check')
    .option('--detailed-exitcode', 'with --base: exit with 2 when a reviewer has something to check', false)
    .action((typed: ValidateOptions) => run((invocation) => Promise.resolve(validate(invocation, typed))));
};

function validate(invocation: Invocation, { base, detailedExitcode }: ValidateOptions): ExitCode {
  const { options, terminal } = invocation;
  const { path, configuration } = loadSettings(invocation);
  const { organizations, accounts, grants } = configuration;
  const counts = { organizations: organizations.length, accounts: accounts.length, grants: grants.length };
  const warnings = overlappingGrants(grants, organizations).map(
    ([a, b]) =>
      `The grants ${a.name} and ${b.name} overlap: a connection and a role that both cover get nothing (grant.ambiguous), for neither wins. Narrow one of them.`,
  );
  const review = reviewChanges(invocation, base, configuration);
  const valid = `${path} is valid: ${counted(counts.organizations, 'organization')}, ${counted(counts.accounts, 'account')}, ${counted(counts.grants, 'grant')}.`;
  terminal.result(
    options.json
      ? jsonText({
          valid: true,
          ...counts,
          ...(warnings.length > 0 ? { warnings } : {}),
          ...(review ? { review } : {}),
        })
      : [
          valid,
          ...warnings.map((warning) => `Warning: ${inert(warning)}`),
          ...(review ? ['', reviewText(review)] : []),
        ].join('\n'),
  );
  return detailedExitcode && review !== undefined && review.length > 0 ? 2 : 0;
}
