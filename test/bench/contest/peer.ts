import { setTimeout as sleep } from 'node:timers/promises';
import { json } from 'node:stream/consumers';
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
} from '@aws-sdk/client-iam';
import type { StaticCredentials } from '../../../infra/local/aws/state/accounts.ts';
import { startUsage } from '../usage.ts';
import type { Peer, RoleRead } from './peers.ts';

/** The one driver of all peers: it asks what each asks, as many at once as each does, and is patient when it is refused. */
export interface PeerTask {
  readonly url: string;
  readonly credentials: StaticCredentials;
  readonly peer: Peer;
  readonly roles: readonly string[];
  readonly provider: string;
  readonly inlinePolicy: string;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** What the SDKs try again: refused for coming too fast, or a connection that was kept open and ended just then. */
const passing = ['Throttling', 'TimeoutError'];

const task = (await json(process.stdin)) as PeerTask;
const { url, credentials, peer, roles, provider, inlinePolicy } = task;
const iam = new IAMClient({ endpoint: url, credentials, region: 'us-east-1', maxAttempts: 1 });

const reads: Readonly<Record<RoleRead, (RoleName: string) => Promise<unknown>>> = {
  GetRole: (RoleName) => iam.send(new GetRoleCommand({ RoleName })),
  GetRolePolicy: (RoleName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: inlinePolicy })),
  ListRolePolicies: (RoleName) => iam.send(new ListRolePoliciesCommand({ RoleName })),
  ListRoleTags: (RoleName) => iam.send(new ListRoleTagsCommand({ RoleName })),
  ListAttachedRolePolicies: (RoleName) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
};

const endUsage = startUsage();
if (peer.readsProvider) {
  const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: provider });
  await patiently(() => iam.send(command));
}
const left = [...roles];
await Promise.all(Array.from({ length: peer.concurrency }, work));
process.stdout.write(JSON.stringify(endUsage()), () => {
  process.exit();
});

async function work(): Promise<void> {
  for (let role = left.pop(); role !== undefined; role = left.pop()) {
    const name = role;
    for (const read of peer.ofRole) await patiently(() => reads[read](name));
  }
}

/** Full jitter over a doubling wait, as the SDKs do, but for as long as it takes: nobody gives up here. */
async function patiently(call: () => Promise<unknown>): Promise<void> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      await call();
      return;
    } catch (error) {
      if (!(error instanceof Error && passing.includes(error.name))) throw error;
      await sleep(Math.random() * wait);
    }
  }
}
