import type { AcceptedTerms } from '../../shared/domain/adoption/accepted-terms.ts';
import { acceptLive } from '../../shared/domain/adoption/accepted-terms.ts';
import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { designTrust } from '../../shared/domain/desired/role-design.ts';
import { fillPlaceholders } from '../../shared/domain/kernel/arn.ts';
import type { PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import type { Tampering } from '../builders/arbitraries-tampering.ts';
import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { connection } from '../builders/connection.ts';
import { roleArn } from '../builders/domain-ids.ts';
import { fc } from '../builders/fast-check.ts';
import { withRole } from '../builders/iam-model.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import { after, federated, makePlan, runOnce, selectRole } from '../builders/small-world.ts';

const r1 = roleArn('r1');
const rested = after(60, federated([connection(1)]));

const withStatement = (statement: Statement): Tampering => ({
  change: ({ trust }) => ({
    trust: { ...trust, Statement: [...toList<Statement>(trust.Statement), statement] },
  }),
  path: 'trust.',
});

/** What a company or a colleague puts into a trust, text that looks like a placeholder among it. */
const additions: readonly Tampering[] = [
  withStatement({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:role/break-glass' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': '{account}-{{partition}}' } },
  }),
  withStatement({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:*',
    Condition: { StringNotEquals: { 'aws:PrincipalTag/team': '{account}' } },
  }),
];

const anyDrift = fc.subarray([...Object.values(tamperings), ...additions], { minLength: 1, maxLength: 4 });

/** As the configuration has them after the edit, under the name of a grant that was split off. */
function applyTerms(grant: Grant, { inlinePolicies, ...terms }: AcceptedTerms): Grant {
  const policies = { ...grant.inlinePolicies, ...inlinePolicies };
  const left = Object.entries(policies).filter(
    (entry): entry is [string, PolicyDocument] => entry[1] !== undefined,
  );
  return { ...grant, ...terms, name: 'split-off', inlinePolicies: Object.fromEntries(left) };
}

function acceptDrift(seen: SmallWorld) {
  const [change] = makePlan(seen).changes;
  const [target] = designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now).targets;
  if (!change || !target?.grant) return undefined;
  const { role, bindings, grant } = target;
  const { terms, refusals } = acceptLive(selectRole(seen, r1), grant, designTrust(role, bindings), {
    differences: change.differences,
    fill: (text) => fillPlaceholders(text, role.partition, role.account),
    listAudiences: () => undefined,
  });
  const grants = [applyTerms(grant, terms)];
  return { refusals, accepted: { ...seen, configuration: { ...seen.configuration, grants } } };
}

it('drift that is accepted leaves nothing to be done, at once and after a run', () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyDrift, (all) => {
      const role = tampered(selectRole(rested, r1), all);
      const result = acceptDrift({ ...rested, iam: withRole(rested.iam, role) });
      if (!result || result.refusals.length > 0) return;
      accepted += 1;
      expect(makePlan(result.accepted).changes).toEqual([]);
      const { world: done } = runOnce(result.accepted);
      expect(selectRole(done, r1)).toEqual(selectRole(result.accepted, r1));
      expect(makePlan(after(5, done))).toMatchObject({ changes: [], recordSyncs: [] });
    }),
  );
  expect(accepted).toBeGreaterThan(0);
});
