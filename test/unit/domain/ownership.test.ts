import type { ObservedRole } from '../../../shared/domain/role.ts';
import { connection } from '../../builders/connection.ts';
import { roleArn } from '../../builders/domain-ids.ts';
import { withRole } from '../../builders/iam-model.ts';
import { after, federated, pass, roleOf } from '../../builders/small-world.ts';

const before = after(60, federated([connection(1)]));
const ours = roleOf(before, roleArn('r1'));
const elsewhere = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const planFor = (role: ObservedRole) => pass({ ...before, iam: withRole(before.iam, role) });

describe('whose a role is, when its RoleId stands in a record', () => {
  it.each<readonly [string, Partial<ObservedRole>]>([
    ['only its marks are gone', { tags: {} }],
    ['only its trust was replaced', { trust: elsewhere }],
  ])('is still ours when %s', (_what, change) => {
    const { plan, findings } = planFor({ ...ours, ...change });
    expect(plan.changes).toMatchObject([{ kind: 'repair', cause: 'drift' }]);
    expect(findings.map(({ code }) => code)).not.toContain('role.not-owned');
  });

  it('is not ours when it shows nothing of ours: the record may have been forged onto it', () => {
    const { plan, findings } = planFor({ ...ours, tags: { team: 'other' }, trust: elsewhere });
    expect(plan.changes).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('role.not-owned');
  });
});
