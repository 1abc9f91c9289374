import { Argument, InvalidArgumentError } from 'commander';
import { addAcceptance } from '../../../shared/config/configuration-addition.ts';
import { readPolicyFile } from '../../../shared/config/inline-policies.ts';
import { parseConfiguration } from '../../../shared/config/load-configuration.ts';
import type { AcceptedRunFinding } from '../../../shared/domain/findings/acceptance.ts';
import { listAcceptanceProblems } from '../../../shared/domain/findings/acceptance.ts';
import { findingCatalogue, leavesUnknown } from '../../../shared/domain/findings/finding.ts';
import type { FindingCode } from '../../../shared/domain/findings/finding.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import { formatDate, DAY_MS } from '../../../shared/domain/kernel/durations.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { localFlag, resolveAllowance, resolveSettings } from '../command-line/command.ts';
import { readEditedText, rewriteText } from '../command-line/text-file.ts';
import { confirmWrite, describeDifference, isWritable } from '../console/file-writes.ts';
import { chooseAccounts } from '../arguments/account-choice.ts';
import { inert, printResult } from '../output/sanitize.ts';

type AcceptanceOptions = Omit<AcceptedRunFinding, 'code'>;

const codes = new Map<string, FindingCode>(
  (Object.keys(findingCatalogue) as FindingCode[])
    .filter((code) => !leavesUnknown({ code }))
    .map((code) => [code, code]),
);

export const acceptFindingVerb: Verb = (command, run) => {
  command
    .addArgument(new Argument('<code>', 'code of the finding').argParser(parseCode))
    .option(
      '--connection <name>',
      'the connection that it is about: project/name or its id; * and ? are patterns',
    )
    .option('--role <arn>', 'the role that it is about; * and ? are patterns')
    .option('--account <id>', 'the account that it is about, by its id or name; * and ? are patterns')
    .requiredOption('--reason <text>', 'why you live with it')
    .requiredOption(
      '--until <time>',
      'last day, such as 2027-03-31, or a number of days, such as 30d; severities high and critical: at most 90 days',
      parseDay,
    )
    .action(run(acceptFinding));
};

function parseCode(text: string): FindingCode {
  const code = codes.get(text);
  if (code) return code;
  throw new InvalidArgumentError(
    'It is no code of a finding (docs/reference/findings.md), or one of something that could not be read.',
  );
}

function parseDay(text: string): string {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  if (days !== undefined) return formatDate(systemClock.now() + Number(days) * DAY_MS);
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return requireFuture(text);
  throw new InvalidArgumentError('Give a day such as 2027-03-31, or days such as 30d.');
}

function requireFuture(day: string): string {
  if (day >= formatDate(systemClock.now())) return day;
  throw new InvalidArgumentError('That day is over.');
}

const ofWhat = new ConfigError({
  where: 'azfed accept-finding',
  what: 'Nothing says what the finding is about.',
  fix: 'Add --connection, --role or --account; a pattern such as "*" takes all.',
});

/** A mistyped name would accept nothing. Findings are also about accounts that no configuration names: those by their id. */
function requireAccountName(configuration: Configuration, account: string | undefined): void {
  if (account === undefined || /[*?]/.test(account) || parseAccountId(account) || configuration.listing)
    return;
  chooseAccounts(configuration, [account]);
}

/** Edits the configuration and reads nothing else: the lines of the new entry, and no other. */
async function acceptFinding(
  invocation: Invocation,
  code: FindingCode,
  { connection, role, account, reason, until }: AcceptanceOptions,
): Promise<ExitCode> {
  const scope = {
    ...(connection === undefined ? {} : { connection }),
    ...(role === undefined ? {} : { role }),
    ...(account === undefined ? {} : { account }),
  };
  if (Object.keys(scope).length === 0) throw ofWhat;
  const entry = { code, ...scope, reason, until };
  const problems = listAcceptanceProblems(entry, systemClock.now());
  if (problems.length > 0) throw new ConfigError(problems);
  const { path } = resolveSettings(invocation);
  const before = readEditedText(path);
  const write = { path, before, after: addAcceptance(before, entry) };
  const configuration = parseConfiguration(
    write.after,
    path,
    (file) => readPolicyFile(path, file),
    resolveAllowance(invocation),
  );
  requireAccountName(configuration, account);
  const difference = describeDifference(write);
  if (!isWritable(path))
    throw new ConfigError({ where: path, what: 'It cannot be written.', fix: 'Edit it where it is kept.' });
  if (!(await confirmWrite(invocation, [write], difference))) return 1;
  rewriteText(path, write.after);
  printResult(
    invocation,
    { schemaVersion: 1, accepted: entry, file: path, difference },
    () =>
      `Accepted until ${until}: ${code}. Review ${inert(path)}, then: azfed plan${localFlag(invocation.options)}`,
  );
  return 0;
}
