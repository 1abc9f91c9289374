/** Where the text of the configuration lies: federation.yaml with every file that it names written into it. */
export interface ConfigurationSource {
  /** Throws ConfigError when there is none, PermissionError, TransientError, UpstreamError. */
  read(): Promise<string>;
}
