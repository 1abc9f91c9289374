/** Why a change was not carried out, in the words that its result and its event carry. */
export class FailedChange extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FailedChange';
    this.code = code;
  }

  static from(error: unknown): FailedChange {
    if (error instanceof FailedChange) return error;
    if (!(error instanceof Error)) return new FailedChange('unexpected', String(error));
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';
    return new FailedChange(code, error.message, { cause: error });
  }
}
