import * as z from 'zod';

import type { ConnectionChange } from './connection-store.ts';
import type { ConnectionInput } from './connections.ts';
import type { ConnectionRecord, StaleKeys } from '../state/state.ts';

const Reference = z.object({
  projectReference: z.object({ id: z.string().optional(), name: z.string().optional() }),
  name: z.string().optional(),
  description: z.string().nullish(),
});
export type Reference = z.infer<typeof Reference>;
export const References = z.array(Reference);

/** vsts-rest-api-specs, serviceEndpoint, ServiceEndpoint: what a create or an update may hold. The rest is ignored. */
export const EndpointBody = z.object({
  name: z.string().optional(),
  type: z.string().optional(),
  url: z.string().optional(),
  description: z.string().nullish(),
  owner: z.string().optional(),
  isDisabled: z.boolean().optional(),
  authorization: z
    .object({
      scheme: z.string().optional(),
      parameters: z.record(z.string(), z.string().nullable()).nullish(),
    })
    .default({}),
  serviceEndpointProjectReferences: References.nullish(),
});
export type EndpointBody = z.infer<typeof EndpointBody>;

/** A new one has a type and a name; which members of the rest are required is documented nowhere. */
export const NewEndpoint = EndpointBody.required({ name: true, type: true });

export function readProjectKey({ projectReference: { id, name } }: Reference): string {
  return id ?? name ?? '';
}

export function toInput(body: EndpointBody, owner: Reference): ConnectionInput {
  return {
    ...defined({ type: body.type, ...pickSettings(body) }),
    project: readProjectKey(owner),
    name: owner.name ?? body.name ?? '',
    description: owner.description ?? body.description ?? '',
    parameters: pickTexts(body.authorization.parameters ?? {}),
  };
}

const kept: Readonly<Record<StaleKeys, readonly string[]>> = {
  secrets: ['password', 'sessionToken'],
  all: ['username', 'password', 'sessionToken'],
};

/** Null keeps the stored text: it is how secrets were read. Parameters that are left out are removed. */
export function toChange(
  before: ConnectionRecord,
  body: EndpointBody,
  staleKeys: StaleKeys | undefined,
): ConnectionChange {
  const { parameters } = body.authorization;
  if (!parameters) return defined(pickSettings(body));
  const stale = staleKeys ? kept[staleKeys] : [];
  const stays = Object.entries(before.parameters).filter(
    ([key]) => parameters[key] === null || (parameters[key] === '' && stale.includes(key)),
  );
  return {
    ...defined(pickSettings(body)),
    parameters: { ...pickTexts(parameters), ...Object.fromEntries(stays) },
  };
}

function pickSettings({ url, owner, isDisabled, authorization }: EndpointBody) {
  return { url, owner, isDisabled, scheme: authorization.scheme };
}

function pickTexts(parameters: Readonly<Record<string, string | null>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(parameters)) if (value !== null) texts[key] = value;
  return texts;
}

type Defined<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}
