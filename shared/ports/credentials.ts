import type { Organization } from '../domain/configuration/configuration.ts';

/** A token as its source gives it. It stands in no message, log or error. */
export interface Token {
  readonly token: string;
  /** Epoch milliseconds until which it may be used again without asking its source. */
  readonly usableUntil: number;
  /** Epoch milliseconds. Only of a token that a person has to renew, and whose end is known. */
  readonly expiresAt?: number;
}

/** Gets a token anew each time that it is asked, by what the configuration says of it. */
export interface TokenSource<Setting> {
  /**
   * Throws ConfigError (a person has to set something right: says where and how), PermissionError (names the missing
   * right), TransientError (it may work later), UpstreamError (refused as it is).
   */
  getToken(setting: Setting): Promise<Token>;
}

/** What Azure DevOps is asked with. It goes to the address of its organization and nowhere else. */
export interface Credential {
  readonly type: 'pat' | 'bearer';
  readonly token: string;
  /** Epoch milliseconds. Absent where the end is not known, or where it is renewed without a person. */
  readonly expiresAt?: number;
  /** Where it was found, in a sentence for people; absent where the configuration says it. */
  readonly source?: string;
}

/** The credentials of the organizations. */
export interface CredentialSource {
  /** Remembers a credential while it may be used; those who ask together share one request. Throws as `TokenSource`. */
  getCredential(organization: Organization): Promise<Credential>;
  /**
   * Azure DevOps did not take it. It is forgotten, and the next asks its source; what comes in its place and is
   * refused as well is kept, so that a credential that is never taken is not asked for again and again.
   */
  refused(organization: Organization, credential: Credential): void;
}
