import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import type { Run } from '../../domain/records/event.ts';
import { stampRun } from '../../domain/records/outbox.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import type { ReadingSubject, RecordedReading } from '../../domain/records/reading-record.ts';
import { ACCOUNT_LIST } from '../../domain/records/reading-record.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { ReadingFacts } from '../../domain/recording/reading-recording.ts';
import {
  listAccountFacts,
  listListFacts,
  recordReading,
  recordSevere,
} from '../../domain/recording/reading-recording.ts';
import type { StateStore } from '../../ports/state.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import { retryOnConflict } from './records.ts';

export interface ReadingPorts {
  readonly state: Pick<StateStore, 'readReading' | 'write'>;
  readonly clock: { now(): number };
}

/** What can be read of every account and organization. */
export function readReadings(
  state: Pick<StateStore, 'readReading'>,
  { accounts, organizations, listing }: Pick<Configuration, 'accounts' | 'organizations' | 'listing'>,
): Promise<readonly RecordedReading[]> {
  const subjects: readonly ReadingSubject[] = [
    ...accounts.map(({ id }) => ({ of: 'account', id }) as const),
    ...organizations.map(({ id }) => ({ of: 'organization', id }) as const),
    ...(listing ? [ACCOUNT_LIST] : []),
  ];
  return Promise.all(subjects.map((subject) => state.readReading(subject)));
}

/** What a run over one account found out beside its changes. */
export interface AccountReading {
  readonly item: RecordedReading;
  /** Severe findings that no run has counted before. */
  readonly freshSevere: number;
}

/**
 * Records whether a run could read the account, and which severe findings it had; writes only where that has changed. A run
 * that ends before it is made up for by the next one. Throws what the table throws.
 */
export async function noteAccount(
  { state, clock }: ReadingPorts,
  account: AccountId,
  { run, plan: { findings, scope, snapshot } }: { readonly run: Run; readonly plan: GuardedPlan },
): Promise<AccountReading> {
  const observed = snapshot.observations.find((observation) => observation.account === account);
  const isWhole = scope?.roles === undefined && !snapshot.plan.isPartial;
  let freshSevere = 0;
  const item = await note(state, { of: 'account', id: account }, run, (before) => {
    const counted = recordSevere(before, findings, isWhole);
    freshSevere = counted.fresh;
    return observed ? recordReading(counted.item, listAccountFacts(observed), clock.now()) : counted.item;
  });
  return { item, freshSevere };
}

/** The same of an organization, after it was read. */
export function noteOrganization(
  { state, clock }: ReadingPorts,
  { id, name }: Organization,
  facts: ReadingFacts,
): Promise<RecordedReading> {
  return note(state, { of: 'organization', id }, undefined, (before) =>
    recordReading(before, facts, clock.now(), name),
  );
}

/** The same of the accounts of AWS Organizations. */
export const noteAccountList = (
  { state, clock }: ReadingPorts,
  reading: Reading<unknown>,
): Promise<RecordedReading> =>
  note(state, ACCOUNT_LIST, undefined, (before) =>
    recordReading(before, listListFacts(reading), clock.now()),
  );

function note(
  state: ReadingPorts['state'],
  subject: ReadingSubject,
  run: Run | undefined,
  decide: (before: RecordedReading) => RecordedReading,
): Promise<RecordedReading> {
  return retryOnConflict(async () => {
    const before = await state.readReading(subject);
    const after = decide(before);
    if (after === before) return before;
    return state.write(run ? stampRun(after, before, run) : after);
  });
}
