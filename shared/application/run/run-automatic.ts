import type { Account, Configuration, Organization } from '../../domain/configuration/configuration.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import { captureReading, type Unknown } from '../../domain/kernel/result.ts';
import type { ReconcileQueue } from '../../ports/queue.ts';
import { followAudit, syncDeletions, type AuditPorts } from '../discovery/follow-audit.ts';
import { discover } from '../discovery/discover.ts';
import { sweepAccountList, type AccountListPorts } from '../discovery/list-accounts.ts';
import { noteAccount } from '../records/readings.ts';
import type { RunPorts } from '../observe/observe.ts';
import type { AccountStateReader, SliceStore } from '../../ports/state.ts';
import { reconcile, type RunOptions, type RunReport } from './reconcile.ts';

/** What an automatic run needs: what discovery needs, but no queue, and what a run over an account needs. */
export type AutomaticPorts = Omit<AuditPorts, 'reconcileQueue'> &
  RunPorts &
  AccountListPorts & {
    readonly slices: SliceStore;
    /** What discovery leaves to the runs over accounts. */
    readonly accountStates: AccountStateReader;
  };

export interface AutomaticOptions extends Pick<RunOptions, 'progress' | 'stop'> {
  /** Only these accounts; left out: every account that the configuration or a record names. */
  readonly accounts?: readonly AccountId[] | undefined;
}

/** What the run over one account, or the discovery of one organization, has come to. */
type Part<Value> = Value | { readonly error: unknown };

interface OrganizationDiscovery {
  /** Requests to Azure DevOps. */
  readonly requests: number;
  /** Accounts that the organization is about. */
  readonly concerned: readonly AccountId[];
  /** Why its audit log could not be read to its end. */
  readonly auditTrouble?: Unknown;
  /** Entries of its audit log that could not be used. */
  readonly unreadableEntries: number;
}

export interface AutomaticRun {
  /** With the accounts of AWS Organizations, as far as they could be read. */
  readonly configuration: Configuration;
  readonly discoveries: readonly (Part<OrganizationDiscovery> & { readonly organization: Organization })[];
  readonly accounts: readonly (Part<{ readonly report: RunReport }> & { readonly account: Account })[];
}

/**
 * One automatic run in this process, as the scheduled functions make it: read the accounts of AWS Organizations, discover every organization, then reconcile each
 * account from what discovery has stored. One organization or account that fails stops no other one.
 */
export async function runAutomatic(
  ports: AutomaticPorts,
  configured: Configuration,
  { accounts: wanted, ...options }: AutomaticOptions = {},
): Promise<AutomaticRun> {
  const configuration = (await sweepAccountList(ports, configured))?.configuration ?? configured;
  // Every account is reconciled in any case.
  const reconcileQueue: ReconcileQueue = { send: () => Promise.resolve() };
  const discoveries = await Promise.all(
    configuration.organizations.map(async (organization) => ({
      organization,
      ...(await captureError(() => discoverOne({ ...ports, reconcileQueue }, configuration, organization))),
    })),
  );
  // Where discovery failed nobody has said which accounts it is about: the last stored reading is about any.
  const isAny = discoveries.some((discovery) => 'error' in discovery);
  const concerned = new Set(discoveries.flatMap((one) => ('concerned' in one ? one.concerned : [])));
  const accounts = configuration.accounts.filter(
    ({ id }) => (isAny || concerned.has(id)) && (wanted?.includes(id) ?? true),
  );
  const runPorts = { ...ports, partitions: ports.accountStates };
  return {
    configuration,
    discoveries,
    accounts: await Promise.all(
      accounts.map(async (one) => ({
        account: one,
        ...(await captureError(async () => {
          const scope = { account: one.id };
          const trigger = { trigger: 'schedule' } as const;
          const report = await reconcile(runPorts, configuration, trigger, { scope, ...options });
          // It explains, and the next run makes up for it.
          await captureReading(() => noteAccount(ports, one.id, report));
          return { report };
        })),
      })),
    ),
  };
}

async function discoverOne(
  ports: AuditPorts,
  configuration: Configuration,
  organization: Organization,
): Promise<OrganizationDiscovery> {
  const once = { isRepeated: false };
  const audit = organization.auditLog
    ? await followAudit(ports, configuration, organization, once)
    : undefined;
  const discovery = await discover(ports, configuration, { organizationId: organization.id }, once);
  if (organization.auditLog) await syncDeletions(ports, organization);
  const { requests = 0, concerned = [] } = discovery ?? {};
  return {
    requests,
    concerned,
    ...(audit?.trouble ? { auditTrouble: audit.trouble } : {}),
    unreadableEntries: audit?.unreadable ?? 0,
  };
}

async function captureError<Value>(work: () => Promise<Value>): Promise<Part<Value>> {
  try {
    return await work();
  } catch (error) {
    return { error };
  }
}
