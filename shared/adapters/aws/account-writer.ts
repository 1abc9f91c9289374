import { ConflictError, PermissionError } from '../../domain/kernel/errors.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import type { AccountWriter } from '../../ports/accounts.ts';
import type { IamRequests, Recently } from './iam-client.ts';
import { getStepTarget } from './session-policy.ts';
import { findNamesake, readPolicies, readSingleProvider, readSingleRole } from './single-reads.ts';
import { createWriteRequest } from './write-commands.ts';

/** The sessions of one writer: all can read, each can write to its own targets. */
export interface WriteSessions {
  forTarget(arn: string): IamRequests;
  /** Throws PermissionError for what no session would refuse, but the plan does not hold. */
  assertGranted(step: WriteStep): void;
}

const effects: Partial<Record<WriteStep['action'], Recently>> = {
  createRole: 'made',
  detachManagedPolicy: 'emptied',
  deleteInlinePolicy: 'emptied',
};

export function createAccountWriter(
  sessions: WriteSessions,
  readTogether: AccountWriter['readTogether'],
): AccountWriter {
  const recent = new Map<string, Recently>();

  async function write(step: WriteStep): Promise<void> {
    sessions.assertGranted(step);
    const target = getStepTarget(step);
    const iam = sessions.forTarget(target);
    const { call, send } = createWriteRequest(step);
    const recently = recent.get(target);
    try {
      await iam.send(recently ? { ...call, recently } : call, send);
    } catch (error) {
      throw (await goneInstead(iam, step, error)) ?? error;
    }
    const after = effects[step.action];
    if (after) recent.set(target, after);
  }

  return {
    readRole: (role, parts) => readSingleRole(sessions.forTarget(role), role, parts),
    readTogether,
    readPolicies: (role, parts) => readPolicies(sessions.forTarget(role), role, parts),
    readProvider: (provider) => readSingleProvider(sessions.forTarget(provider), provider),
    write,
  };
}

/**
 * Of a role that is not there IAM does not know the path, and so refuses, under a policy that names the path, what it
 * would otherwise not find.
 */
async function goneInstead(
  iam: IamRequests,
  step: WriteStep,
  error: unknown,
): Promise<ConflictError | undefined> {
  if (!(error instanceof PermissionError) || !('role' in step) || step.action === 'createRole')
    return undefined;
  const isThere = await findNamesake(iam, step.role).then(
    (found) => found?.Arn === step.role,
    () => true,
  );
  const message = `${error.action} on ${step.role}: there is no such role.`;
  return isThere ? undefined : new ConflictError('missing', message, { cause: error });
}
