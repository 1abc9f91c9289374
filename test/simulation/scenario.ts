import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { connection, reference } from '../builders/connection.ts';
import { connectionId, roleArn } from '../builders/domain-ids.ts';
import { withConnection } from './azure-devops.ts';
import type { RunOptions, SimulatedRun, Wiring } from './simulated-run.ts';
import type { World } from './world.ts';
import { simulatedConfiguration } from './world.ts';

/** A small world, something that happens in it, and the run of the program that has to deal with it. */
export interface Scenario {
  readonly configuration?: Partial<Configuration>;
  /** There before the first, undisturbed run; none: there is nothing. */
  readonly connections?: readonly ServiceConnection[];
  readonly happens: (world: World, wiring: Wiring) => unknown;
  /** The run that is disturbed; left out: an automatic run. */
  readonly does?: (world: World, options: RunOptions) => Promise<SimulatedRun>;
  /** Something that somebody does in the middle of that run, before the first effect of this name. */
  readonly meanwhile?: { readonly before: string; readonly act: (world: World) => unknown };
  /** What somebody does about that which waits for a person, before an interactive run. */
  readonly decides?: (world: World, wiring: Wiring) => unknown;
}

export type Scenarios = Readonly<Record<string, Scenario>>;

export const one = connection(1, { references: [reference(1, 'a')] });
export const two = connection(2, { references: [reference(1, 'b')] });
export const role = roleArn('r1');
export const alone = { connections: [one] };

export const configured = (fields: Partial<Configuration>) => (world: World) => {
  world.configuration = simulatedConfiguration({ ...world.configuration, ...fields });
};
export const edited =
  (number: number, change: (all: ServiceConnection) => Partial<ServiceConnection>) =>
  ({ town }: World) => {
    town.change(withConnection(connectionId(number), (all) => ({ ...all, ...change(all) })));
  };
export const shown =
  (...all: readonly ServiceConnection[]) =>
  ({ town }: World) => {
    town.change(() => all);
  };
