import {
  refuseOtherOrganization,
  reportOtherRoles,
} from '../../../functions/cli/commands/import/unused-flags.ts';
import { joinRoleArn } from '../../../shared/domain/kernel/arn.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { contoso } from '../../builders/configuration.ts';
import { ACCOUNT } from '../../builders/domain-ids.ts';

const build = ({ id, partition }: Account, path: string) => joinRoleArn(partition, id, `/${path}`);

const bare: Account = { id: ACCOUNT, partition: 'aws' };

describe('--assume-role', () => {
  const report = (roles: readonly string[], typed?: string) => {
    const said: string[] = [];
    const accounts = roles.map((role) => ({ ...bare, assumeRole: build(bare, role) }));
    reportOtherRoles({ problem: (text) => said.push(text) }, accounts, typed, build);
    return said;
  };

  it.each([
    [['spoke', 'spoke'], 'spoke', 0],
    [['spoke', 'other'], 'spoke', 1],
    [['other', 'other'], undefined, 0],
    [[], 'spoke', 0],
  ])('beside the roles %j and typed as %s is reported %i times', (roles, typed, times) => {
    expect(report(roles, typed)).toHaveLength(times);
  });

  it('is refused where every account has another role', () => {
    expect(() => report(['other', 'team/spoke'], 'spoke')).toThrow(/has another role for: \d{12}, \d{12}\./);
  });
});

it.each([
  [{ credential: 'AZURE_DEVOPS_PAT' }, undefined],
  [{ organization: 'Contoso', credential: 'AZURE_DEVOPS_PAT' }, undefined],
  [{ organization: 'https://contoso.visualstudio.com/', credential: 'AZURE_DEVOPS_PAT' }, undefined],
  [{ organization: 'fabrikam', credential: 'AZURE_DEVOPS_PAT' }, /^--organization fabrikam: .*contoso/],
  [{ credential: 'AZFED_OTHER' }, /^--credential AZFED_OTHER: /],
])('a configuration that is there answers %j with %s', (typed, refusal) => {
  const check = () => {
    refuseOtherOrganization('federation.yaml', { organizations: [contoso] }, typed);
  };
  if (refusal) expect(check).toThrow(refusal);
  else expect(check).not.toThrow();
});
