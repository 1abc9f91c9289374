import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage, wholeGrant } from '../builders/stage.ts';

const PROJECTS = 40;
const CONNECTIONS = 1_000;
const connections = Object.fromEntries(
  Array.from({ length: CONNECTIONS }, (_, index) => [`P${index % PROJECTS}/aws-${index}`, `role-${index}`]),
);

describe('a thousand connections in one account', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage({
      connections,
      pageSize: 1_000,
      rolesQuota: 2_000,
      grants: [{ ...wholeGrant, managedPolicies: [], inlinePolicies: {} }],
      limits: { changesPerPass: 2_000 },
    });
  });

  afterAll(() => stage.close());

  it('are federated by one pass, and the next costs no write and hardly a read', async () => {
    const first = await stage.pass();
    expect(first.outcome).toBe('changed');
    expect(first.results).toHaveLength(CONNECTIONS + 1);
    expect(await stage.knock('role-999', await stage.token('P39', stage.id('P39/aws-999')))).toBe('in');
    stage.clock.advance(15 * MINUTE_MS);
    stage.cloud.aws.resetCounts();
    stage.cloud.azureDevOps.resetCounts();

    const { outcome, writes, plan } = await stage.pass();

    expect({ outcome, ...writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
    const {
      AssumeRole: sessions = 0,
      ListRoles = 0,
      GetAccountAuthorizationDetails = 0,
      ...others
    } = stage.cloud.aws.counts();
    expect(sessions).toBeLessThanOrEqual(1);
    // A thousand roles and the role of azfed itself: two pages of everything, one of what lies on the path.
    expect({ ListRoles, GetAccountAuthorizationDetails }).toEqual({
      ListRoles: 1,
      GetAccountAuthorizationDetails: 2,
    });
    expect(others).toEqual({
      ListOpenIDConnectProviders: 1,
      GetOpenIDConnectProvider: 1,
      GetAccountSummary: 1,
    });
    expect(plan.look.reads).toEqual({ azureDevOps: PROJECTS + 1 + 1, iam: 6 });
    expect(stage.cloud.azureDevOps.calls).toHaveLength(PROJECTS + 1 + 1);
  }, 120_000);
});
