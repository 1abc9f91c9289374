import { json } from 'node:stream/consumers';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { guard } from '../../shared/domain/guard/guard.ts';
import type { GuardRules } from '../../shared/domain/guard/guard.ts';
import { plan } from '../../shared/domain/plan/plan.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import type { Readings } from './converged.ts';
import { sceneConfiguration } from './scene.ts';
import { startUsage } from './usage.ts';
import type { Usage } from './usage.ts';

/** What the decisions of one run have taken, with everything read already. */
export interface MeasuredPlanning extends Usage {
  readonly changes: number;
  readonly recordSyncs: number;
}

const { inventories, recorded, observations, providers, now } = (await json(process.stdin)) as Readings;
const configuration = sceneConfiguration('http://127.0.0.1');
const { limits } = configuration;
const rules: GuardRules = {
  limits,
  denyWindows: [],
  initiator: { trigger: 'person' },
  controls: newControls,
  now,
};

// What reading the input has left behind is not planning's to clear.
globalThis.gc?.();
const endUsage = startUsage();
const planned = plan(designRoles(configuration, inventories, recorded, now), observations, providers, now);
const { changes } = guard(planned, rules);
const measured: MeasuredPlanning = {
  changes: changes.length,
  recordSyncs: planned.recordSyncs.length,
  ...endUsage(),
};
process.stdout.write(JSON.stringify(measured));
