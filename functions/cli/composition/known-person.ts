import type { ConfigurationProblem } from '../../../shared/domain/kernel/errors.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { Person } from '../../../shared/domain/records/deployment-record.ts';

/** Empty when it is known who acts. What opens writes, or approves them, is worth as much as the identity behind it. */
export function identityProblems(actor: Person | undefined): readonly ConfigurationProblem[] {
  if (actor !== undefined) return [];
  return [
    {
      where: 'AWS credentials',
      what: 'STS does not tell whose they are, and this counts only from a known person.',
      fix: 'Nothing was written. Find out what keeps sts:GetCallerIdentity from being answered (aws sts get-caller-identity), then try again.',
    },
  ];
}

/** Who acts. Throws ConfigError when STS does not tell. */
export function knownPerson(actor: Person | undefined): Person {
  if (actor === undefined) throw new ConfigError(identityProblems(actor));
  return actor;
}
