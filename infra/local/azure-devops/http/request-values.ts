import type * as z from 'zod';
import { RefusedError } from '../state/refusal.ts';
import type { ApiRequest } from './route.ts';

/** What the body holds. Throws RefusedError, ZodError and SyntaxError, all of which are refusals over REST. */
export function parseBody<Schema extends z.ZodType>(
  { http: { method, headers, text } }: ApiRequest,
  schema: Schema,
  type = 'application/json',
): z.output<Schema> {
  const given = headers['content-type'] ?? '';
  // AZDOPS/AZDOPS issue 63, vsts-work-item-migrator pull request 76.
  if (given.split(';')[0] !== type)
    throw new RefusedError(
      415,
      'VssRequestContentTypeNotSupportedException',
      `The request indicated a Content-Type of "${given}" for method type "${method}" which is not supported. Valid content types for this method are: ${type}.`,
    );
  return schema.parse(JSON.parse(text));
}

/** @throws RefusedError 400 */
export function readWholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new RefusedError(
    400,
    'VssPropertyValidationException',
    `The value of ${name} is not a whole number.`,
  );
}
