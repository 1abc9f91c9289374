import * as z from 'zod';
import { eventCatalogue, type EventType } from '../../../domain/records/event-catalogue.ts';

/** In the data of every event. */
const always = {
  severity: z.enum(['low', 'medium', 'high']).describe('How much it matters.'),
  run: z
    .strictObject({ id: z.string(), trigger: z.enum(['schedule', 'person']) })
    .optional()
    .describe('The run that it happened in. Left out of what people decide between runs.'),
  links: z
    .strictObject({
      report: z.string().optional().describe('The connection in the report page.'),
      console: z.string().optional().describe('The role in the AWS console.'),
      azureDevOps: z.string().optional().describe('The connection in Azure DevOps.'),
      actor: z.string().optional().describe('The event of whoever did it, or the search for it.'),
    })
    .optional()
    .describe('Where people read more.'),
};

/** The CloudEvent of this type, as it is sent. Strict: a field that nobody has described is a mistake of ours. */
export function eventSchema(type: EventType) {
  return z
    .strictObject({
      specversion: z.literal('1.0'),
      id: z.string().describe('The same in every retry.'),
      source: z.string().describe('`//azfed/` and the organization or account.'),
      type: z.literal(type),
      time: z.iso.datetime().describe('When it happened.'),
      subject: z.string().describe('What it is about; the events of one subject come in order.'),
      datacontenttype: z.literal('application/json'),
      data: z.strictObject({ ...eventCatalogue[type].payload, ...always }),
    })
    .meta({ title: type, description: eventCatalogue[type].meaning });
}

/** JSON Schema, draft 2020-12. Open: a field may be added to an event of the same version. */
export function eventJsonSchema(type: EventType): z.core.JSONSchema.BaseSchema {
  const { $schema, ...schema } = z.toJSONSchema(eventSchema(type), {
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, $id: `urn:azfed:schema:event:${type}`, ...schema } as z.core.JSONSchema.BaseSchema;
}
