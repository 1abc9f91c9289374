import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import type { AccountSlice, SliceHead } from '../../domain/discovery/account-slice.ts';
import { digestSlice, sliceOrganization } from '../../domain/discovery/account-slice.ts';
import { viewOrganization } from '../../domain/discovery/organization-view.ts';
import { assembleInventory, type StoredPart } from '../../domain/discovery/stored-inventory.ts';
import { designFromViews } from '../../domain/desired/desired-roles.ts';
import { countAbsences } from '../../domain/guard/circuit-breakers.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import { countMissing } from '../../domain/plan/plan.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import { limitConnection } from '../../domain/records/stored-limits.ts';
import type { SliceStore } from '../../ports/state.ts';

export interface SliceSource {
  readonly organization: Organization;
  readonly parts: readonly StoredPart[];
  /** Every record of the organization. */
  readonly recorded: readonly RecordedConnection[];
  /** What was stored before the parts were read: slices that somebody has written since rest on newer parts. */
  readonly heads: ReadonlyMap<AccountId, SliceHead>;
}

/** Writes the slices that do not say what is stored; the accounts that they are of. Throws what the store throws. */
export async function storeSlices(
  { slices }: { readonly slices: SliceStore },
  configuration: Configuration,
  source: SliceSource,
  now: number,
): Promise<readonly AccountId[]> {
  const changed = makeSlices(configuration, source, now).filter(
    (slice) => source.heads.get(slice.account)?.digest !== digestSlice(slice),
  );
  for (const slice of changed) await slices.write(slice, source.heads.get(slice.account));
  return changed.map(({ account }) => account);
}

/** What needs a view of the whole organization is decided here: which connections concern whom, and whether too many are missing. */
function makeSlices(
  configuration: Configuration,
  { organization, parts, recorded: stored }: SliceSource,
  now: number,
): readonly AccountSlice[] {
  const recorded = stored.map((item) => limitConnection(item, now));
  const seen = viewOrganization(organization, assembleInventory(organization, parts), recorded);
  const { presence } = designFromViews(configuration, [seen], recorded, now);
  const absences = countAbsences(countMissing(recorded, presence), configuration.limits.absencePercent);
  return sliceOrganization(configuration, { seen, recorded, absence: absences.get(organization.id) });
}
