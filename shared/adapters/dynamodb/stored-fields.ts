import * as z from 'zod';
import {
  parseAccountId,
  parseConnectionId,
  parseOrganizationId,
  parseProjectId,
  parseSubscriptionId,
  type AccountId,
  type ConnectionId,
  type OrganizationId,
  type ProjectId,
  type SubscriptionId,
} from '../../domain/kernel/ids.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';
import type { ConnectionReference } from '../../domain/azure-devops/service-connection.ts';

export function text<Text extends string>(expected: string, isValid: (value: string) => boolean) {
  return z.custom<Text>((value) => typeof value === 'string' && isValid(value), `expected ${expected}`);
}

/** Every field of the domain's type, optional ones too: a field that is added there does not compile here until it is stored. */
export type FieldSchemas<Domain> = Readonly<Record<keyof Domain, z.ZodType>>;

export const list = <Element extends z.ZodType>(element: Element) => z.array(element).readonly();

export const accountId = text<AccountId>('an account id', (value) => parseAccountId(value) === value);
export const organizationId = text<OrganizationId>(
  'an organization GUID in lower case',
  (value) => parseOrganizationId(value) === value,
);
export const connectionId = text<ConnectionId>(
  'a connection GUID in lower case',
  (value) => parseConnectionId(value) === value,
);
export const projectId = text<ProjectId>(
  'a project GUID in lower case',
  (value) => parseProjectId(value) === value,
);
export const subscriptionId = text<SubscriptionId>(
  'a subscription GUID in lower case',
  (value) => parseSubscriptionId(value) === value,
);

export const connectionReference = z.strictObject({
  projectId,
  projectName: z.string(),
  name: z.string(),
} satisfies FieldSchemas<ConnectionReference>);

export const isoTime = z.iso.datetime();

/** Lies in the table as ISO text. What is not a time makes its item one that cannot be read: NaN would decide something silently. */
export const instant = z.codec(isoTime, z.number(), { decode: Date.parse, encode: formatInstant });

export function decodeJson(json: string, context: z.core.ParsePayload<string>): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return value as Record<string, unknown>;
  } catch {
    context.issues.push({ code: 'custom', message: 'expected JSON text', input: json });
    return z.NEVER;
  }
}
