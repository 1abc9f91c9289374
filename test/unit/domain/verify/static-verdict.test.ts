import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import { judgeStatically } from '../../../../shared/domain/verify/static-verdict.ts';
import { connection } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { after, federated, observation, selectRole } from '../../../builders/small-world.ts';

const connections = [connection(1), connection(2)];
const rested = after(60, federated(connections));

/** The verdict on the first connection when its live trust is this. */
function judge(change: (trust: PolicyDocument) => PolicyDocument, isSeen = true) {
  const role = selectRole(rested, roleArn('r1'));
  const iam = withRole(rested.iam, { ...role, trust: change(role.trust) });
  const { targets } = designRoles(rested.configuration, rested.inventories, rested.recorded, rested.now);
  const target = targets.find(({ role: { name } }) => name === 'r1');
  if (!target) throw new Error('There is no such role.');
  return judgeStatically({
    ...{ connectionId: connectionId(1), target, recorded: rested.recorded, isSeen },
    connections: isSeen ? connections : [connection(2)],
    observation: observation(iam),
    needsAdoption: false,
  });
}

const beside = (Condition: object) => (trust: PolicyDocument) =>
  ({
    ...trust,
    Statement: [...toList(trust.Statement ?? []), { Effect: 'Deny', Principal: '*', Action: '*', Condition }],
  }) as PolicyDocument;

describe('what verify says without running anything', () => {
  it('is proven for the trust that azfed wrote', () => {
    expect(judge((trust) => trust)).toMatchObject({ outcome: 'proven', obstacles: [], undecided: [] });
  });

  it('is not proven for a connection that is not listed: one of its name could be there and not be shown', () => {
    expect(judge((trust) => trust, false)).toMatchObject({
      outcome: 'unread',
      namesake: 'hidden',
      unread: [expect.stringContaining('a connection of this name that azfed is not shown')],
    });
  });

  it.each([
    ['an address', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }],
    ['a VPC', { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }],
    ['the time', { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }],
  ])('is nothing beside a Deny on %s, which no token tells', (_name, condition) => {
    expect(judge(beside(condition))).toMatchObject({
      outcome: 'unread',
      obstacles: [],
      undecided: [expect.stringMatching(/^statement 2 may deny it: /)],
    });
  });

  it('is refused beside a Deny that surely applies', () => {
    expect(judge(beside({ Bool: { 'aws:SecureTransport': 'true' } }))).toMatchObject({
      outcome: 'refused',
      obstacles: [{ code: 'sts.not-authorized' }],
    });
  });

  it('is proven beside a Deny that surely does not', () => {
    expect(judge(beside({ Bool: { 'aws:SecureTransport': 'false' } }))).toMatchObject({ outcome: 'proven' });
  });
});
