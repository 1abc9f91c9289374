import type { ConfigurationOrigin } from '../../domain/configuration/published-version.ts';
import { recordConfiguration } from '../../domain/guard/controls-recording.ts';
import type { DeployedStack } from '../../domain/records/deployed-stack.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import type { StateStore } from '../../ports/state.ts';
import { decide } from './records.ts';

export interface DeploymentPorts {
  readonly state: Pick<StateStore, 'readControls' | 'write'>;
  readonly stack: DeployedStackStore;
  readonly clock: Clock;
}

/** Records which configuration is in force, with its events, and what the stack was deployed with. Idempotent. */
export async function noteDeployment(
  { state, stack, clock }: DeploymentPorts,
  origin: ConfigurationOrigin,
  deployed: DeployedStack | undefined,
): Promise<void> {
  await decide(state, (controls) => recordConfiguration(controls, origin, clock.now()));
  if (deployed && !(await stack.hasNoted(deployed))) await stack.write(deployed);
}
