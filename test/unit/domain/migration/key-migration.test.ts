import type { KeyMigration } from '../../../../shared/domain/records/connection-record.ts';
import { asIfMigrated, proposeRole } from '../../../../shared/domain/migration/key-migration.ts';
import type { GrantFields } from '../../../builders/configuration.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';
import { START, after, federated, runOnce, showing } from '../../../builders/small-world.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const withKeys = connection(1, { oidc: 'off', hasAccessKey: true, requestedRoleArn: '' });

/** AWS is made ready as if the connection asked; it still signs in with keys, and somebody has said why. */
function makeReady(word: Partial<KeyMigration>): SmallWorld {
  const inventories = asIfMigrated([inventory([withKeys])], withKeys.id, r1);
  const ready = federated([], { inventories });
  const at = START;
  const keyMigration = { by: 'ana', at, formerRoleArn: '', ...word } as const;
  return showing({ ...ready, recorded: ready.recorded.map((item) => ({ ...item, keyMigration })) }, [
    withKeys,
  ]);
}

const listKinds = (minutes: number, past: SmallWorld) =>
  runOnce(after(minutes, past)).changes.map((change) => change.kind);

describe('a role that was made for a connection which does not ask for it yet', () => {
  it('stays open to it for an hour, while somebody is changing the connection', () => {
    const ready = makeReady({});
    expect(ready.iam.roles.has(r1)).toBe(true);
    expect(listKinds(1, ready)).toEqual([]);
    expect(listKinds(50, ready)).toEqual([]);
    expect(listKinds(61, ready)).toEqual(['close']);
  });

  it('is closed at once when the record claims a time to come', () => {
    const at = START + 365 * 86_400_000;
    expect(listKinds(1, makeReady({ at }))).toEqual(['close']);
  });

  it('is closed at once when nobody is at it any more', () => {
    const ready = makeReady({});
    const recorded = ready.recorded.map(({ keyMigration: _, ...item }) => item);
    expect(listKinds(1, { ...ready, recorded })).toEqual(['close']);
  });

  it('is closed at once when another connection has taken the name', () => {
    const impostor = connection(2, { references: withKeys.references, oidc: 'off' });
    const renamed = { ...withKeys, references: connection(9).references };
    const taken = showing(makeReady({}), [impostor, renamed]);
    expect(listKinds(1, taken)).toEqual(['close']);
  });
});

it('shows the connection as it would be wherever it is listed, and no other one', () => {
  const other = connection(2, { oidc: 'off' });
  const [seen] = asIfMigrated([inventory([withKeys, other])], connectionId(1), r1);
  const projects = seen?.projects.state === 'complete' ? seen.projects.value : [];
  const listed = projects.flatMap(({ connections }) =>
    connections.state === 'complete' ? connections.value : [],
  );
  expect(listed).toEqual([connection(1), other]);
});

it.each<readonly [string, string, readonly GrantFields[], string | undefined]>([
  ['named as the connection, where its grant allows it', 'aws-legacy', [{}], roleArn('aws-legacy')],
  [
    'none where the grant wants other names',
    'aws-legacy',
    [{ role: { path: '/azure-devops/', name: 'shop-*' } }],
    undefined,
  ],
  ['none where two grants cover it', 'aws-legacy', [{}, { name: 'another' }], undefined],
  ['none where no grant does', 'aws-legacy', [], undefined],
  ['none where the name is none for a role', 'aws legacy', [{}], undefined],
])('proposes a role: %s', (_what, name, grants, expected) => {
  const given = configuration({ grants: grants.map((fields) => grant(fields)) });
  const named = connection(1, { references: [reference(1, name)] });
  expect(proposeRole(given, contoso, named)).toBe(expected);
});
