import type { PublishedVersion } from '../domain/configuration/published-version.ts';

/** Where the text of the configuration lies: federation.yaml with every file that it names written into it. */
export interface ConfigurationSource {
  /** Throws ConfigError when there is none, PermissionError, TransientError, UpstreamError. */
  read(): Promise<string>;
}

/** The configurations that were published. All methods throw PermissionError, TransientError, UpstreamError. */
export interface ConfigurationVersions {
  /** The numbers above `after`, ascending. An empty list means that there are none. */
  list(after: number): Promise<readonly number[]>;
  /** Throws ConfigError where it is missing, or is not what was published. */
  read(version: number): Promise<PublishedVersion>;
  /** Writes a version that is not there yet. Throws ConflictError where somebody else has published this number. */
  publish(version: PublishedVersion): Promise<void>;
}
