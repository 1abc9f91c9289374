/** A configuration as somebody published it, with its policy files written into it. It never changes. */
export interface PublishedVersion {
  /** 1, 2, 3, ...; the highest is meant. */
  readonly version: number;
  /** federation.yaml as JSON. */
  readonly text: string;
  /** Of the text, in hex. */
  readonly sha256: string;
  /** ARN of the caller. */
  readonly by: string;
  /** ISO time. */
  readonly at: string;
  /** The version whose text it repeats. */
  readonly rollbackOf?: number;
}

/** Which configuration a function works with. */
export interface ConfigurationOrigin extends Pick<PublishedVersion, 'version' | 'sha256'> {
  /** ARN of the publisher, and ISO time; left out of version 0, which was deployed with the stack. */
  readonly published?: Pick<PublishedVersion, 'by' | 'at'>;
  /** A newer version that cannot be used, so that the function goes on with an earlier one. */
  readonly refused?: { readonly version: number; readonly reason: string };
}
