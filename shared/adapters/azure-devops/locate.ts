import * as z from 'zod';
import type { Organization } from '../../domain/configuration.ts';
import { isOrganizationName } from '../../domain/issuer.ts';
import { isLoopback } from './address.ts';
import type { Answer, Failure } from './transport.ts';
import { openTransport } from './transport.ts';

/** Where an organization is found by its GUID, and what it is called. */
export interface Located {
  readonly name: string;
  readonly url: string;
}

const SERVICE = 'https://dev.azure.com';
/** The area that names the organization itself (azure-devops-docs, work-with-urls). */
const CORE_AREA = '79134c72-4a58-4b42-976c-04e7115f32bf';

const AreaDocument = z.object({ locationUrl: z.string() });

/**
 * The address of the organization with the pinned GUID, as the service itself says. What it answers is believed only as
 * far as an address of the same service, and has to be asked who it is.
 */
export async function locateOrganization(
  organization: Organization,
  requestTimeoutMs: number,
): Promise<Located | undefined> {
  const answer = await askWhere(organization, requestTimeoutMs);
  return 'failure' in answer || answer.status !== 200
    ? undefined
    : locatedIn(parsed(answer.text), organization);
}

/** Where the pinned GUID is, as the service answers. It asks for no credentials and gets none. */
export async function askWhere(
  { id, url }: Organization,
  requestTimeoutMs: number,
): Promise<Answer | Failure> {
  const root = rootOf(url);
  const transport = openTransport({ url: root, requestTimeoutMs });
  try {
    const query = new URLSearchParams({ hostId: id, 'api-version': '5.0-preview.1' });
    return await transport.send({
      method: 'GET',
      url: `${root}/_apis/resourceAreas/${CORE_AREA}?${query.toString()}`,
    });
  } finally {
    transport.close();
  }
}

/** `undefined` for what is no address of an organization at the service that was asked. */
export function locatedIn(answer: unknown, { url }: Organization): Located | undefined {
  const root = rootOf(url);
  const area = AreaDocument.safeParse(answer);
  if (!area.success || !URL.canParse(area.data.locationUrl)) return undefined;
  const { origin, pathname } = new URL(area.data.locationUrl);
  const name = pathname.replace(/^\/|\/$/g, '');
  return origin === root && isOrganizationName(name) ? { name, url: `${root}/${name}` } : undefined;
}

const rootOf = (url: string) => (isLoopback(url) ? new URL(url).origin : SERVICE);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
