import { inspect } from 'node:util';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import { ConfigError, TransientError } from '../../shared/domain/kernel/errors.ts';
import type { CredentialSource } from '../../shared/ports/credentials.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

/** A source of credentials, and what stands behind it. */
export interface CredentialsUnderTest {
  readonly credentials: CredentialSource;
  readonly clock: VirtualClock;
  readonly type: 'pat' | 'bearer';
  readonly organization: Organization;
  /** Its credential points at nothing. */
  readonly misconfigured: Organization;
  /** How long a credential is used without asking anew. */
  readonly usableMs: number;
  /** Requests that reached what stands behind. */
  requests(): number;
  /** What stands behind has another token from now on. */
  renew(): void;
  /** The next request finds nobody. */
  failNext(): void;
  close(): Promise<void>;
}

/** What every CredentialSource keeps, wherever its tokens come from. */
export function describeCredentials(name: string, open: () => Promise<CredentialsUnderTest>): void {
  describe(`${name} as a CredentialSource`, () => {
    let under: CredentialsUnderTest;

    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    const ask = () => under.credentials.getCredential(under.organization);
    const refuse = async () => {
      under.credentials.refused(under.organization, await ask());
    };

    it('gives the kind of credential that the organization is configured with', async () => {
      expect(await ask()).toMatchObject({ type: under.type, token: expect.stringMatching(/./) as string });
    });

    it('asks once while a credential may be used, and again after that', async () => {
      const first = await ask();
      const requests = under.requests();
      under.renew();
      under.clock.advance(under.usableMs - 1);
      expect(await ask()).toEqual(first);
      expect(under.requests()).toBe(requests);
      under.clock.advance(1);
      expect((await ask()).token).not.toBe(first.token);
      expect(under.requests()).toBe(2 * requests);
    });

    it('shares one request among those who ask together', async () => {
      const [first, ...others] = await Promise.all([ask(), ask(), ask()]);
      const requests = under.requests();
      for (const other of others) expect(other).toEqual(first);
      under.clock.advance(under.usableMs);
      await ask();
      expect(under.requests()).toBe(2 * requests);
    });

    it('asks anew after a refusal, and does not ask again when the next is refused too', async () => {
      const first = await ask();
      const requests = under.requests();
      under.renew();
      await refuse();
      const second = await ask();
      expect(second.token).not.toBe(first.token);
      under.renew();
      await refuse();
      expect(await ask()).toEqual(second);
      expect(under.requests()).toBe(2 * requests);
    });

    it('asks anew after a refusal again, once the next has come to its end in peace', async () => {
      await refuse();
      await ask();
      under.clock.advance(under.usableMs);
      const third = await ask();
      under.renew();
      await refuse();
      expect((await ask()).token).not.toBe(third.token);
    });

    it('keeps what it has when something older is refused', async () => {
      const old = await ask();
      under.clock.advance(under.usableMs);
      under.renew();
      const current = await ask();
      const requests = under.requests();
      under.credentials.refused(under.organization, old);
      expect(await ask()).toEqual(current);
      expect(under.requests()).toBe(requests);
    });

    it('forgets a failure at once, and tells all who asked together', async () => {
      under.failNext();
      const together = await Promise.allSettled([ask(), ask()]);
      for (const one of together)
        expect(one).toMatchObject({ status: 'rejected', reason: expect.any(TransientError) as Error });
      expect(await ask()).toMatchObject({ type: under.type });
    });

    it('gives no credential in place of one that is over', async () => {
      const { token } = await ask();
      under.clock.advance(under.usableMs);
      under.failNext();
      const error = await ask().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TransientError);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(token);
    });

    it('says what a person has to set right, and where', async () => {
      const error = await under.credentials
        .getCredential(under.misconfigured)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConfigError);
      const wanted = expect.stringMatching(/\w+/) as string;
      expect(error).toMatchObject({ problems: [{ where: wanted, what: wanted, fix: wanted }] });
    });
  });
}
