import { ZodError } from 'zod';

import { RefusedError, errorDocument } from '../state/refusal.ts';
import type { ApiReply } from './route.ts';

/** What the caller did wrong becomes an answer; what we did wrong is thrown on and ends as a plain 500. */
export function errorReply(error: unknown): ApiReply {
  if (error instanceof RefusedError)
    return { status: error.status, body: errorDocument(error.typeKey, error.message) };
  if (error instanceof ZodError || error instanceof SyntaxError)
    return { status: 400, body: errorDocument('VssPropertyValidationException', error.message) };
  throw error;
}
