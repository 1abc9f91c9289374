import type { KnownActor } from '../../domain/attribution/actor.ts';
import { likeliest } from '../../domain/plan/drift-cause.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import type { AttributedChangeSource } from '../../ports/attribution.ts';
import { passOver } from './attribution.ts';

type Wished = Extract<GuardedChange, { target: 'role' }>;

/** Brought about by what a connection asks for, and neither by IAM nor by a person at the keyboard. */
function isRequest(change: GuardedChange): change is Wished {
  if (change.target !== 'role' || change.snapshot || change.kind === 'adopt') return false;
  return change.cause === 'new' || change.cause === 'change';
}

/**
 * The same changes, saying who did the last thing in Azure DevOps to a connection that they are about, or to its project,
 * since the role was last written (`since`: epoch milliseconds). Where the audit log is not read, or has not told yet,
 * nobody is named.
 */
export async function attributeRoleRequests(
  deeds: AttributedChangeSource,
  changes: readonly GuardedChange[],
  since: (change: GuardedChange) => number,
): Promise<readonly GuardedChange[]> {
  return Promise.all(
    changes.map(async (change) => {
      const actor = isRequest(change) ? await lastAttributedChange(deeds, change, since(change)) : undefined;
      return actor ? { ...change, actor } : change;
    }),
  );
}

async function lastAttributedChange(
  deeds: AttributedChangeSource,
  { bindings }: Wished,
  since: number,
): Promise<KnownActor | undefined> {
  const audited = bindings.filter(({ organization }) => organization.auditLog);
  const found = await Promise.all(
    audited.flatMap(({ organization, connectionId, references }) =>
      [connectionId, ...references.map(({ projectId }) => projectId)].map((of) =>
        deeds.last(organization.id, of, since).catch(passOver),
      ),
    ),
  );
  return likeliest(found.filter((actor) => actor !== undefined));
}
