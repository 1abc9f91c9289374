import { RELEASE_TAG } from '../../contract/release-tag.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import type { ReleasedPart } from '../../domain/doctor/releases.ts';
import { listSeenRoles } from '../../domain/iam/role.ts';
import type { AccountReader } from '../../ports/accounts.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import { captureReading } from '../../domain/kernel/result.ts';

interface ReleasePorts {
  readonly accounts: AccountReader;
  readonly stack: Pick<DeployedStackStore, 'read'>;
}

/** Which release each part of the deployment has. Reads, and writes nothing. */
export async function readReleases(
  { accounts, stack }: ReleasePorts,
  configuration: Pick<Configuration, 'accounts'>,
): Promise<readonly ReleasedPart[]> {
  const [functions, spokes] = await Promise.all([
    captureReading(() => stack.read()),
    Promise.all(configuration.accounts.flatMap((account) => readSpoke(accounts, account))),
  ]);
  const release =
    functions.state === 'complete' ? (functions.value?.release ?? 'none') : { unknown: functions.message };
  return [{ part: 'functions', release }, ...spokes];
}

/** By the tag of a role that the template of the account makes; nothing where azfed works there without one. */
function readSpoke(accounts: AccountReader, account: Account): readonly Promise<ReleasedPart>[] {
  const arn = account.assumeRole;
  if (arn === undefined) return [];
  const read = async (): Promise<ReleasedPart> => {
    const part = `account ${account.id}`;
    const observation = await accounts.observe(account, { paths: [], providers: [], roles: [arn] });
    if (observation.roles.state === 'unknown')
      return { part, release: { unknown: observation.roles.message } };
    const role = listSeenRoles(observation).find((seen) => seen.arn === arn);
    if (!role) return { part, release: { unknown: `There is no role ${arn}.` } };
    return { part, release: role.tags[RELEASE_TAG] ?? 'none' };
  };
  return [read()];
}
