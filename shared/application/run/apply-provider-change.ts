import { ConflictError, explainFailure } from '../../domain/kernel/errors.ts';
import type { AllowedChange } from '../../domain/guard/guard.ts';
import {
  recordProviderDone,
  recordProviderFailed,
  recordProviderIntent,
} from '../../domain/recording/provider-recording.ts';
import type { RecordedProvider } from '../../domain/records/connection-record.ts';
import { writesOf } from '../../domain/plan/revocation.ts';
import type { ApplyContext } from './apply-context.ts';

type ProviderChange = AllowedChange & { readonly target: 'provider' };

/**
 * Intent, re-read, write, record. The provider's writes are idempotent and add only. Throws the error that stopped it, after
 * that was recorded.
 */
export async function applyProviderChange(applyContext: ApplyContext, change: ProviderChange): Promise<void> {
  const { records, writer, ports, assertHeld } = applyContext;
  const update = (next: (item: RecordedProvider) => RecordedProvider) =>
    records.updateProvider(change.providerArn, (item) =>
      next(recordProviderIntent(item, change, ports.clock.now())),
    );
  await update((item) => item);
  try {
    const provider = await writer.readProvider(change.providerArn);
    if ((provider === undefined) !== (change.seen === undefined)) {
      throw new ConflictError('moved', `${change.providerArn} is not as it was planned for.`);
    }
    for (const step of change.steps.flatMap((each) => writesOf(each, ports.clock.now()))) {
      await assertHeld();
      await writer.write(step);
    }
    await update((item) => recordProviderDone(item, change.audiences, ports.clock.now(), change.actor));
  } catch (error) {
    const failure = explainFailure(error);
    await applyContext.errors.keep(() =>
      update((item) =>
        recordProviderFailed(item, change, failure, {
          now: ports.clock.now(),
          reminderDays: applyContext.reminderDays,
        }),
      ),
    );
    throw error;
  }
}
