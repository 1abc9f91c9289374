import * as z from 'zod';
import type { Organization } from '../../domain/configuration.ts';
import { isOrganizationName } from '../../domain/issuer.ts';
import { isLoopback } from './address.ts';
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
 * The address of the organization with the pinned GUID, as the service itself says. It asks for no credentials and gets
 * none; what it answers is believed only as far as an address of the same service, and has to be asked who it is.
 */
export async function locateOrganization(
  { id, url }: Organization,
  requestTimeoutMs: number,
): Promise<Located | undefined> {
  const root = isLoopback(url) ? new URL(url).origin : SERVICE;
  const transport = openTransport({ url: root, requestTimeoutMs });
  try {
    const query = new URLSearchParams({ hostId: id, 'api-version': '5.0-preview.1' });
    const answer = await transport.send({
      method: 'GET',
      url: `${root}/_apis/resourceAreas/${CORE_AREA}?${query.toString()}`,
    });
    return 'failure' in answer || answer.status !== 200 ? undefined : locatedIn(answer.text, root);
  } finally {
    transport.close();
  }
}

function locatedIn(text: string, root: string): Located | undefined {
  const area = AreaDocument.safeParse(parsed(text));
  if (!area.success || !URL.canParse(area.data.locationUrl)) return undefined;
  const { origin, pathname } = new URL(area.data.locationUrl);
  const name = pathname.replace(/^\/|\/$/g, '');
  return origin === root && isOrganizationName(name) ? { name, url: `${root}/${name}` } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
