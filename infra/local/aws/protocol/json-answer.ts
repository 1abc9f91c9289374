import { ServiceError } from './service-error.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly json: string;
}

/** The answer of a service that speaks AWS JSON 1.1. */
export function answerJson(work: () => object): JsonAnswer {
  try {
    return { status: 200, json: JSON.stringify(work()) };
  } catch (error) {
    return answerRefusal(error);
  }
}

/** What a service of AWS JSON 1.1 refuses; always with status 400. */
export class JsonError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'JsonError';
    this.type = type;
  }
}

/** Refusals that all services have, as this protocol spells them. */
const types: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
};

/** Throws what is no refusal. */
export function answerRefusal(error: unknown): JsonAnswer {
  if (error instanceof JsonError) return answer(error.type, error.message);
  if (error instanceof ServiceError) return answer(types[error.code] ?? error.code, error.message);
  throw error;
}

function answer(type: string, message: string): JsonAnswer {
  return { status: 400, json: JSON.stringify({ __type: type, message }) };
}
