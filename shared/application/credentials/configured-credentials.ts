import type {
  EntraCredential,
  Organization,
  PatCredential,
} from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Credential, CredentialSource, Token, TokenSource } from '../../ports/credentials.ts';

export interface CredentialSourceParts {
  readonly pat: TokenSource<PatCredential>;
  readonly entra: TokenSource<EntraCredential>;
  readonly clock: Clock;
}

/** Asks the source of each organization's kind of credential, and remembers what it gave. */
export function createCredentialSource({ pat, entra, clock }: CredentialSourceParts): CredentialSource {
  const memory = createTokenMemory(clock);

  return {
    async getCredential({ credential }) {
      const { token, expiresAt } = await memory.recall(makeKey(credential), () =>
        credential.type === 'pat' ? pat.getToken(credential) : entra.getToken(credential),
      );
      return {
        type: credential.type === 'pat' ? 'pat' : 'bearer',
        token,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
    },
    refused: ({ credential }, refused) => {
      memory.forgetOnce(makeKey(credential), refused);
    },
  };
}

/** Organizations that name the same credential share it. */
function makeKey(credential: Organization['credential']): string {
  return JSON.stringify(Object.entries(credential).sort());
}

interface Held {
  readonly asked: Promise<Token>;
  /** Once it has come. */
  token?: Token;
  /** It came in place of one that was refused. */
  readonly isReplacement: boolean;
}

/** Those who ask together share one run of the source; a token is kept while it may be used. */
export function createTokenMemory(clock: Clock) {
  const all = new Map<string, Held>();
  const replacing = new Set<string>();

  const isUsable = ({ token }: Held) => token === undefined || clock.now() < token.usableUntil;

  /** A failure is not remembered. */
  async function rememberToken(key: string, held: Held): Promise<void> {
    try {
      held.token = await held.asked;
    } catch {
      if (all.get(key) === held) all.delete(key);
    }
  }

  function ask(key: string, source: () => Promise<Token>): Held {
    const held: Held = { asked: source(), isReplacement: replacing.delete(key) };
    all.set(key, held);
    void rememberToken(key, held);
    return held;
  }

  return {
    recall(key: string, source: () => Promise<Token>): Promise<Token> {
      const held = all.get(key);
      return (held && isUsable(held) ? held : ask(key, source)).asked;
    },
    forgetOnce(key: string, { token }: Pick<Credential, 'token'>): void {
      const held = all.get(key);
      if (held?.token?.token !== token || held.isReplacement) return;
      all.delete(key);
      replacing.add(key);
    },
  };
}
