import { fromIni } from '@aws-sdk/credential-provider-ini';
import { ConfigError, type ConfigurationProblem } from '../../../shared/domain/kernel/errors.ts';
import { awsProfile } from '../../../shared/config/environment.ts';
import { explainMissing } from '../output/credential-text.ts';
import type { Person } from '../../../shared/domain/records/deployment-record.ts';

/** Of a client of the AWS SDK: its search for credentials, which it makes once. */
interface SearchesCredentials {
  readonly config: { credentials(): Promise<unknown> };
}

/** Says why the SDK finds no credentials, and which command helps; none where it finds some. */
export async function credentialProblems(
  client: SearchesCredentials,
): Promise<readonly ConfigurationProblem[]> {
  try {
    await client.config.credentials();
    return [];
  } catch (error) {
    const profile = awsProfile();
    return [explainMissing(await findReason(error), profile)];
  }
}

/** What the chain says when every link has passed on; why the profile did so is forgotten on the way. */
const FORGOTTEN = 'Could not load credentials from any providers';

async function findReason(error: unknown): Promise<string> {
  const said = readMessage(error);
  if (!said.includes(FORGOTTEN)) return said;
  try {
    await fromIni()();
    return said;
  } catch (profile) {
    return readMessage(profile);
  }
}

const readMessage = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message).trim()
    : String(error);

/** Empty when it is known who acts. What opens writes, or approves them, is worth as much as the identity behind it. */
export function identityProblems(actor: Person | undefined): readonly ConfigurationProblem[] {
  if (actor !== undefined) return [];
  return [
    {
      where: 'AWS credentials',
      what: 'STS does not identify their owner, and azfed needs a known person for this.',
      fix: 'Nothing was written. Find out what keeps sts:GetCallerIdentity from being answered (aws sts get-caller-identity), then try again.',
    },
  ];
}

/** Who acts. Throws ConfigError when STS does not tell. */
export function knownPerson(actor: Person | undefined): Person {
  if (actor === undefined) throw new ConfigError(identityProblems(actor));
  return actor;
}
