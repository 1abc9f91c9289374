import { iamActionsOfSteps } from '../../contract/iam-actions.ts';
import { PermissionError, UpstreamError } from '../../domain/kernel/errors.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WriteSessions } from './account-writer.ts';
import type { IamRequests } from './iam-client.ts';
import { splitRights, listRights, getStepTarget, writingPolicy, type Right } from './session-policy.ts';

/** What a session that writes is for. */
export type WritingDuty = 'write' | 'retire';

/** Opens a session for that, which the policy narrows. Throws PermissionError, TransientError, UpstreamError. */
export type AssumeWith = (duty: WritingDuty, policy: string) => Promise<IamRequests>;

interface OpenSession {
  readonly targets: ReadonlySet<string>;
  readonly iam: IamRequests;
}

/**
 * As many sessions as the length of session policies asks for, each for some of the targets: a policy is never widened
 * to fit. Every session can read everything, so that a target of no session is read with the first one, which IAM
 * lets write to its own targets alone.
 *
 * A role that is deleted has a session of its own for all its steps, so that what only empties a role is never begun by
 * one who may not delete it. It is opened when its turn comes: where nobody may delete, everything else goes on.
 */
export async function openWriteSessions(
  assume: AssumeWith,
  steps: readonly WriteStep[],
  until: number,
): Promise<WriteSessions> {
  const rights = listRights(steps);
  const deleted = new Set(steps.filter(({ action }) => action === 'deleteRole').map(getStepTarget));
  const portions = splitRights(
    rights.filter(({ target }) => !deleted.has(target)),
    until,
  );
  const [first, ...others] = await Promise.all(
    portions.map((portion) => openPortion(assume, portion, until)),
  );
  const retiring = rights
    .filter(({ target }) => deleted.has(target))
    .map((right) => ({
      targets: new Set([right.target]),
      iam: openedLate(() => assume('retire', writingPolicy([right], until))),
    }));
  const sessions = [...(first ?? []), ...others.flat(), ...retiring];
  const fallback = sessions[0]?.iam ?? (await assume('write', writingPolicy([], until)));
  return {
    forTarget: (arn) => sessions.find(({ targets }) => targets.has(arn))?.iam ?? fallback,
    // IAM does.
    assertGranted: () => undefined,
  };
}

/** A session that is opened with the first request. */
function openedLate(open: () => Promise<IamRequests>): IamRequests {
  let opened: Promise<IamRequests> | undefined;
  return { send: async (call, send) => (await (opened ??= open())).send(call, send) };
}

/** Beside the length there is a packed size, which only STS can tell (STS API reference, AssumeRole). */
async function openPortion(
  assume: AssumeWith,
  rights: readonly Right[],
  until: number,
): Promise<readonly OpenSession[]> {
  try {
    const iam = await assume('write', writingPolicy(rights, until));
    return [{ targets: new Set(rights.map(({ target }) => target)), iam }];
  } catch (error) {
    const isTooLarge = error instanceof UpstreamError && error.code === 'packed-policy-too-large';
    if (!isTooLarge || rights.length < 2) throw error;
    const middle = Math.ceil(rights.length / 2);
    return [
      ...(await openPortion(assume, rights.slice(0, middle), until)),
      ...(await openPortion(assume, rights.slice(middle), until)),
    ];
  }
}

/**
 * An account that is worked in with azfed's own credentials has no session, and so nobody who refuses: what a session
 * would refuse is refused here.
 */
export function guardOwnCredentials(
  iam: IamRequests,
  steps: readonly WriteStep[],
  until: number,
  clock: Clock,
): WriteSessions {
  const granted = new Set(steps.flatMap(listRightKeys));
  return {
    forTarget: () => iam,
    assertGranted(step) {
      const [missing] = listRightKeys(step).filter((key) => !granted.has(key));
      if (missing !== undefined)
        throw new PermissionError(missing.split(' ')[0] ?? '', `${missing} is not part of the plan.`);
      if (clock.now() >= until)
        throw new PermissionError(
          iamActionsOfSteps[step.action][0],
          `The right to write to ${getStepTarget(step)} has ended.`,
        );
    },
  };
}

function listRightKeys(step: WriteStep): readonly string[] {
  return listRights([step]).flatMap(({ target, actions }) => actions.map((action) => `${action} ${target}`));
}
