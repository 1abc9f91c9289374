import type { IamView } from '../builders/iam-view.ts';
import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage, wholeGrant } from '../builders/stage.ts';
import type { Tampering } from '../builders/tampering.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering, ownStatement } from '../builders/tampering.ts';

const role = 'shop-prod';
const everything = { Effect: 'Deny', Action: '*', Resource: '*' };
const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const nobody = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' };
const officeOnly = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };

interface Row {
  readonly what: string;
  /** Default: `role.incident`. */
  readonly finding?: string;
  /** It is in the trust, so that policies are put back beside it. */
  readonly isOfTrust?: true;
  readonly answer: (by: Tampering) => Promise<unknown>;
  readonly lift: (by: Tampering) => Promise<unknown>;
}

const rows: readonly Row[] = [
  {
    what: 'a Deny in an inline policy of its own',
    answer: (by) => by.putInline(role, 'incident', everything),
    lift: (by) => by.deleteInline(role, 'incident'),
  },
  {
    what: 'a Deny beside what we put into our inline policy',
    answer: (by) =>
      by.putInline(role, 'deploy', ...wholeGrant.inlinePolicies.deploy.document.Statement, everything),
    lift: (by) => by.putInline(role, 'deploy', ...wholeGrant.inlinePolicies.deploy.document.Statement),
  },
  {
    what: 'an attached AWSDenyAll',
    answer: (by) => by.attach(role, DENY_ALL),
    lift: (by) => by.detach(role, DENY_ALL),
  },
  {
    what: 'AWSDenyAll as boundary',
    answer: (by) => by.setBoundary(role, DENY_ALL),
    lift: (by) => by.dropBoundary(role),
  },
  {
    what: 'a Deny statement in the trust',
    isOfTrust: true,
    answer: (by) => by.setTrust(role, ownStatement('Shop/prod'), nobody),
    lift: (by) => by.setTrust(role, ownStatement('Shop/prod')),
  },
  {
    what: 'one more condition in the trust',
    finding: 'trust.fenced',
    isOfTrust: true,
    answer: (by) => by.setTrust(role, ownStatement('Shop/prod', officeOnly)),
    lift: (by) => by.setTrust(role, ownStatement('Shop/prod')),
  },
];

describe('an answer to an incident', () => {
  let stage: Stage;
  let by: Tampering;
  let federated: IamView;

  beforeAll(async () => {
    stage = await setStage({ connections: { 'Shop/prod': role, 'Pay/prod': 'pay-prod' } });
    by = createTampering(stage.console);
    await stage.runOnce();
    federated = await viewIam(stage.console);
  });

  beforeEach(() => {
    stage.clock.advance(15 * MINUTE_MS);
  });

  afterAll(() => stage.close());

  const expectRest = async () => {
    stage.clock.advance(15 * MINUTE_MS);
    await stage.runOnce();
    expect(await viewIam(stage.console)).toEqual(federated);
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, ...writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
  };

  it.each(rows)(
    'stays when it is $what, and is told once',
    async ({ answer, lift, finding = 'role.incident' }) => {
      const mark = stage.cloud.receiver.received.length;
      await answer(by);
      const closed = await viewIam(stage.console);

      for (const trigger of ['schedule', 'person'] as const) {
        const { outcome, writes, plan } = await stage.runOnce({ trigger });
        expect({ outcome, iam: writes.iam }).toEqual({ outcome: 'held', iam: [] });
        expect(plan.findings.map(({ code }) => code)).toContain(finding);
      }

      expect(await viewIam(stage.console)).toEqual(closed);
      const notified = stage.cloud.receiver.received.slice(mark).map(({ type }) => type);
      expect(notified).toEqual(['connection.drift-detected.v1']);
      await lift(by);
      await expectRest();
    },
  );

  it.each(rows)(
    'stays when it is $what, while what is too wide is narrowed',
    async ({ answer, lift, isOfTrust }) => {
      await answer(by);
      await by.attach(role, ADMINISTRATOR);
      await by.detach(role, READ_ONLY);

      const { writes } = await stage.runOnce();

      expect(writes.iam).toEqual(isOfTrust ? ['DetachRolePolicy', 'AttachRolePolicy'] : ['DetachRolePolicy']);
      expect((await stage.runOnce()).writes.iam).toEqual([]);
      await lift(by);
      await expectRest();
    },
  );

  it('stays in a trust that also lets an impostor in, who is revoked', async () => {
    const deny = { ...nobody, Condition: officeOnly };
    await by.setTrust(role, ownStatement('Shop/prod'), ownStatement('Pay/prod'), deny);
    const impostor = () => stage.token('Pay', stage.id('Pay/prod'));
    expect(await stage.assume(role, await impostor())).toBe('in');

    const { writes } = await stage.runOnce();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect(await stage.assume(role, await impostor())).toBe('refused');
    expect(await stage.assume(role, await stage.token('Shop', stage.id('Shop/prod')))).toBe('in');
    expect((await viewRole(stage.console, role)).trust).toContain('Deny');
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    await by.setTrust(role, ownStatement('Shop/prod'));
    await expectRest();
  });
});
