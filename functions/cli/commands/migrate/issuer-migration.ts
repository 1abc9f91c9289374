import { decideOnConnection } from '../../../../shared/application/records/records.ts';
import type { Snapshot, DesiredState } from '../../../../shared/application/observe/observe.ts';
import { observeDesiredState, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { listTokenSubjects, type Binding } from '../../../../shared/domain/desired/bindings.ts';
import { ConfigError, InvariantError } from '../../../../shared/domain/kernel/errors.ts';
import type { IssuerName } from '../../../../shared/domain/issuers/issuer.ts';
import type { IssuerStatus } from '../../../../shared/domain/migration/issuer-status.ts';
import { allProfiles, listIssuerStatuses } from '../../../../shared/domain/migration/issuer-status.ts';
import { captureReading, complete, type Reading } from '../../../../shared/domain/kernel/result.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import type { TrailUses } from '../../../../shared/domain/verify/uses.ts';
import { chooseConnection, type Choice } from '../../arguments/connection-choice.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

/** When tokens of each issuer got in last; `null`: CloudTrail knows of none. */
export type IssuerUses = Reading<Readonly<Record<IssuerName, string | null>>>;

/** One connection between its issuers, and everything around it. */
export interface IssuerSubject {
  readonly chosen: Choice;
  readonly desiredState: DesiredState;
  readonly snapshot: Snapshot;
  readonly binding: Binding;
  readonly status: IssuerStatus;
  readonly item: RecordedConnection | undefined;
}

export async function findIssuerSubject(
  { ports, configuration }: Deployment,
  typed: string,
): Promise<IssuerSubject> {
  const desiredState = await readDesiredState(ports, configuration);
  const chosen = chooseConnection(typed, desiredState);
  const snapshot = await observeDesiredState(ports, desiredState, selectRunScope(chosen, desiredState));
  const { connectionId } = chosen;
  const [target] = snapshot.desiredRoles.targets;
  const binding = target?.bindings.find((one) => one.connectionId === connectionId);
  const status = listIssuerStatuses(snapshot.desiredRoles.targets, snapshot.observations).find(
    (one) => one.connectionId === connectionId,
  );
  if (!binding || !status)
    throw new InvariantError('issuer-subject', 'A look at a role has lost its connection.');
  const item = snapshot.recorded.find((one) => one.connectionId === connectionId);
  return { chosen, desiredState, snapshot, binding, status, item };
}

/** From CloudTrail, which asks two questions a second at most. */
export async function readIssuerUses(
  { ports }: Pick<Deployment, 'ports'>,
  { snapshot, binding, status }: Pick<IssuerSubject, 'snapshot' | 'binding' | 'status'>,
): Promise<IssuerUses> {
  const scope = snapshot.desiredRoles.scopes.find(({ account }) =>
    status.roleArn.includes(`:${account.id}:`),
  );
  const uses: Record<IssuerName, string | null> = { vstoken: null, entra: null };
  if (!scope) return complete(uses);
  for (const profile of allProfiles(binding)) {
    const subjects = listTokenSubjects(profile, binding);
    const found = await captureReading(() =>
      ports.uses.find(scope.account, { arn: status.roleArn, subjects }, []),
    );
    if (found.state === 'unknown') return found;
    uses[profile.name] = findLastUse(found.value, subjects);
  }
  return complete(uses);
}

/** Records that tell no subject tell no issuer either. */
function findLastUse({ uses }: TrailUses, subjects: readonly string[]): string | null {
  const own = uses.filter(({ result, subject }) => result === 'succeeded' && subjects.includes(subject));
  return (
    own
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? null
  );
}

/** A person takes vstoken from a connection, or gives it back. */
export async function recordWord(
  { ports }: Deployment,
  { item, chosen }: IssuerSubject,
  isTaken: boolean,
): Promise<void> {
  if (!item)
    throw new ConfigError({
      where: displayName(chosen.references),
      what: 'azfed keeps no role of it.',
      fix: 'See: azfed status',
    });
  const by = (await ports.callers.caller()) ?? '';
  const at = ports.clock.now();
  await decideOnConnection(ports.state, item, ({ withoutIssuer: _, ...known }) =>
    isTaken ? { ...known, withoutIssuer: { issuer: 'vstoken', by, at } } : known,
  );
}
