import { faultNames } from '../../infra/local/azure-devops/http/fault-answers.ts';
import type { Fault } from '../../infra/local/azure-devops/http/fault-answers.ts';
import type { FindingCode } from '../../shared/domain/findings/finding.ts';
import { viewIam } from '../builders/iam-view.ts';
import type { IamView } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

const operations = ['connectionData', 'projects', 'endpoints'] as const;
type Operation = (typeof operations)[number];

/** What distorts a list leaves an answer that is no list as it was; a wish to slow down is no failure. */
const harmless: Readonly<Record<Operation, readonly Fault[]>> = {
  connectionData: [
    'retry-after-on-200',
    'count-mismatch',
    'duplicate-ids',
    'missing-project',
    'repeated-continuation-token',
    'wrong-type',
  ],
  projects: ['retry-after-on-200', 'wrong-type'],
  endpoints: ['retry-after-on-200', 'repeated-continuation-token'],
};

/** Whole by its form: nothing tells it from a list that lost entries because a permission was lost. */
const shortened: Readonly<Record<Operation, readonly Fault[]>> = {
  connectionData: [],
  projects: ['ok-empty-list', 'missing-project'],
  endpoints: ['ok-empty-list', 'missing-project'],
};

const failures = operations.flatMap((operation) =>
  faultNames
    .filter((fault) => ![...harmless[operation], ...shortened[operation]].includes(fault))
    .map((fault) => ({ operation, fault })),
);
const listed = (table: Readonly<Record<Operation, readonly Fault[]>>) =>
  operations.flatMap((operation) => table[operation].map((fault) => ({ operation, fault })));

describe('while Azure DevOps fails', () => {
  let stage: Stage;
  let federated: IamView;
  let notified: number;

  beforeAll(async () => {
    stage = await setStage({
      connections: { 'Shop/prod': 'shop-prod', 'Shop/staging': 'shop-staging', 'Pay/prod': 'pay-prod' },
      // Long enough for a healthy answer on a loaded machine.
      requestTimeoutMs: 5_000,
    });
    await stage.runOnce();
    federated = await viewIam(stage.console);
  });

  beforeEach(() => {
    stage.clock.advance(15 * MINUTE_MS);
    notified = stage.cloud.receiver.received.length;
  });

  afterEach(async () => {
    stage.cloud.azureDevOps.faults.clear();
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, iam: writes.iam }).toEqual({ outcome: 'converged', iam: [] });
    expect(await viewIam(stage.console)).toEqual(federated);
  });

  afterAll(() => stage.close());

  const runOnce = async (operation: Operation, fault: Fault) => {
    stage.cloud.azureDevOps.faults.next({ operation }, fault, Infinity);
    const { outcome, writes, plan } = await stage.runOnce();
    expect(plan.changes.map(({ reason }) => reason)).toEqual([]);
    const news = stage.cloud.receiver.received.slice(notified).map(({ type }) => type);
    const codes: readonly FindingCode[] = plan.findings.map(({ code }) => code);
    return { outcome, iam: writes.iam, codes: new Set(codes), news };
  };

  it.each(failures)('leaves all as it is when $operation meets $fault', async ({ operation, fault }) => {
    const { outcome, iam, codes, news } = await runOnce(operation, fault);
    expect({ outcome, iam, news }).toEqual({ outcome: 'partial', iam: [], news: [] });
    expect(codes).toContain('read.incomplete');
    expect(codes).not.toContain('connection.missing');
  });

  it.each(listed(shortened))(
    'takes absence for no evidence when $operation meets $fault',
    async ({ operation, fault }) => {
      const { iam, codes, news } = await runOnce(operation, fault);
      expect(iam).toEqual([]);
      expect(codes).toContain('connection.missing');
      expect(new Set(news)).toEqual(new Set(['connection.missing.v1']));
    },
  );

  it.each(listed(harmless))('goes on when $operation meets $fault', async ({ operation, fault }) => {
    const { outcome, iam } = await runOnce(operation, fault);
    expect({ outcome, iam }).toEqual({ outcome: 'converged', iam: [] });
  });

  it('fixes what drifted where it could read, and leaves what it could not', async () => {
    stage.cloud.azureDevOps.faults.next({ operation: 'endpoints', project: 'Pay' }, '403', Infinity);
    const by = createTampering(stage.console);
    await by.attach('shop-prod', ADMINISTRATOR);
    await by.tag('pay-prod', 'owner', 'somebody');

    const { outcome, writes } = await stage.runOnce();

    expect({ outcome, iam: writes.iam }).toEqual({ outcome: 'partial', iam: ['DetachRolePolicy'] });
    await by.untag('pay-prod', 'owner');
  });
});
