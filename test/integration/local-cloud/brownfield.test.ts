import { joinRoleArn } from '../../../shared/domain/kernel/arn.ts';
import { brownfield, observeBrownfield } from '../../builders/brownfield.ts';
import { BROWNFIELD_TOKEN, seedBrownfield } from '../../builders/brownfield-cloud.ts';
import { brownfieldShapes } from '../../builders/brownfield-shapes.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { createAzureDevOpsSource } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { connectAccounts } from '../../../functions/runtime/connect.ts';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import { samePolicy } from '../../../shared/domain/policy/canonical-policy.ts';
import { viewConnections } from '../../../shared/domain/azure-devops/inventory.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';

const world = brownfield({ connections: 90, accounts: 5, seed: 3 });

describe('the brownfield world', () => {
  it('has every shape of the table', () => {
    const shapes = new Set([...world.connections, ...world.roles].map(({ shape }) => shape));
    expect(brownfieldShapes.map(({ name }) => name).filter((name) => !shapes.has(name))).toEqual([]);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(brownfield({ connections: 90, accounts: 5, seed: 3 })).toEqual(world);
    expect(brownfield({ connections: 90, accounts: 5, seed: 4 })).not.toEqual(world);
  });

  it('is in the embedded cloud what it is as a value', async () => {
    const cloud = await startLocalCloud();
    try {
      const seeded = await seedBrownfield(cloud, world);
      seeded.close();
      const inCloud = (document: PolicyDocument): PolicyDocument =>
        JSON.parse(
          [...seeded.ids].reduce((text, [id, own]) => text.replaceAll(id, own), JSON.stringify(document)),
        ) as PolicyDocument;
      const reader = connectAccounts(systemClock, { aws: cloud.aws.url, hub: cloud.aws.hubCredentials });
      const { inventory, observations } = observeBrownfield(world);
      for (const expected of observations) {
        const account = {
          id: expected.account,
          partition: 'aws',
          assumeRole: joinRoleArn('aws', expected.account, '/azfed-spoke'),
        } as const;
        const { roles } = await reader.observe(account, { paths: ['/'], providers: [] });
        if (roles.state !== 'complete' || expected.roles.state !== 'complete') throw new Error('Not read.');
        const own = roles.value.inScope.filter(({ name }) => name !== 'azfed-spoke');
        expect(own.map(({ arn }) => arn).sort()).toEqual(
          expected.roles.value.inScope.map(({ arn }) => arn).sort(),
        );
        const unlike = expected.roles.value.inScope.filter(
          (role) => !samePolicy(inCloud(role.trust), own.find(({ arn }) => arn === role.arn)?.trust ?? {}),
        );
        expect(unlike.map(({ arn }) => arn)).toEqual([]);
      }
      reader.close();
      const source = createAzureDevOpsSource({
        clock: systemClock,
        getCredential: () => Promise.resolve({ type: 'pat', token: BROWNFIELD_TOKEN }),
      });
      const read = await source.readInventory({
        ...world.organization,
        url: `${cloud.azureDevOps.url}/${world.organization.name}`,
      });
      const shown = (one: typeof read) =>
        [...viewConnections(one).connections.values()]
          .map(({ type, oidc, requestedRoleArn, references }) =>
            JSON.stringify([
              type,
              type?.toLowerCase() === 'aws' ? [oidc, requestedRoleArn] : '',
              references.map((place) => `${place.projectName}/${place.name}`).sort(),
            ]),
          )
          .sort();
      expect(shown(read)).toEqual(shown(inventory));
    } finally {
      await cloud.close();
    }
  });
});
