/** What the next request meets: an error of the service, an entry that fails alone, no answer ever, or a closed connection. */
export type TargetFailure =
  | { readonly code: string; readonly status: number; readonly message?: string }
  | { readonly entry: string }
  | 'hang'
  | 'drop';
