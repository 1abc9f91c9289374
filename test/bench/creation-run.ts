import { json } from 'node:stream/consumers';
import { createMemoryLeases } from '../doubles/memory-leases.ts';
import { createMemoryServiceConnections } from '../doubles/memory-service-connections.ts';
import { createMemoryState } from '../doubles/memory-state.ts';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import type { OrganizationId } from '../../shared/domain/kernel/ids.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import { buildInventory } from './converged.ts';
import type { Pace } from './scene.ts';
import {
  ORGANIZATION,
  ORGANIZATION_ID,
  createPacedClock,
  makeConnections,
  sceneConfiguration,
} from './scene.ts';

/** A first run over one account: the adapter of AWS as it is, the table in memory. */
export interface CreationTask {
  readonly aws: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly roles: number;
  readonly pace: Pace;
}

export interface Created {
  readonly outcome: string;
  readonly seconds: number;
  readonly troubles: readonly string[];
}

const { aws, credentials, roles, pace } = (await json(process.stdin)) as CreationTask;
const clock = createPacedClock(pace);
const connections = createMemoryServiceConnections();
connections.put(ORGANIZATION, {
  identity: complete({ id: ORGANIZATION_ID as OrganizationId, name: ORGANIZATION }),
  projects: complete(buildInventory(makeConnections(roles))),
});
const ports = {
  connections,
  accounts: createAwsAccounts({ clock, ids: randomIds, endpoint: aws, credentials }),
  state: createMemoryState(),
  leases: createMemoryLeases(),
  ids: randomIds,
  clock,
};
const begun = clock.now();
const { outcome, results, failures } = await reconcile(ports, sceneConfiguration('http://127.0.0.1', true), {
  trigger: 'person',
});
const created: Created = {
  outcome,
  seconds: (clock.now() - begun) / 1_000,
  troubles: [...results.flatMap(({ error }) => error ?? []), ...failures].map(({ message }) => message),
};
process.stdout.write(JSON.stringify(created), () => {
  // The clients keep their sockets open.
  process.exit();
});
