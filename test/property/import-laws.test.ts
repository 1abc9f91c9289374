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
import type { ImportDecision } from '../../shared/domain/import/decide-import.ts';
import { groupGrants } from '../../shared/domain/import/group-grants.ts';
import type { ImportedGrant } from '../../shared/domain/import/group-grants.ts';
import { canonicalJson } from '../../shared/domain/kernel/digest.ts';
import { splitRoleArn } from '../../shared/domain/kernel/arn.ts';
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

type Grants = readonly ImportedGrant[];
const sound = (grants: Grants): Grants => grants;

function importWorld(
  world: BrownfieldWorld,
  text = beginning(world),
  permissions: Permissions = 'unmanaged',
  change: (grants: Grants, seen: ImportDecision) => Grants = sound,
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
  const taken = before.grants.map(({ name }) => name);
  const grants = change(groupGrants(decision, permissions, taken), decision);
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
  const resolved = resolveHeirs({ ...desired, ...(asks ? { asks } : {}) }, observations);
  return plan(resolved, observations, [], NOW);
}

/** What an adoption writes without changing what a role may do. */
const harmless = ['setTrust', 'tagRole', 'readBack', 'createProvider', 'addAudience'];

/** What an import would change, and whom it would let in that is not today, or take out that no comment names. */
function listViolations(one: BrownfieldWorld, imported: ReturnType<typeof importWorld>): readonly string[] {
  const { configuration, decision, inventory } = imported;
  const adoption = planWorld(imported, 'adopt').changes;
  const writes = adoption.flatMap((change) => [...change.narrowing, ...change.widening]);
  const asked = decision.accesses.filter(({ type }) => type === 'aws').map(({ role }) => role.arn);
  const adopted = new Set(adoption.flatMap((change) => (change.target === 'role' ? [change.roleArn] : [])));
  const connections = [...viewConnections(inventory).connections.values()];
  const today = new Set(decision.accesses.map(({ connection, role }) => `${connection.id} ${role.arn}`));
  const roles = one.roles.map(({ arn }) => splitRoleArn(arn));
  const pairs = new Set(
    connections.flatMap((connection) =>
      roles
        .filter((role) =>
          configuration.grants.some((grant) => coversRequest(grant, one.organization, connection, role)),
        )
        .map(({ arn }) => `${connection.id} ${arn}`),
    ),
  );
  const trusts = new Map(decision.accesses.map(({ role, trust }) => [role.arn, trust]));
  const unkept = writes.flatMap((step) => {
    if (step.action !== 'setTrust') return [];
    const before = trusts.get(step.role);
    const text = canonicalJson(step.trust);
    const kept = [...(before?.statements ?? []), ...(before?.denials ?? [])].map((each) =>
      canonicalJson(each),
    );
    return kept.filter((part) => !text.includes(part)).map((part) => `lost ${part}`);
  });
  // What a grant does not ask for may stay in IAM all the same, and is reported: an import says it.
  const differing = adoption
    .flatMap(({ differences }) => differences.map(({ path }) => path))
    .filter((path) => !/^(?:trust|tags\.azfed:)/.test(path) || /\.(?:aws|sts):\w+$/.test(path));
  return [
    ...differing,
    ...planWorld(imported).changes.map(({ id }) => `changed at once ${id}`),
    ...[...new Set(writes.map(({ action }) => action))].filter((action) => !harmless.includes(action)),
    ...asked.filter((arn) => !adopted.has(arn)).map((arn) => `not adopted ${arn}`),
    ...[...pairs].filter((pair) => !today.has(pair)).map((pair) => `new ${pair}`),
    ...[...today].filter((pair) => !pairs.has(pair)).map((pair) => `gone ${pair}`),
    ...unkept,
  ];
}

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
        const { decision, inventory } = imported;
        expect(listViolations(one, imported)).toEqual([]);
        const granted = new Set(decision.accesses.map(({ connection }) => connection.id));
        const named = new Set(decision.findings.map(({ connectionId }) => connectionId));
        const connections = [...viewConnections(inventory).connections.values()];
        for (const { id, type } of connections)
          if (type?.toLowerCase() === 'aws')
            expect([id, granted.has(id) !== named.has(id)]).toEqual([id, true]);
      }),
      { numRuns: 20 },
    );
  });

  const first = (grants: Grants, change: (grant: ImportedGrant) => ImportedGrant): Grants => {
    const at = grants.findIndex((grant) => change(grant) !== grant);
    return grants.map((grant, index) => (index === at ? change(grant) : grant));
  };
  const onRoles = (
    grants: Grants,
    change: (roles: ImportedGrant['roles']) => ImportedGrant['roles'],
  ): Grants =>
    first(grants, (grant) =>
      grant.pattern === undefined ? { ...grant, roles: change(grant.roles) } : grant,
    );
  const mutants: Readonly<Record<string, (grants: Grants, seen: ImportDecision) => Grants>> = {
    'a pattern for every name': (grants) =>
      first(grants, (grant) => (grant.roles.length === 1 ? { ...grant, pattern: '*' } : grant)),
    'a role given to one more connection': (grants, { candidates }) => {
      const granted = new Set(grants.flatMap(({ roles }) => roles.flatMap(({ connections }) => connections)));
      const other = candidates.find(({ connection }) => !granted.has(connection.id));
      if (!other) throw new Error('Every connection has a role.');
      const { organization, reference } = other;
      const place = { organization: organization.name, project: reference.projectName };
      return onRoles(grants, ([one, ...rest]) =>
        one ? [{ ...one, pairs: [{ ...place, connection: reference.name, type: 'aws' }] }, ...rest] : [],
      );
    },
    'a role left out': (grants) => onRoles(grants, ([, ...rest]) => rest),
    'a grant left out': (grants) => grants.slice(1),
    'no managed policies': (grants) =>
      first(grants, (grant) =>
        grant.managedPolicies.length > 0 ? { ...grant, managedPolicies: [] } : grant,
      ),
    'another managed policy': (grants) =>
      first(grants, (grant) =>
        grant.permissions === 'managed'
          ? {
              ...grant,
              managedPolicies: [...grant.managedPolicies, 'arn:{partition}:iam::aws:policy/ReadOnlyAccess'],
            }
          : grant,
      ),
    'another boundary': (grants) =>
      first(grants, (grant) =>
        grant.boundary === undefined ? grant : { ...grant, boundary: `${grant.boundary}-2` },
      ),
    'no boundary': (grants) =>
      first(grants, (grant) => {
        const { boundary, ...rest } = grant;
        return boundary === undefined ? grant : rest;
      }),
    'another session duration': (grants) =>
      first(grants, (grant) =>
        grant.permissions === 'managed'
          ? { ...grant, maxSessionDuration: grant.maxSessionDuration + 60 }
          : grant,
      ),
    'no statements of others': (grants) =>
      first(grants, (grant) =>
        grant.trust.statements.length > 0 ? { ...grant, trust: { ...grant.trust, statements: [] } } : grant,
      ),
    'no conditions': (grants) =>
      first(grants, (grant) =>
        Object.keys(grant.trust.conditions).length > 0
          ? { ...grant, trust: { ...grant.trust, conditions: {} } }
          : grant,
      ),
  };

  it.each(Object.entries(mutants))('is found wrong by its laws: %s', (_what, change) => {
    const whole = brownfield({ connections: 90, accounts: 5, seed: 3 });
    expect(listViolations(whole, importWorld(whole, beginning(whole), 'managed'))).toEqual([]);
    const wrong = importWorld(whole, beginning(whole), 'managed', change);
    expect(listViolations(whole, wrong)).not.toEqual([]);
  });

  it('has the line breaks of the file, whichever they are', () => {
    const text = beginning(world);
    const { text: added } = importWorld(world, text.replaceAll('\n', '\r\n'));
    expect(added).not.toMatch(/(?:^|[^\r])\n/);
    expect(added.replaceAll('\r\n', '\n')).toBe(importWorld(world, text).text);
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
