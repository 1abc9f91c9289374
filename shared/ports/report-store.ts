/** Where people find the latest report. It is private: it names roles, trust policies and people. */
export interface ReportStore {
  /** In place of the last one. Throws ConfigError, PermissionError, TransientError, UpstreamError; then half of it may be new. */
  put(report: { readonly page: string; readonly document: string }): Promise<void>;
}
