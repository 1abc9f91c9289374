import { joinRoleArn } from '../../shared/domain/kernel/arn.ts';
import { IAM } from '@aws-sdk/client-iam';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createMemoryAccounts } from '../doubles/memory-accounts.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import type { Account } from '../../shared/domain/configuration/configuration.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { LocalWorld, World } from './accounts-world.ts';
import { freshAccountId, holdInProfile, openLocalWorld } from './accounts-world.ts';
import { accountsContract } from './accounts.contract.ts';
import type { Divergence } from './divergences.ts';
import { motoDivergences } from './divergences.ts';

describe('accounts in memory', () => {
  accountsContract(() => {
    const clock = createVirtualClock();
    const accounts = createMemoryAccounts(clock);
    const account: Account = { id: freshAccountId(), partition: 'aws' };
    return {
      clock,
      accounts,
      account,
      holdInProfile(arn, profile) {
        const { roles } = accounts.in(account);
        const role = roles.get(arn);
        if (role) roles.set(arn, { ...role, instanceProfiles: [...(role.instanceProfiles ?? []), profile] });
        return Promise.resolve();
      },
    };
  });
});

describe('accounts in AWS, with a role to assume, on the embedded AWS with pages of five', () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await openLocalWorld({ pageSize: 5 });
  });
  afterAll(() => world.close());
  accountsContract(() => {
    const account = world.newAccount();
    return {
      ...world,
      account,
      holdInProfile: (role, profile) => holdInProfile(world.openIam(account), role, profile),
    };
  });
});

describe('accounts in AWS, with credentials of their own, on the embedded AWS', () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await openLocalWorld();
  });
  afterAll(() => world.close());
  accountsContract(() => {
    const id = freshAccountId();
    const { credentials } = world.aws.addAccount({ id });
    return {
      clock: world.clock,
      accounts: world.connect({ credentials }),
      account: { id, partition: 'aws' },
      holdInProfile: (role, profile) => holdInProfile(world.openIam({ id }), role, profile),
    };
  });
});

// Somebody else's idea of AWS: MOTO_IAM_LOAD_MANAGED_POLICIES=true python3 -m moto.server -p 5055
const endpoint = process.env['AZFED_CONTRACT_ENDPOINT'];
const describeElsewhere = endpoint === undefined ? describe.skip : describe;

describeElsewhere('accounts in AWS, on the endpoint that AZFED_CONTRACT_ENDPOINT names', () => {
  accountsContract(() => elsewhere(endpoint ?? ''), Object.keys(motoDivergences) as Divergence[]);
});

function elsewhere(url: string): World {
  // Its server goes by the time of the machine.
  const clock = createVirtualClock(Date.now());
  const credentials = { accessKeyId: 'hub', secretAccessKey: 'hub' };
  const id = freshAccountId();
  const account: Account = { id, partition: 'aws', assumeRole: joinRoleArn('aws', id, '/azfed-spoke') };
  const accounts = createAwsAccounts({ clock, ids: randomIds, endpoint: url, credentials });
  return {
    clock,
    account,
    accounts,
    async holdInProfile(role, profile) {
      const session = await accounts.getCredentials(account);
      const iam = new IAM({
        endpoint: url,
        region: 'us-east-1',
        ...(session ? { credentials: session } : {}),
      });
      await holdInProfile(iam, role, profile);
      iam.destroy();
    },
  };
}
