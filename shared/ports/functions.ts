/** The functions of the service, as people start them. */
export interface FunctionInvoker {
  /**
   * Invokes the function and resolves to what it answers. Throws ConfigError where there is no such function or it fails,
   * PermissionError, TransientError (throttled, not reachable), UpstreamError.
   */
  invoke(name: string, event: object): Promise<unknown>;
  /** Resolves where the function is there and the caller may invoke it; nothing runs. Throws as `invoke` does. */
  rehearse(name: string): Promise<void>;
}
