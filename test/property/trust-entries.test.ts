import { withUnreadProject } from '../builders/inventory.ts';
import { anyBrownfield, brownfield, observeBrownfield } from '../builders/brownfield.ts';
import type { BrownfieldWorld } from '../builders/brownfield.ts';
import { fc } from '../builders/fast-check.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import { indexHolders } from '../../shared/domain/entries/holders.ts';
import { describeProviders, listEntries } from '../../shared/domain/entries/trust-entries.ts';
import { buildSubject } from '../../shared/domain/issuers/issuer.ts';

function joinWorld(world: BrownfieldWorld, change = (seen: OrganizationInventory) => seen) {
  const { inventory, observations } = observeBrownfield(world);
  const holders = indexHolders([change(inventory)]);
  const entries = observations.flatMap((observation) => {
    const facts = describeProviders(observation, []);
    const roles = observation.roles.state === 'complete' ? observation.roles.value.inScope : [];
    return roles.flatMap((role) => listEntries(role, facts, holders));
  });
  return { inventory, entries };
}

describe('the join of subjects and connections', () => {
  it('never says nobody of a subject that a connection has, nor names a connection for another exact subject', () => {
    fc.assert(
      fc.property(anyBrownfield, (world) => {
        const names = new Map(
          world.connections.flatMap(({ project, name, sharedWith = [] }) =>
            [project, ...sharedWith].map((place) => [
              buildSubject(world.organization.name, { projectName: place, name }),
              name,
            ]),
          ),
        );
        for (const { match, subject, holder, issuer } of joinWorld(world).entries) {
          if (issuer === 'entra' || match !== 'exact') continue;
          if (names.has(subject)) expect(['connection', 'never-works']).toContain(holder.state);
          else expect(holder.state).not.toBe('connection');
        }
      }),
      { numRuns: 40 },
    );
  });

  it('says nobody of nothing that may stand in a project that was not read', () => {
    fc.assert(
      fc.property(anyBrownfield, fc.nat(20), (world, place) => {
        const { projects } = world;
        const index = place % projects.length;
        const { entries, inventory } = joinWorld(world, (seen) => withUnreadProject(seen, index));
        const unread = inventory.projects.state === 'complete' ? inventory.projects.value[index]?.name : '';
        const inside = entries.filter(
          ({ subject, issuer }) => issuer === 'vstoken' && subject.split('/')[3] === unread,
        );
        expect(inside.filter(({ holder }) => holder.state === 'nobody')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  const world = brownfield({ connections: 90, accounts: 5, seed: 3 });

  it('finds every subject that nobody has', () => {
    const gone = joinWorld(world).entries.filter(({ holder }) => holder.state === 'nobody');
    const shapes = gone.map(({ roleArn }) => world.roles.find(({ arn }) => arn === roleArn)?.shape);
    expect([...new Set(shapes)].sort()).toEqual(['I22 connection that is gone', 'name of a pattern']);
  });

  it('knows every shape that never worked, and calls no other dead', () => {
    const dead = joinWorld(world).entries.filter(({ holder }) => holder.state === 'never-works');
    const shapes = dead.map(({ roleArn }) => world.roles.find(({ arn }) => arn === roleArn)?.shape);
    expect([...new Set(shapes)].sort()).toEqual([
      'I18 issuer by name',
      'I19 keys without GUID',
      'I20 URL and connection id',
      'I20 bare name',
      'I20 connection id',
      'I20 repository',
      'I20 wildcard under StringEquals',
      'I21 wrong audience',
      'I21 wrong audience of the provider',
      'I26 former issuer',
      'mistyped',
      'provider missing',
    ]);
  });
});
