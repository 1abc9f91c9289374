import type { Organization } from '../../domain/configuration/configuration.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { complete, type Reading } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Credential, CredentialSource } from '../../ports/credentials.ts';
import type { ProjectConnectionSource, ServiceConnectionSource } from '../../ports/service-connections.ts';
import { problemOfAddress } from './address.ts';
import { openClient } from './client.ts';
import { refusedAddress, withoutCredential } from './errors.ts';
import { locateOrganization } from './locate.ts';
import { projectSnapshot, wholeLook, type EndpointQuery } from './endpoint-views.ts';
import { followingRenames } from './audit-log.ts';

/** `getCredential` is asked once a look; once more where `refused` is there to be told that the first was not taken. */
export interface AzureDevOpsSourceOptions
  extends Pick<CredentialSource, 'getCredential'>, Partial<Pick<CredentialSource, 'refused'>> {
  readonly clock: Clock;
  /** Projects that are read at the same time. */
  readonly concurrency?: number;
  /** How long a look may be held back or wait in vain, all in all. */
  readonly maxWaitMs?: number;
  /** A request may be delayed by 30 s before it is answered (azure-devops-docs, rate-limits). */
  readonly requestTimeoutMs?: number;
}

/** What was seen with one credential. */
interface Attempt<Seen> {
  /** Absent where there was none to be had. */
  readonly credential?: Credential;
  readonly seen: Seen;
  readonly requests: number;
}

/**
 * A look costs one request for the identity, one for the name, one a page of projects, and one a project; at one project
 * alone, three in all. A credential that is not taken may be one that was remembered for too long: it is asked for anew, and the look
 * begun again, once.
 */
export function createAzureDevOpsSource(
  options: AzureDevOpsSourceOptions,
): ServiceConnectionSource & ProjectConnectionSource {
  const { refused, clock, concurrency = 6, maxWaitMs = 120_000, requestTimeoutMs = 60_000 } = options;

  /** `before`: what was not taken. The same again needs no asking. */
  async function attempt<Seen>(
    organization: Organization,
    snapshot: EndpointQuery<Seen>,
    until: number | undefined,
    before?: Attempt<Seen>,
  ): Promise<Attempt<Seen>> {
    const reading = await readCredential(organization, options);
    if (reading.state === 'unknown') return { seen: snapshot.unread(reading), requests: 0 };
    const { value: credential } = reading;
    if (before?.credential?.token === credential.token) return before;
    const client = openClient({ organization, credential, clock, maxWaitMs, requestTimeoutMs, until });
    try {
      const seen = await snapshot.ask(client);
      // In any part: a token may end in the middle of a look.
      if (snapshot.readings(seen).some(isRefused)) refused?.(organization, credential);
      return { credential, seen, requests: client.requests() + (before?.requests ?? 0) };
    } finally {
      client.close();
    }
  }

  async function observeConnection<Seen extends Pick<OrganizationInventory, 'identity'>>(
    organization: Organization,
    snapshot: EndpointQuery<Seen>,
    until: number | undefined,
  ) {
    const first = await attempt(organization, snapshot, until);
    const isWorthAnother = refused && first.credential && isRefused(first.seen.identity);
    const { credential, seen, requests } = isWorthAnother
      ? await attempt(organization, snapshot, until, first)
      : first;
    const expiresAt = credential?.expiresAt;
    return {
      organizationId: organization.id,
      organizationName: organization.name,
      ...seen,
      requests,
      ...(expiresAt === undefined ? {} : { credentialExpiresAt: expiresAt }),
    };
  }

  const locate = (organization: Organization) =>
    locateOrganization(organization, { clock, requestTimeoutMs });
  return {
    readInventory: (organization, from, until) =>
      followingRenames((one) => observeConnection(one, wholeLook(one, concurrency, from), until), locate, {
        isNamed: true,
      })(organization),
    readProject: (organization, project, until) =>
      followingRenames((one) => observeConnection(one, projectSnapshot(one, project), until), locate, {
        isNamed: false,
      })(organization),
  };
}

function isRefused(reading: Reading<unknown>): boolean {
  return reading.state === 'unknown' && ['unauthorized', 'sign-in-page'].includes(reading.code);
}

async function readCredential(
  organization: Organization,
  { getCredential }: Pick<CredentialSource, 'getCredential'>,
): Promise<Reading<Credential>> {
  const problem = problemOfAddress(organization.url);
  if (problem !== undefined) return refusedAddress(problem);
  try {
    return complete(await getCredential(organization));
  } catch (error) {
    return withoutCredential(error);
  }
}
