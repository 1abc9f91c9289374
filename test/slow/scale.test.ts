import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, required, setStage, wholeGrant } from '../builders/stage.ts';

const PROJECTS = 40;
/** Each costs a dozen requests to make, and none to keep; `AZFED_SCALE` makes it another number. `npm run bench` has 1,000. */
const CONNECTIONS = Number(process.env['AZFED_SCALE'] ?? 300);
/** All that IAM has of them fills three pages, some of which are one item smaller. */
const PAGE = 0.4 * CONNECTIONS;
const PAGES = 3;
const table = Array.from({ length: CONNECTIONS }, (_, index) => {
  const project = `P${index % PROJECTS}`;
  return { project, connection: `${project}/aws-${index}`, role: `role-${index}` };
});
const connections = Object.fromEntries(table.map(({ connection, role }) => [connection, role]));

describe(`${CONNECTIONS} connections in one account`, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage({
      connections,
      pageSize: PAGE,
      rolesQuota: 2 * CONNECTIONS,
      grants: [{ ...wholeGrant, managedPolicies: [], inlinePolicies: {} }],
      limits: { changesPerPass: 2 * CONNECTIONS },
    });
  });

  afterAll(() => stage.close());

  it('are federated by one run, and the next costs no write and hardly a read', async () => {
    const first = await stage.runOnce();
    const codes = [
      ...first.results.flatMap(({ error }) => error?.code ?? []),
      ...first.failures.map(({ code }) => code),
    ];
    expect({ outcome: first.outcome, codes }).toEqual({ outcome: 'changed', codes: [] });
    expect(first.results).toHaveLength(CONNECTIONS + 1);
    const last = required(table.at(-1), 'connection');
    expect(await stage.assume(last.role, await stage.token(last.project, stage.id(last.connection)))).toBe(
      'in',
    );
    stage.clock.advance(15 * MINUTE_MS);
    stage.cloud.aws.resetCounts();
    stage.cloud.azureDevOps.resetCounts();

    const { outcome, writes, plan } = await stage.runOnce();

    expect({ outcome, ...writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
    const {
      AssumeRole: sessions = 0,
      ListRoles = 0,
      GetAccountAuthorizationDetails = 0,
      ...others
    } = stage.cloud.aws.counts();
    expect(sessions).toBeLessThanOrEqual(1);
    expect({ ListRoles, GetAccountAuthorizationDetails }).toEqual({
      ListRoles: PAGES,
      GetAccountAuthorizationDetails: PAGES,
    });
    expect(others).toEqual({
      ListOpenIDConnectProviders: 1,
      GetOpenIDConnectProvider: 1,
      GetAccountSummary: 1,
    });
    expect(plan.snapshot.reads).toEqual({ azureDevOps: PROJECTS + 1 + 1 + 1, iam: 2 * PAGES + 3 });
    // The spelling is asked of the host, and of no organization.
    expect(stage.cloud.azureDevOps.calls).toHaveLength(PROJECTS + 1 + 1);
  });
});
