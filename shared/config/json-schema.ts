import * as z from 'zod';
import { configurationFile } from './schema.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema, draft 2020-12, of what a person writes: fields with a default are not required. */
export function configurationJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configurationFile, { target: 'draft-2020-12', io: 'input' });
  return { ...($schema === undefined ? {} : { $schema }), $id: 'urn:azfed:schema:federation:1', ...schema };
}
