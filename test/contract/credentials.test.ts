import type { LocalSecrets } from '../../infra/local/secrets/local-secrets.ts';
import { startLocalSecrets } from '../../infra/local/secrets/local-secrets.ts';
import { createPatSource } from '../../shared/adapters/secrets/pat-source.ts';
import { createCredentialSource } from '../../shared/application/credentials/configured-credentials.ts';
import type { TokenSource } from '../../shared/ports/credentials.ts';
import { contoso } from '../builders/configuration.ts';
import type { Place } from '../builders/entra-place.ts';
import { closePlaces, openPlace } from '../builders/entra-place.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { CredentialsUnderTest } from './credentials.contract.ts';
import { describeCredentials } from './credentials.contract.ts';

const MINUTE_MS = 60_000;
const unused: TokenSource<unknown> = { getToken: () => Promise.reject(new Error('It was not to be asked.')) };

let secrets: LocalSecrets;
let place: Place;

beforeAll(async () => {
  [secrets, place] = await Promise.all([startLocalSecrets(), openPlace()]);
});
afterAll(() => Promise.all([secrets.close(), closePlaces()]));

let tokens = 0;

function openPats(): Promise<CredentialsUnderTest> {
  const clock = createVirtualClock();
  const renew = () => secrets.put('azure-devops-pat', `token-${(tokens += 1)}`);
  const secret = renew();
  const clientOptions = {
    endpoint: secrets.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const pat = createPatSource({ clock, clientOptions, fromEnvironment: () => '' });
  const before = secrets.requests();
  return Promise.resolve({
    credentials: createCredentialSource({ clock, pat, entra: unused }),
    clock,
    type: 'pat',
    organization: { ...contoso, credential: { type: 'pat', secret } },
    misconfigured: { ...contoso, credential: { type: 'pat', secret: `${secret}-not-there` } },
    usableMs: 5 * MINUTE_MS,
    requests: () => secrets.requests() - before,
    renew,
    failNext: () => {
      secrets.failNext('drop');
    },
    close: () => Promise.resolve(),
  });
}

function openEntra(): Promise<CredentialsUnderTest> {
  const { organization, credential, cloud, clock } = place;
  const before = place.asked();
  return Promise.resolve({
    credentials: place.credentials(),
    clock,
    type: 'bearer',
    organization,
    misconfigured: { ...organization, credential: { ...credential, tenantId: organization.id } },
    usableMs: 3_599_000 - 5 * MINUTE_MS,
    requests: () => place.asked().sts - before.sts + place.asked().entra - before.entra,
    // Every answer holds a token of its own.
    renew: () => undefined,
    failNext: () => {
      cloud.entra.failNext('drop');
    },
    close: () => Promise.resolve(),
  });
}

describeCredentials('A secret with a personal access token', openPats);
describeCredentials('An application in Entra', openEntra);
