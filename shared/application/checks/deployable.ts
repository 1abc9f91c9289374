import { listRightsChecks } from '../../domain/doctor/account-checks.ts';
import type { Check } from '../../domain/doctor/check.ts';
import { buildAccountQuestions } from '../../domain/doctor/rehearsals.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { listStackNeeds, listStackProblems } from '../../domain/configuration/stack-rules.ts';
import type { DeployedStack } from '../../domain/records/deployed-stack.ts';
import type { AccountExaminer } from '../../ports/examination.ts';

/** What stands between a configuration and the deployment that is to work by it. */
export interface Deployability {
  /** What the stack refuses: it could not be deployed with this configuration. */
  readonly problems: readonly string[];
  /** What the deployed stack lacks for it: a right or a schedule each. */
  readonly missing: readonly string[];
  /** What roles in the accounts may not do although a grant needs it, or could not be examined. */
  readonly rights: readonly Check[];
}

/** Reads the accounts, and writes nothing. `resolved`: the configuration with the accounts of AWS Organizations. */
export async function examineDeployability(
  accountExaminer: AccountExaminer,
  configuration: Configuration,
  { settings, needs }: Pick<DeployedStack, 'settings' | 'needs'>,
  resolved: Configuration,
): Promise<Deployability> {
  const known = new Set(needs);
  const rights = await Promise.all(
    resolved.accounts.map(async (account) => {
      const questions = buildAccountQuestions(resolved, account);
      const examination = await accountExaminer.examine(account, questions);
      return listRightsChecks({ account, examination }, resolved, undefined);
    }),
  );
  return {
    problems: settings ? listStackProblems(configuration, settings) : [],
    // Without settings it is no stack, and lacks nothing.
    missing: settings ? listStackNeeds(configuration).filter((need) => !known.has(need)) : [],
    rights: rights.flat().filter(({ verdict }) => verdict !== 'ok'),
  };
}
