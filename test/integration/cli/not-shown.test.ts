import { sample } from '../../../infra/local/sample.ts';
import { required } from '../../builders/stage.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { parsePlan } from './documents.ts';

const ROLE = 'arn:aws:iam::123456789012:role/azure-devops/shop/legacy';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azdo = () => place.cloud.azureDevOps;
const id = (name: string) => findConnectionId(place.cloud, 'Shop', name);

describe('connections that are listed and not shown', () => {
  it('keep their roles; plan names them and the right that is missing, and ends with 3', async () => {
    expect((await place.azfed(['apply', '--local', '--yes'])).code).toBe(0);
    const written = listSpokeWrites(place.cloud).length;
    azdo().connections.show(sample.organization, id('aws-prod'), { authorization: 'absent', type: 'absent' });
    const { code, stdout } = await place.azfed(['plan', '--local', '--json']);
    expect(code).toBe(3);
    const { changes, findings } = parsePlan(stdout);
    expect(changes).toEqual([]);
    const found = findings.find(({ code: about }) => about === 'connection.not-shown');
    expect(found).toMatchObject({ connectionId: id('aws-prod') });
    const applied = await place.azfed(['apply', '--local', '--yes']);
    expect(applied.code).toBe(3);
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);
    const doctor = await place.azfed(['doctor', '--local']);
    expect(doctor.stdout).toMatch(/listed, but not shown: Shop \/ aws-prod/);
    const other = await place.azfed(['verify', 'Shop/aws-staging', '--local']);
    expect(other.code).toBe(0);
  });
});

describe('azfed migrate keys', () => {
  const migrate = () =>
    place.azfed(['migrate', 'keys', 'Shop/aws-legacy', '--role', ROLE, '--yes', '--local']);
  const stored = () =>
    required(
      azdo()
        .snapshot()
        .organizations[0]?.connections.find((one) => one.id === id('aws-legacy')),
      'connection',
    );

  it.each(['absent', 'null', 'empty'] as const)(
    'writes the references that were seen where the document has none: %s',
    async (as) => {
      const before = stored();
      azdo().connections.show(sample.organization, before.id, { serviceEndpointProjectReferences: as });
      const { code, stdout, stderr } = await migrate();
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      expect(stdout).toContain('uses OIDC now');
      expect(stored()).toMatchObject({
        references: before.references,
        parameters: { useOIDC: 'true', assumeRoleArn: ROLE, username: '' },
      });
    },
  );

  it('refuses what it is not shown, and says which right is missing', async () => {
    const before = stored();
    azdo().connections.show(sample.organization, before.id, { authorization: 'null' });
    const { code, stderr } = await migrate();
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/does not show|not shown/);
    expect(stored().parameters).toEqual(before.parameters);
  });
});
