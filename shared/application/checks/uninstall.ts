import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { RecordedBelongings, UninstallFacts } from '../../domain/doctor/uninstall-plan.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { AccountReader } from '../../ports/accounts.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import type { StateStore } from '../../ports/state.ts';
import { captureReading } from '../../domain/kernel/result.ts';

export interface UninstallPorts {
  readonly state: Pick<StateStore, 'readConnections' | 'readControls' | 'readHooks' | 'readProviders'>;
  readonly accounts: AccountReader;
  readonly stack: DeployedStackStore;
}

/** Reads what azfed has made, and nothing else. What cannot be read is unknown in its place. */
export async function readUninstallFacts(
  { state, accounts, stack }: UninstallPorts,
  configuration: Configuration,
): Promise<Pick<UninstallFacts, 'stack' | 'controls' | 'hooks' | 'recorded' | 'observations'>> {
  const { organizations, accounts: configured } = configuration;
  const hooks = await Promise.all(
    organizations.map(async ({ id }) => [id, await captureReading(() => state.readHooks(id))] as const),
  );
  return {
    stack: await captureReading(() => stack.read()),
    controls: await captureReading(() => state.readControls()),
    hooks: new Map(hooks),
    recorded: await captureReading(() => readBelongings(state, configuration)),
    observations: await Promise.all(
      configured.map((account) => accounts.observe(account, { paths: ['/'], providers: [] })),
    ),
  };
}

async function readBelongings(
  state: UninstallPorts['state'],
  { organizations, accounts }: Configuration,
): Promise<ReadonlyMap<AccountId, RecordedBelongings>> {
  const connections = await Promise.all(organizations.map(({ id }) => state.readConnections(id)));
  const roles = connections.flat().flatMap(({ role }) => role ?? []);
  const entries = await Promise.all(
    accounts.map(async ({ id }) => {
      const own = roles.filter(({ account }) => account === id).map(({ arn }) => arn);
      const providers = (await state.readProviders(id)).length;
      return [id, { roles: [...new Set(own)], providers }] as const;
    }),
  );
  return new Map(entries);
}
