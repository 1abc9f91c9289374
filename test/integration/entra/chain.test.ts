import { decodeJwt } from 'jose';
import { LEAST_RIGHT, closePlaces, openPlace, summarizeOutcome } from '../../builders/entra-place.ts';
import type { Place } from '../../builders/entra-place.ts';

const MINUTE_MS = 60_000;
const LIFETIME_MS = 3_599_000;
const MARGIN_MS = 5 * MINUTE_MS;

describe('an organization that is read without a stored secret', () => {
  let place: Place;
  let before: ReturnType<Place['asked']>;

  beforeAll(async () => {
    place = await openPlace();
  });
  beforeEach(() => {
    before = place.asked();
  });
  afterAll(closePlaces);

  /** Requests for tokens in this test, at STS and at Entra. */
  function asked() {
    const { sts, entra } = place.asked();
    return { sts: sts - before.sts, entra: entra - before.entra };
  }

  it('is read: AWS proves the role, Entra believes it, Azure DevOps lets its application in', async () => {
    const inventory = await place.observe();
    expect(summarizeOutcome(inventory)).toBe(3);
    expect(inventory).not.toHaveProperty('credentialExpiresAt');
    expect(asked()).toEqual({ sts: 1, entra: 1 });
  });

  it('sends a token of its own tenant, for Azure DevOps and for nobody else', async () => {
    const { type, token } = await place.credentials().getCredential(place.organization);
    expect(type).toBe('bearer');
    expect(decodeJwt(token)).toMatchObject({
      iss: `https://sts.windows.net/${place.credential.tenantId}/`,
      aud: '499b84ac-1321-427f-aa17-267ca6975798',
      oid: place.application.objectId,
    });
  });

  it('asks again five minutes before a token ends, and not earlier', async () => {
    const credentials = place.credentials();
    await place.observe(credentials);
    place.clock.advance(LIFETIME_MS - MARGIN_MS - 1);
    expect(summarizeOutcome(await place.observe(credentials))).toBe(3);
    expect(asked()).toEqual({ sts: 1, entra: 1 });
    place.clock.advance(1);
    expect(summarizeOutcome(await place.observe(credentials))).toBe(3);
    expect(asked()).toEqual({ sts: 2, entra: 2 });
  });

  it('shares a request among those who ask together, and a token among organizations', async () => {
    const credentials = place.credentials();
    const others = [1, 2, 3].map((number) => ({ ...place.organization, name: `organization-${number}` }));
    const tokens = await Promise.all(others.map((one) => credentials.getCredential(one)));
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    expect(asked()).toEqual({ sts: 1, entra: 1 });
  });

  it('keeps one token for each application and each audience', async () => {
    const credentials = place.credentials();
    const { clientId } = place.cloud.entra.register(place.credential.tenantId);
    place.cloud.entra.federate(clientId, [place.trusted]);
    const other = { ...place.organization, credential: { ...place.credential, clientId } };
    const [mine, theirs] = await Promise.all([
      credentials.getCredential(place.organization),
      credentials.getCredential(other),
    ]);
    expect(decodeJwt(theirs.token)['appid']).toBe(clientId);
    expect(decodeJwt(mine.token)['appid']).toBe(place.credential.clientId);
  });

  it('gets another token when Azure DevOps does not take one, and goes on in the same look', async () => {
    const credentials = place.credentials();
    await place.observe(credentials);
    place.cloud.azureDevOps.faults.next({ operation: 'connectionData' }, '401');
    const inventory = await place.observe(credentials);
    expect(summarizeOutcome(inventory)).toBe(3);
    // Refused; again; the spelling of the organization; two pages of projects; three projects.
    expect(inventory.requests).toBe(1 + 1 + 1 + 2 + 3);
    expect(asked()).toEqual({ sts: 2, entra: 2 });
  });

  it('replaces a token once: an application that is not let in costs no request after another', async () => {
    const credentials = place.credentials();
    const { organizations } = place.cloud.azureDevOps;
    organizations.removeServicePrincipal('contoso', place.application.objectId);
    for (let looks = 0; looks < 3; looks += 1)
      expect(summarizeOutcome(await place.observe(credentials))).toBe('unauthorized');
    expect(asked()).toEqual({ sts: 2, entra: 2 });
    organizations.setServicePrincipal('contoso', { objectId: place.application.objectId });
    expect(summarizeOutcome(await place.observe(credentials))).toBe(3);
    expect(asked()).toEqual({ sts: 2, entra: 2 });
  });

  it('says which application of which organization was not let in, and what to do', async () => {
    place.cloud.azureDevOps.organizations.removeServicePrincipal('contoso', place.application.objectId);
    const { identity } = await place.observe();
    place.cloud.azureDevOps.organizations.setServicePrincipal('contoso', {
      objectId: place.application.objectId,
    });
    const { clientId, tenantId } = place.credential;
    expect(identity).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(
        new RegExp(`application ${clientId} of tenant ${tenantId} for contoso .*Add its service principal`),
      ) as string,
    });
  });

  it('notices in the middle of a look that its token is no longer taken, and has another for the next', async () => {
    const credentials = place.credentials();
    place.cloud.azureDevOps.faults.next({ operation: 'endpoints', project: 'Post' }, '401');
    expect(summarizeOutcome(await place.observe(credentials))).toBe(2);
    expect(summarizeOutcome(await place.observe(credentials))).toBe(3);
    expect(asked()).toEqual({ sts: 2, entra: 2 });
  });

  it('takes no token to where a redirect leads', async () => {
    for (const operation of ['connectionData', 'projects', 'endpoints'] as const) {
      place.cloud.azureDevOps.faults.next({ operation }, 'redirect-302');
      await place.observe();
    }
    expect(place.cloud.azureDevOps.elsewhere.received).toEqual([]);
  });

  it('is not read by a role that may not prove itself', async () => {
    await place.allow([]);
    const { identity } = await place.observe();
    await place.allow([LEAST_RIGHT]);
    expect(identity).toMatchObject({
      code: 'no-credential',
      message: expect.stringContaining('not authorized to perform: sts:GetWebIdentityToken') as string,
    });
    expect(asked().entra).toBe(0);
  });
});
