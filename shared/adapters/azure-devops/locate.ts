import * as z from 'zod';
import type { Organization } from '../../domain/configuration/configuration.ts';
import { complete, type Reading } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseOrganizationAddress, type NamedOrganization } from './address.ts';
import { shaped } from './calls.ts';
import { openClient } from './client.ts';
import { unexpectedShape } from './errors.ts';
import { openTransport, type Answer, type TransportFailure } from './transport.ts';
import { isLoopbackUrl } from '../../domain/kernel/loopback.ts';

/** Where an organization is found by its GUID, and what it is called. */
export interface Located extends NamedOrganization {
  readonly url: string;
}

const SERVICE = 'https://dev.azure.com';
/** The area that names the organization itself (azure-devops-docs, work-with-urls). */
const CORE_AREA = '79134c72-4a58-4b42-976c-04e7115f32bf';
const path = `/_apis/resourceAreas/${CORE_AREA}`;

const AreaDocument = z.object({ locationUrl: z.string() });

const buildQuery = ({ id }: Organization) => ({ hostId: id, 'api-version': '5.0-preview.1' });

export interface LocateOptions {
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
}

/** It only confirms a name: a look does not wait for it longer than that. */
const MAX_WAIT_MS = 10_000;

/**
 * The name and address of the organization with the pinned GUID, as the service itself says. It asks for no credentials and
 * gets none. What the service answers is believed only as far as a name; the address is made of it.
 */
export async function locateOrganization(
  organization: Organization,
  { clock, requestTimeoutMs }: LocateOptions,
): Promise<{ readonly located: Reading<Located>; readonly requests: number }> {
  const root = getServiceRoot(organization.url);
  const asked = { ...organization, url: root };
  const client = openClient({ organization: asked, clock, maxWaitMs: MAX_WAIT_MS, requestTimeoutMs });
  try {
    const { body } = await client.get(path, buildQuery(organization));
    return { located: parseLocation(body, organization), requests: client.requests() };
  } finally {
    client.close();
  }
}

/** Where the pinned GUID is, as the service answers. It asks for no credentials and gets none. */
export async function askWhere(
  organization: Organization,
  requestTimeoutMs: number,
): Promise<Answer | TransportFailure> {
  const root = getServiceRoot(organization.url);
  const transport = openTransport({ url: root, requestTimeoutMs });
  try {
    const query = new URLSearchParams(buildQuery(organization));
    return await transport.send({ method: 'GET', url: `${root}${path}?${query.toString()}` });
  } finally {
    transport.close();
  }
}

/** Unknown for what is no address of an organization at the service that was asked. */
export function parseLocation(answer: Reading<unknown>, { url }: Organization): Reading<Located> {
  const area = shaped(AreaDocument, answer);
  if (area.state === 'unknown') return area;
  const { locationUrl } = area.value;
  const root = getServiceRoot(url);
  const named = parseOrganizationAddress(locationUrl);
  if (!named || !isOfService(locationUrl, root)) return unexpectedShape(['locationUrl']);
  return complete({ ...named, url: `${root}/${named.name}` });
}

/** The host that was asked, or one of the service's: the primary address may be of either form. */
const isOfService = (address: string, root: string) =>
  new URL(address).origin === root || !isLoopbackUrl(address);

const getServiceRoot = (url: string) => (isLoopbackUrl(url) ? new URL(url).origin : SERVICE);
