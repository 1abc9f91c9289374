import type { Account, Grant } from '../configuration/configuration.ts';
import type { Check, Judge } from './check.ts';
import type { AccountExamination } from './examination.ts';
import { policiesOf } from './rehearsals.ts';

/** IAM makes no role with a boundary, or a managed policy, that is not there. */
export function policyChecks(
  judge: Judge,
  account: Account,
  grants: readonly Grant[],
  { policies, sessions }: AccountExamination,
): readonly Check[] {
  const code = 'account.policies';
  if (policies.size === 0) return [];
  const readings = [...policies.values()];
  const missing = [...policies].flatMap(([arn, reading]) =>
    reading.state === 'complete' && reading.value === 'missing' ? [arn] : [],
  );
  if (missing.length > 0) {
    const isNeeded = grants
      .filter(({ mode }) => mode !== 'observe')
      .some((grant) => policiesOf(grant, account).some((arn) => missing.includes(arn)));
    const says = `Not there: ${missing.join(', ')}.`;
    return [isNeeded ? judge.failed(code, says) : judge.warning(code, says)];
  }
  const reason = readings.find((reading) => reading.state === 'unknown');
  if (!reason)
    return [judge.ok(code, `Boundaries and managed policies of grants: ${policies.size}, all there.`)];
  const isIn = sessions.some(({ duties, caller }) => duties.includes('look') && caller.state === 'complete');
  return [
    isIn ? judge.unknown(code, reason.message, readFix) : judge.untried(code, 'nobody could sign in to look'),
  ];
}

const readFix =
  'Allow iam:GetPolicy to the role that looks (deploy the roles of the account anew); or look for yourself.';
