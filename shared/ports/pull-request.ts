/** The pull request that a pipeline is running for. */
export interface PullRequestComments {
  /**
   * Makes `text` the one comment that begins with `marker`: the comment that is there is updated. Throws ConfigError,
   * PermissionError (names the missing right), TransientError, UpstreamError.
   */
  upsert(marker: string, text: string): Promise<'created' | 'updated' | 'unchanged'>;
}
