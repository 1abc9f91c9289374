import { joinControls } from '../../domain/guard/controls.ts';
import { moveAccountControls, recordResumes } from '../../domain/guard/controls-recording.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { PauseScope, Person, RecordedControls } from '../../domain/records/deployment-record.ts';
import type { StateStore } from '../../ports/state.ts';
import { retryOnConflict } from './records.ts';

type Readable = Pick<StateStore, 'readControls'>;

interface AllControls {
  readonly deployment: RecordedControls;
  /** In the order of the accounts that were asked for. */
  readonly accounts: readonly (RecordedControls & { readonly account: AccountId })[];
}

export async function readControlsApart(
  state: Readable,
  accounts: readonly { readonly id: AccountId }[],
): Promise<AllControls> {
  const [deployment, ofAccounts] = await Promise.all([
    state.readControls(),
    Promise.all(accounts.map(async ({ id }) => ({ ...(await state.readControls(id)), account: id }))),
  ]);
  return { deployment, accounts: ofAccounts };
}

/** What holds in these accounts. */
export async function readControls(
  state: Readable,
  configured: readonly { readonly id: AccountId }[],
): Promise<RecordedControls> {
  const { deployment, accounts } = await readControlsApart(state, configured);
  return joinControls(deployment, accounts);
}

/** One transaction takes a hundred items. */
const TOGETHER = 99;

/** Ends the pauses of these scopes and the breakers below them. Throws what the store throws. */
export async function resumeScopes(
  state: Readable & Pick<StateStore, 'writeTogether'>,
  configured: readonly { readonly id: AccountId }[],
  scopes: readonly PauseScope[],
  by: Person,
  now: number,
): Promise<void> {
  await retryOnConflict(async () => {
    const { deployment, accounts } = await readControlsApart(state, configured);
    const changed = recordResumes(deployment, accounts, scopes, by, now);
    for (let first = 0; first < changed.length; first += TOGETHER)
      await state.writeTogether(changed.slice(first, first + TOGETHER));
  });
}

/** A former release kept what is decided about an account in the item of the deployment. Throws what the store throws. */
export async function moveControls(
  state: Readable & Pick<StateStore, 'writeTogether'>,
  account: AccountId,
): Promise<void> {
  await retryOnConflict(async () => {
    const { deployment, accounts } = await readControlsApart(state, [{ id: account }]);
    const moved = accounts.flatMap((own) => moveAccountControls(deployment, own) ?? []);
    if (moved.length > 0) await state.writeTogether(moved);
  });
}
