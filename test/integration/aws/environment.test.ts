import { createAwsAccounts } from '../../../shared/adapters/aws/aws-accounts.ts';
import { randomIds } from '../../../shared/adapters/system/system-clock.ts';
import type { LocalWorld } from '../../contract/accounts-world.ts';
import { openLocalWorld } from '../../contract/accounts-world.ts';

describe('the surroundings that azfed runs in', () => {
  let world: LocalWorld;
  const before = { ...process.env };
  beforeAll(async () => {
    world = await openLocalWorld();
  });
  afterEach(() => {
    process.env = { ...before };
  });
  afterAll(() => world.close());

  const look = async (environment: Readonly<Record<string, string>>) => {
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null' });
    Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }, environment);
    const accounts = createAwsAccounts({ clock: world.clock, ids: randomIds });
    const { roles } = await accounts.observe(world.newAccount(), { paths: ['/'], providers: [] });
    accounts.close();
    return roles;
  };
  const credentials = () => ({
    AWS_ACCESS_KEY_ID: world.aws.hubCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: world.aws.hubCredentials.secretAccessKey,
  });

  it('give endpoint and credentials by the variables of the SDK, and do not choose the Region', async () => {
    // A Region of another partition: the embedded AWS refuses what is signed for it.
    const roles = await look({ ...credentials(), AWS_ENDPOINT_URL: world.aws.url, AWS_REGION: 'cn-north-1' });
    expect(roles.state).toBe('complete');
  });

  it('make everything unknown when they hold no credentials', async () => {
    const roles = await look({ AWS_ENDPOINT_URL: world.aws.url });
    expect(roles).toMatchObject({ state: 'unknown', code: 'access-denied' });
  });

  it('make everything unknown when AWS cannot be reached', async () => {
    const roles = await look({ ...credentials(), AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(roles).toMatchObject({ state: 'unknown', code: 'unavailable' });
  });
});
