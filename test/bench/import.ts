import '../quiet-sdk.ts';
import { brownfield } from '../builders/brownfield.ts';
import { BROWNFIELD_TOKEN, seedBrownfield } from '../builders/brownfield-cloud.ts';
import { createFolder } from '../integration/cli/command-line.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';

/**
 * What `azfed import` costs over 300 connections in 40 accounts when AWS takes 25 ms for an answer: `npm run bench:import`. The
 * command runs in this process, beside the embedded cloud, so that the time is more than its own. Requests are counted by
 * operation: roles are read in pages.
 */
const [CONNECTIONS, ACCOUNTS, LATENCY_MS] = [300, 40, 25];
const PROMISED_SECONDS = 60;

const cloud = await startLocalCloud({ lateness: { latencyMs: LATENCY_MS } });
const world = brownfield({ connections: CONNECTIONS, accounts: ACCOUNTS, seed: 300 });
const seeded = await seedBrownfield(cloud, world);
seeded.close();
const folder = createFolder();
folder.write(
  'federation.yaml',
  `version: 1
organizations:
  - name: ${world.organization.name}
    id: "${world.organization.id}"
    url: ${cloud.azureDevOps.url}/${world.organization.name}
    credential: { type: pat, env: AZURE_DEVOPS_PAT }
accounts: []
grants: []
`,
);
cloud.aws.resetCounts();
cloud.azureDevOps.resetCounts();
const began = performance.now();
const { code, stderr, stdout } = await folder.azfed(['import', '--assume-role', 'azfed-spoke'], {
  AZURE_DEVOPS_PAT: BROWNFIELD_TOKEN,
  AZFED_ALLOW_LOOPBACK: '1',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: cloud.aws.url,
  AWS_ACCESS_KEY_ID: cloud.aws.hubCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: cloud.aws.hubCredentials.secretAccessKey,
});
const seconds = (performance.now() - began) / 1_000;
const requests = {
  ...cloud.aws.counts(),
  azureDevOps: Object.values(cloud.azureDevOps.counts()).reduce((a, b) => a + b, 0),
};
process.stdout.write(`${stdout}\n`);
if (code !== 0) process.stderr.write(stderr);
process.stdout.write(
  `${JSON.stringify({ connections: world.connections.length, accounts: ACCOUNTS, roles: world.roles.length, seconds: Math.round(seconds * 10) / 10, requests }, null, 2)}\n`,
);
folder.remove();
await cloud.close();
if (code !== 0 || seconds > PROMISED_SECONDS) {
  process.stderr.write(
    `Not so: the import took ${String(Math.round(seconds))} s, exit code ${String(code)}.\n`,
  );
  process.exitCode = 1;
}
