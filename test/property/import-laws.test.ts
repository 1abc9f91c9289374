import { fc } from '../builders/fast-check.ts';
import { anyBrownfield, brownfield, observeBrownfield } from '../builders/brownfield.ts';
import type { BrownfieldWorld } from '../builders/brownfield.ts';
import type { Permissions } from '../../shared/domain/configuration/configuration.ts';
import { NOTHING_ALLOWED } from '../../shared/config/environment.ts';
import { addImport } from '../../shared/config/import-file.ts';
import { parseConfiguration } from '../../shared/config/load-configuration.ts';
import { coversRequest } from '../../shared/domain/configuration/grant-coverage.ts';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { decideImport } from '../../shared/domain/import/decide-import.ts';
import { groupGrants } from '../../shared/domain/import/group-grants.ts';
import { parseRoleArn } from '../../shared/domain/kernel/arn.ts';
import { resolveHeirs } from '../../shared/domain/desired/heirs.ts';
import { viewConnections } from '../../shared/domain/azure-devops/inventory.ts';
import { plan } from '../../shared/domain/plan/plan.ts';

const NOW = Date.parse('2026-11-30T09:00:00Z');

const beginning = ({ organization, accounts }: BrownfieldWorld) => `# Ours.
version: 1
organizations:
  - name: ${organization.name} # the only one
    id: "${organization.id}"
    credential: { type: pat, env: AZURE_DEVOPS_PAT }
accounts:
${accounts.map(({ id }) => `  - id: "${id}"`).join('\n')}
grants: []
# webhooks: []
`;

function importWorld(
  world: BrownfieldWorld,
  text = beginning(world),
  permissions: Permissions = 'unmanaged',
) {
  const { inventory, observations } = observeBrownfield(world);
  const parse = (configuration: string, files: Readonly<Record<string, string>>) =>
    parseConfiguration(
      configuration,
      'federation.yaml',
      (path) => ({ text: files[path] ?? '' }),
      NOTHING_ALLOWED,
    );
  const before = parse(text, {});
  const decision = decideImport({ configuration: before, inventories: [inventory], observations });
  const grants = groupGrants(
    decision,
    permissions,
    before.grants.map(({ name }) => name),
  );
  const file = addImport(text, {
    accounts: [],
    assumeRoles: new Map(),
    grants,
    findings: decision.findings,
  });
  return { ...file, decision, inventory, observations, configuration: parse(file.text, file.files), parse };
}

function planWorld(
  { configuration, inventory, observations }: ReturnType<typeof importWorld>,
  asks?: 'adopt',
) {
  const desired = designRoles(configuration, [inventory], [], NOW);
  const settled = resolveHeirs({ ...desired, ...(asks ? { asks } : {}) }, observations);
  return plan(settled, observations, [], NOW);
}

const isOfPermissions = (action: string) => /Policy$|Boundary$|^(?:create|delete|revoke)/.test(action);

describe('azfed import', () => {
  const world = brownfield({ connections: 90, accounts: 5, seed: 3 });

  it('makes of every shape what the table says', () => {
    const { decision } = importWorld(world);
    const granted = new Set(decision.accesses.map(({ connection }) => connection.id));
    const named = new Set(decision.findings.map(({ connectionId }) => connectionId));
    const made = world.connections.map(({ id, shape, name, importer }) => ({
      shape,
      name,
      importer:
        importer === 'other' ? 'other' : granted.has(id) ? 'granted' : named.has(id) ? 'named' : 'lost',
    }));
    expect(made).toEqual(world.connections.map(({ shape, name, importer }) => ({ shape, name, importer })));
  });

  it('changes nothing in IAM, grants or names every connection, and grants no other pair', () => {
    fc.assert(
      fc.property(anyBrownfield, fc.constantFrom<Permissions>('managed', 'unmanaged'), (one, permissions) => {
        const imported = importWorld(one, beginning(one), permissions);
        const { configuration, decision, inventory } = imported;
        expect(planWorld(imported).changes).toEqual([]);
        const adoption = planWorld(imported, 'adopt').changes;
        const writes = adoption.flatMap((change) => [...change.narrowing, ...change.widening]);
        expect([...new Set(writes.map(({ action }) => action))].filter(isOfPermissions)).toEqual([]);
        const asked = decision.accesses.filter(({ type }) => type === 'aws');
        const adopted = new Set(
          adoption.flatMap((change) => (change.target === 'role' ? [change.roleArn] : [])),
        );
        expect(asked.map(({ role }) => role.arn).filter((arn) => !adopted.has(arn))).toEqual([]);

        const granted = new Set(decision.accesses.map(({ connection }) => connection.id));
        const named = new Set(decision.findings.map(({ connectionId }) => connectionId));
        const connections = [...viewConnections(inventory).connections.values()];
        for (const { id, type } of connections)
          if (type?.toLowerCase() === 'aws')
            expect([id, granted.has(id) !== named.has(id)]).toEqual([id, true]);

        const today = new Set(
          decision.accesses.map(({ connection, role }) => `${connection.id} ${role.arn}`),
        );
        const roles = one.roles.flatMap(({ arn }) => parseRoleArn(arn) ?? []);
        const pairs = connections.flatMap((connection) =>
          roles
            .filter((role) =>
              configuration.grants.some((grant) => coversRequest(grant, one.organization, connection, role)),
            )
            .map(({ arn }) => `${connection.id} ${arn}`),
        );
        expect(pairs.filter((pair) => !today.has(pair))).toEqual([]);
        expect([...today].filter((pair) => !pairs.includes(pair))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('writes the same bytes when it is run again on what it wrote', () => {
    fc.assert(
      fc.property(anyBrownfield, (one) => {
        const { inventory, observations } = observeBrownfield(one);
        const { text, configuration } = importWorld(one);
        const again = decideImport({ configuration, inventories: [inventory], observations });
        expect(again.accesses).toEqual([]);
        const { findings } = again;
        const empty = { accounts: [], assumeRoles: new Map<string, string>() };
        expect(addImport(text, { ...empty, grants: [], findings }).text).toBe(text);
      }),
      { numRuns: 8 },
    );
  });
});
