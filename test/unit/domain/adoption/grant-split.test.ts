import { chooseSplit } from '../../../../shared/domain/adoption/grant-split.ts';
import { NOTHING_ALLOWED } from '../../../../shared/config/environment.ts';
import { parseConfiguration } from '../../../../shared/config/load-configuration.ts';
import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import { contoso } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { ACCOUNT, roleArn } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';

const write = (names: readonly string[]) => `version: 1
organizations:
  - { name: contoso, id: "${contoso.id}", credential: { type: pat, env: AZURE_DEVOPS_PAT } }
accounts: [{ id: "${ACCOUNT}" }]
grants:
${names
  .map(
    (name, index) => `  - name: ${name}
    mode: repair
    permissions: unmanaged
    roles:
      - { project: P1, connection: c${2 * index + 1}, role: "${roleArn(`r${2 * index + 1}`)}" }
      - { project: P1, connection: c${2 * index + 2}, role: "${roleArn(`r${2 * index + 2}`)}" }
`,
  )
  .join('')}`;

it.each<[connection: string, grants: readonly string[], name: string]>([
  ['aws-prod', ['team'], 'team-aws-prod'],
  ['Über_größe çà', ['team'], 'team-ber-gr-e'],
  ['日本', ['Team.One'], 'Team.One-own'],
  ['//a  b//', ['team'], 'team-a-b'],
  ['aws', ['team', 'TEAM-aws', 'team-aws-2'], 'team-aws-3'],
  ['l'.repeat(90), ['team'], `team-${'l'.repeat(59)}`],
  ['l'.repeat(90), ['team', `team-${'l'.repeat(59)}`], `team-${'l'.repeat(57)}-2`],
])('names the grant that is split off for %j, beside %j', (typed, grants, name) => {
  const parse = (names: readonly string[]) =>
    parseConfiguration(write(names), 'federation.yaml', () => ({ text: '' }), NOTHING_ALLOWED);
  const configuration = parse(grants);
  const inventories = [inventory([connection(1), connection(2)])];
  const [target] = designRoles(configuration, inventories, [], 0).targets;
  if (!target?.grant) throw new Error('The first connection has a role.');
  expect(chooseSplit({ ...target, grant: target.grant }, typed, configuration, inventories)).toMatchObject({
    as: 'pairs',
    name,
  });
  expect(() => parse([...grants, name])).not.toThrow();
});
