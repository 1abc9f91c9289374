interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** Lines of the stack, without the message. Of our own bugs alone: what the outside does has no place in our code. */
  readonly stack?: readonly string[];
  readonly cause?: ErrorFields;
}

const LONGEST_CHAIN = 4;
const FRAMES = 8;

/**
 * Errors of the domain are made to be shown. Of all others only the name and the place are told: their messages quote
 * what they choked on (`JSON.parse` the text, the SDK an answer), and that may be anything.
 */
export function describeError(error: unknown, depth = 1): ErrorFields {
  if (!(error instanceof Error))
    return { name: typeof error, message: 'Something else than an error was thrown.' };
  const cause =
    error.cause === undefined || depth === LONGEST_CHAIN
      ? {}
      : { cause: describeError(error.cause, depth + 1) };
  if ('source' in error && 'code' in error)
    return {
      name: error.name,
      message: error.message,
      code: String(error.code),
      ...stackOf(error, error.source === 'service'),
      ...cause,
    };
  return { name: error.name, message: '(not shown)', ...stackOf(error, true), ...cause };
}

function stackOf({ stack = '' }: Error, isWanted: boolean): Pick<ErrorFields, 'stack'> {
  if (!isWanted) return {};
  return {
    stack: stack
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at '))
      .slice(0, FRAMES),
  };
}
