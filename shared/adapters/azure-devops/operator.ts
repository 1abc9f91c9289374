import type { Organization } from '../../domain/configuration/configuration.ts';
import { PermissionError } from '../../domain/kernel/errors.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CredentialSource } from '../../ports/credentials.ts';
import { problemOfAddress, resolveServiceUrl } from './address.ts';
import { openClient, type WritingClient } from './client.ts';

interface ServiceClient extends Pick<WritingClient, 'send'> {
  /** With the token of the next page, where there is one. */
  readonly getPage: WritingClient['get'];
  readonly get: (path: string, query: Readonly<Record<string, string>>) => Promise<Reading<unknown>>;
}

/** Reads and writes in one organization, for a person who has asked for it. */
export interface OperatorClient extends ServiceClient {
  /** The same with the parts of the service that have hosts of their own. */
  readonly at: (service: 'vsaex' | 'vssps') => ServiceClient;
}

/** Signs in, does the work, and closes. Throws PermissionError for an address that gets no token, and as the credential's source does. */
export type Operator = <Result>(
  organization: Organization,
  work: (client: OperatorClient) => Promise<Result>,
) => Promise<Result>;

export interface OperatorOptions extends Pick<CredentialSource, 'getCredential'> {
  readonly clock: Clock;
  /** How long it may be held back or wait in vain, all in all. */
  readonly maxWaitMs?: number;
  readonly requestTimeoutMs?: number;
}

export function createOperator(options: OperatorOptions): Operator {
  const { getCredential, clock, maxWaitMs = 60_000, requestTimeoutMs = 30_000 } = options;
  return async (organization, work) => {
    const problem = problemOfAddress(organization.url);
    if (problem !== undefined)
      throw new PermissionError('refused-address', `No token is sent to ${organization.name}: ${problem}.`);
    const credential = await getCredential(organization);
    const clients: WritingClient[] = [];
    const open = (url: string): ServiceClient => {
      const to = { ...organization, url };
      const client = openClient({ organization: to, credential, clock, maxWaitMs, requestTimeoutMs });
      clients.push(client);
      return toServiceClient(client);
    };
    try {
      const at = (service: 'vsaex' | 'vssps') => open(resolveServiceUrl(organization, service));
      return await work({ ...open(organization.url), at });
    } finally {
      for (const client of clients) client.close();
    }
  };
}

const toServiceClient = (client: WritingClient): ServiceClient => ({
  getPage: (path, query) => client.get(path, query),
  get: async (path, query) => (await client.get(path, query)).body,
  send: (...request) => client.send(...request),
});
