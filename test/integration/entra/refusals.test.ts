import { inspect } from 'node:util';
import { DisableOutboundWebIdentityFederationCommand } from '@aws-sdk/client-iam';
import { decodeJwt } from 'jose';
import type { LoopbackOutcome } from '../../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import type { EntraCredential } from '../../../shared/domain/configuration/configuration.ts';
import {
  ConfigError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../../shared/domain/kernel/errors.ts';
import { AUDIENCE, closePlaces, openPlace } from '../../builders/entra-place.ts';
import type { Place } from '../../builders/entra-place.ts';

const NOBODY = '0a000000-0000-4000-8000-000000000009';
const SECRET = 'planted-token-that-nobody-may-see';

const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): LoopbackOutcome => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const refused = (code: number, error = 'invalid_client') =>
  answer(401, {
    error,
    error_description: `AADSTS${code}: ${SECRET}`,
    error_codes: [code],
    trace_id: NOBODY,
  });

describe('a token that is not to be had', () => {
  let place: Place;

  beforeAll(async () => {
    place = await openPlace();
  });
  afterAll(closePlaces);

  /** What a caller is told. */
  async function failure(change: Partial<EntraCredential> = {}, deadlineMs = 5_000): Promise<unknown> {
    const credential = { ...place.credential, ...change };
    const credentials = place.credentials({ deadlineMs });
    return credentials.getCredential({ ...place.organization, credential }).then(
      () => 'a token',
      (error: unknown) => error,
    );
  }

  describe('because something is not set up', () => {
    afterEach(() => {
      place.cloud.entra.federate(place.credential.clientId, [place.trusted]);
      place.cloud.entra.setEnabled(place.credential.clientId, true);
    });

    it('is had when all is set up', async () => {
      expect(await failure()).toBe('a token');
    });

    it.each([
      [
        'issuer',
        { issuer: 'https://0a000000-0000-4000-8000-000000000000.tokens.sts.global.api.aws' },
        700211,
      ],
      ['subject', { subject: 'arn:aws:iam::111122223333:role/another' }, 700213],
      ['subject in another case', { subject: 'arn:aws:iam::111122223333:role/Azfed-Discover' }, 700213],
      ['audience', { audience: 'api://another' }, 700212],
    ])('says what to enter where the federated credential has another %s', async (_what, change, code) => {
      const { issuer, subject } = place.trusted;
      const { clientId, tenantId } = place.credential;
      place.cloud.entra.federate(clientId, [{ ...place.trusted, ...change }]);
      const error = await failure();
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        problems: [
          {
            where: `Entra application ${clientId} in tenant ${tenantId}`,
            what: expect.stringContaining(`AADSTS${code}`) as string,
            fix: expect.stringContaining(
              `issuer ${issuer}, subject identifier ${subject} and audience ${AUDIENCE}`,
            ) as string,
          },
        ],
      });
    });

    it('says so of an application that is not there, is disabled, or of another tenant', async () => {
      expect(await failure({ clientId: NOBODY })).toMatchObject({
        problems: [{ what: expect.stringContaining('AADSTS700016') as string }],
      });
      expect(await failure({ tenantId: place.cloud.entra.addTenant() })).toMatchObject({
        problems: [{ what: expect.stringContaining('AADSTS700016') as string }],
      });
      place.cloud.entra.setEnabled(place.credential.clientId, false);
      expect(await failure()).toMatchObject({
        problems: [{ what: expect.stringContaining('AADSTS7000112') as string }],
      });
    });

    it('says so of a tenant that is not there', async () => {
      expect(await failure({ tenantId: NOBODY })).toMatchObject({
        problems: [
          { where: `Entra tenant ${NOBODY}`, what: expect.stringContaining('AADSTS90002') as string },
        ],
      });
    });

    it('says how to let the account give out proofs, and asks Entra nothing', async () => {
      const other = await openPlace();
      await other.hub.send(new DisableOutboundWebIdentityFederationCommand({}));
      const error = await other
        .credentials()
        .getCredential(other.organization)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        problems: [
          { fix: expect.stringContaining('aws iam enable-outbound-web-identity-federation') as string },
        ],
      });
      expect(other.asked()).toEqual({ sts: 1, entra: 0 });
    });

    it('names the right that the role has not, be it for this audience alone', async () => {
      const error = await failure({ audience: 'api://another' });
      expect(error).toBeInstanceOf(PermissionError);
      expect(error).toMatchObject({ action: 'sts:GetWebIdentityToken' });
    });
  });

  it.each([
    ['https://login.microsoftonline.com.evil.example', 'is none of'],
    ['http://login.microsoftonline.com', 'is none of'],
    ['https://login.microsoftonline.com/common', 'has more than a host'],
    ['https://user@login.microsoftonline.com', 'user name or password'],
  ])('is asked for at no such address: %s', async (authority, what) => {
    const before = place.asked();
    const error = await failure({ authority });
    expect(error).toMatchObject({ problems: [{ what: expect.stringContaining(what) as string }] });
    expect(place.asked()).toEqual(before);
  });

  const cases: readonly [string, LoopbackOutcome, abstract new (...all: never[]) => Error, string][] = [
    ['a refusal without a number that is known', refused(50034), UpstreamError, 'entra.refused'],
    ['no service principal', refused(7000229, 'unauthorized_client'), ConfigError, 'config'],
    ['a tenant without Azure DevOps', refused(500011, 'invalid_resource'), ConfigError, 'config'],
    ['the older word for no match', refused(70021), ConfigError, 'config'],
    ['keys of AWS that Entra could not read', refused(50166), TransientError, 'entra.unavailable'],
    ['a busy Entra', answer(429, {}, { 'retry-after': '7' }), TransientError, 'entra.unavailable'],
    ['a broken Entra', answer(503, `<html>${SECRET}`), TransientError, 'entra.unavailable'],
    ['a refusal that is no document', answer(400, SECRET), UpstreamError, 'entra.refused'],
    [
      'a redirect',
      answer(307, '', { location: 'http://127.0.0.1:9/elsewhere' }),
      UpstreamError,
      'entra.refused',
    ],
    ['a page', answer(200, `<html>${SECRET}`), UpstreamError, 'entra.token-unreadable'],
    ['half a document', answer(200, `{"access_token":"${SECRET}`), UpstreamError, 'entra.token-unreadable'],
    [
      'a token of another kind',
      answer(200, { token_type: 'mac', access_token: SECRET, expires_in: 3599 }),
      UpstreamError,
      'entra.token-unreadable',
    ],
    [
      'a token that breaks its line',
      answer(200, { token_type: 'Bearer', access_token: `${SECRET}\r\nx: y`, expires_in: 3599 }),
      UpstreamError,
      'entra.token-unreadable',
    ],
    [
      'a token without an end',
      answer(200, { token_type: 'Bearer', access_token: SECRET }),
      UpstreamError,
      'entra.token-unreadable',
    ],
    ['a connection that is closed', 'drop', TransientError, 'entra.unreachable'],
  ];
  it.each(cases)('is told apart by what came: %s', async (_what, outcome, kind, code) => {
    place.cloud.entra.failNext(outcome);
    const error = await failure();
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('passes on how long Entra wants to be spared, and the id that its support asks for', async () => {
    place.cloud.entra.failNext(answer(429, {}, { 'retry-after': '7' }), refused(50034));
    expect(await failure()).toMatchObject({ retryAfterMs: 7000 });
    expect(await failure()).toMatchObject({ message: expect.stringContaining(`trace ${NOBODY}`) as string });
  });

  it('waits no longer than it may, for Entra and for STS', async () => {
    place.cloud.entra.failNext('hang');
    expect(await failure({}, 300)).toMatchObject({ code: 'entra.timed-out' });
    place.cloud.aws.faults.next({ operation: 'GetWebIdentityToken' }, 'hang');
    expect(await failure({}, 300)).toMatchObject({ code: 'entra.timed-out' });
  });

  it('distinguishes trouble at STS that passes from what does not', async () => {
    place.cloud.aws.faults.next({ operation: 'GetWebIdentityToken' }, 'throttle');
    expect(await failure()).toBeInstanceOf(TransientError);
    place.cloud.aws.faults.next({ operation: 'GetWebIdentityToken' }, 'dropConnection');
    expect(await failure()).toBeInstanceOf(TransientError);
  });

  it('is not remembered as a failure', async () => {
    const credentials = place.credentials();
    place.cloud.entra.failNext(answer(503, {}));
    const ask = () => credentials.getCredential(place.organization);
    const together = await Promise.allSettled([ask(), ask()]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask()).toMatchObject({ type: 'bearer' });
  });

  it('keeps the proof out of the error, though somebody gives it back', async () => {
    let proof = '';
    const echo = await startLoopbackServer(({ text }) => {
      proof = new URLSearchParams(text).get('client_assertion') ?? '';
      return Promise.resolve(
        answer(400, { error: 'invalid_client', error_description: proof, error_codes: [], trace_id: proof }),
      );
    });
    const text = inspect(await failure({ authority: echo.url }), { depth: 9, showHidden: true });
    await echo.close();
    expect(decodeJwt(proof).sub).toBe(place.trusted.subject);
    expect(text).toContain('entra.refused');
    for (const part of proof.split('.')) expect(text).not.toContain(part);
  });
});
