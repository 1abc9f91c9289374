import { complete } from '../../../../shared/domain/kernel/result.ts';
import { lackingFields, unconfirmedPolicies } from '../../../../shared/domain/desired/policy-needs.ts';
import { tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { READ_ONLY, configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  START,
  after,
  federated,
  observation,
  runOnce,
  makePlan,
  selectRole,
  world,
} from '../../../builders/small-world.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';

const r1 = roleArn('r1');
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const rested = after(60, federated([connection(1)]));
const getBoundary = (seen: SmallWorld) => selectRole(seen, r1).boundary ?? '';
const wanted = getBoundary(rested);

function planned(seen: SmallWorld, missingPolicies: readonly string[], asks?: 'restore') {
  const plan = makePlan(seen, [{ ...observation(seen.iam), missingPolicies }], asks);
  const { limits } = seen.configuration;
  return { ...plan, changes: guard(plan, rules({ limits, now: seen.now })).changes };
}
const codes = ({ findings }: ReturnType<typeof planned>) => findings.map(({ code }) => code);

describe('a role that is to have a policy that does not exist', () => {
  it.each([
    ['boundary', wanted, 'permissions boundary'],
    ['managed policy', READ_ONLY, 'managed policy'],
  ])('is not made: %s', (_what, missing, as) => {
    const { changes, findings } = planned(world([connection(1)]), [missing]);
    expect(changes.find(({ kind, target }) => target === 'role' && kind === 'create')).toMatchObject({
      decision: 'held',
      blockedBy: 'missing-policy',
      steps: [],
    });
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'policy.missing',
        roleArn: r1,
        evidence: { policy: missing, as, grant: 'all' },
      }),
    );
  });

  it('is narrowed all the same, and neither bounded nor opened', () => {
    const opened = tamperings['opens the trust to everybody'];
    const role = selectRole(rested, r1);
    const hit = {
      ...rested,
      iam: withRole(rested.iam, {
        ...tampered(role, opened ? [opened] : []),
        boundary: undefined,
        managedPolicies: [ADMIN],
      }),
    };
    const { changes, ...plan } = planned(hit, [wanted]);
    expect(codes({ ...plan, changes })).toEqual(expect.arrayContaining(['policy.missing', 'trust.loose']));
    expect(changes).toMatchObject([
      { kind: 'repair', decision: 'allowed', blockedBy: 'missing-policy', isWideningHeld: true },
    ]);
    const actions = changes.flatMap(({ steps }) => steps.map(({ action }) => action));
    expect(actions).toEqual(expect.arrayContaining(['setTrust', 'detachManagedPolicy']));
    expect(actions).not.toContain('setBoundary');
    expect(actions).not.toContain('attachManagedPolicy');
  });

  it('waits whole where nothing is to be taken away', () => {
    const other = 'arn:aws:iam::{account}:policy/another';
    const seen = { ...rested, configuration: configuration({ grants: [grant({ boundary: other })] }) };
    const missing = wanted.replace('azfed-boundary', 'another');
    expect(planned(seen, [missing]).changes).toMatchObject([
      { kind: 'repair', decision: 'held', blockedBy: 'missing-policy' },
    ]);
    expect(planned(seen, []).changes).toMatchObject([{ kind: 'repair', decision: 'allowed' }]);
  });

  it('is not held by a policy that it has, nor by one that no grant names', () => {
    expect(planned(rested, ['arn:aws:iam::aws:policy/Nothing'])).toMatchObject({ changes: [] });
    expect(runOnce(world([connection(1)], { now: START })).changes).toHaveLength(2);
  });
});

describe('the policies that are asked for', () => {
  const roles = observation(rested.iam).roles;

  it('are those alone that no role in scope has', () => {
    expect(unconfirmedPolicies([wanted, READ_ONLY, ADMIN, ADMIN], roles)).toEqual([ADMIN]);
    expect(unconfirmedPolicies([wanted], complete({ inScope: [], elsewhere: [] }))).toEqual([wanted]);
  });

  it('are none where the roles could not be read', () => {
    const unread = { state: 'unknown', code: 'access-denied', message: 'No.' } as const;
    expect(unconfirmedPolicies([wanted], unread)).toEqual([]);
  });

  it('are named by the fields that wait for them', () => {
    const state = { boundary: wanted, managedPolicies: [READ_ONLY, ADMIN] };
    expect(lackingFields(state, new Set([wanted, ADMIN]))).toEqual(['boundary', `policies.managed.${ADMIN}`]);
    expect(lackingFields(state, new Set())).toEqual([]);
  });
});
