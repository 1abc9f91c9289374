import { explainConnection } from '../../../functions/cli/commands/explain/explanation.ts';
import { decisionText } from '../../../functions/cli/output/controls-text.ts';
import { explanationText } from '../../../functions/cli/commands/explain/explain.ts';
import { createStyle } from '../../../functions/cli/output/style.ts';
import { designRoles } from '../../../shared/domain/desired/desired-roles.ts';
import { limitToScope } from '../../../shared/domain/desired/scope.ts';
import type { AccountObservation } from '../../../shared/domain/iam/role.ts';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../shared/domain/policy/policy-document.ts';
import { unknown } from '../../../shared/domain/kernel/result.ts';
import { configuration, grant } from '../../builders/configuration.ts';
import { layout } from '../../builders/layout.ts';
import { connection } from '../../builders/connection.ts';
import { ACCOUNT, connectionId, roleArn } from '../../builders/domain-ids.ts';
import { withoutRole, withRole } from '../../builders/iam-model.ts';
import type { SmallWorld } from '../../builders/small-world.ts';
import { after, federated, observation, makePlan, selectRole } from '../../builders/small-world.ts';

const rested = after(60, federated([connection(1), connection(2)]));
const r1 = roleArn('r1');
const scope = { account: ACCOUNT, roles: ['r1'] };

function explained(seen: SmallWorld, seenIam: AccountObservation = observation(seen.iam)) {
  const desiredRoles = limitToScope(
    designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now),
    scope,
  );
  const { inventories, recorded, providers } = seen;
  const snapshot = {
    ...{ inventories, recorded, providers, desiredRoles, observations: [seenIam] },
    plan: makePlan(seen, [seenIam], undefined, scope),
    reads: { azureDevOps: 0, iam: 0 },
  };
  return explainConnection({ connectionId: connectionId(1), references: [] }, snapshot, {
    roles: [],
    unread: [],
  });
}

const withTrust = (change: (trust: PolicyDocument) => PolicyDocument): SmallWorld => {
  const role = selectRole(rested, r1);
  return { ...rested, iam: withRole(rested.iam, { ...role, trust: change(role.trust) }) };
};
const byAddress = {
  Effect: 'Deny',
  Principal: '*',
  Action: '*',
  Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
};

describe('what azfed explain says of the state of a role', () => {
  it('is as it should be when it is', () => {
    expect(explained(rested)).toMatchObject({ status: 'as-desired', roleState: 'present', change: null });
    expect(explanationText(explained(rested), layout())).toContain('  state     as it should be\n');
  });

  it('shows what somebody else keeps of the role, as it is', () => {
    const role = selectRole(rested, r1);
    const theirs = { ...role, boundary: undefined, tags: { ...role.tags, owner: 'platform' } };
    const seen = {
      ...rested,
      configuration: configuration({ grants: [grant({ permissions: 'unmanaged', boundary: 'none' })] }),
      iam: withRole(rested.iam, theirs),
    };
    const explanation = explained(seen);
    expect(explanation).toMatchObject({
      status: 'as-desired',
      permissions: 'unmanaged',
      livePermissions: { boundary: null, maxSessionDuration: 7_200, tags: { owner: 'platform' } },
    });
    expect(explanationText(explanation, layout())).toContain('    boundary  none\n');
    expect(explained(rested)).not.toHaveProperty('livePermissions');
  });

  it('is not known when the account could not be read', () => {
    const account = { ...observation(rested.iam), roles: unknown('iam.throttled', 'IAM is busy.') };
    const explanation = explained(rested, account);
    expect(explanation).toMatchObject({ status: 'unread', roleState: 'unread', attempts: [] });
    const text = explanationText(explanation, layout());
    expect(text).toContain(`  state     not known: Account ${ACCOUNT} could not be read: IAM is busy.\n`);
    expect(text).toContain('  live      could not be read');
  });

  it('is not managed when the role is none of ours', () => {
    const foreign = { ...rested, recorded: [], providers: [] };
    const explanation = explained(foreign);
    expect(explanation).toMatchObject({ status: 'unmanaged', roleState: 'present', change: null });
    expect(explanationText(explanation, layout())).toContain('  state     not managed by azfed: ');
  });

  it('is absent where the role is not there and nobody is ready for it', () => {
    const gone = { ...rested, recorded: [], iam: withoutRole(rested.iam, r1) };
    const explanation = explained({ ...gone, inventories: rested.inventories });
    expect(['change', 'absent']).toContain(explanation.status);
    expect(explanation.roleState).toBe('absent');
  });

  it('never calls the connection let in beside a Deny that may apply', () => {
    const fenced = withTrust((trust) => ({
      ...trust,
      Statement: [...toList(trust.Statement ?? []), byAddress] as NonNullable<PolicyDocument['Statement']>,
    }));
    const [own] = explained(fenced).attempts;
    expect(own).toMatchObject({ decision: 'uncertain', expected: 'allowed', isAsExpected: false });
  });
});

describe('the colour of a decision', () => {
  const style = createStyle(true);
  it.each([
    ['the connection gets in', 'allowed', 'allowed', true, style.green('allowed')],
    ['the connection is kept out', 'denied', 'allowed', false, style.red('denied ')],
    ['an impostor gets in', 'allowed', 'denied', false, style.red('allowed')],
    ['an impostor is kept out', 'denied', 'denied', true, style.green('denied ')],
    ['an impostor may get in', 'uncertain', 'denied', false, style.red('uncertain')],
    ['nobody can tell of the connection', 'uncertain', 'allowed', false, style.yellow('uncertain')],
    ['IAM cannot know', 'allowed', 'untold', true, style.yellow('allowed')],
  ] as const)('%s', (_name, decision, expected, isAsExpected, text) => {
    expect(decisionText({ decision, expected, isAsExpected }, style)).toBe(text);
  });
});
