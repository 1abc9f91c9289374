import { randomUUID } from 'node:crypto';
import type { ResolveIssuer } from '../loopback/issuer-keys.ts';
import type { LoopbackAnswer, LoopbackOutcome, LoopbackRequest } from '../loopback/loopback-server.ts';
import { startLoopbackServer } from '../loopback/loopback-server.ts';
import { createSigningKeys } from '../loopback/signing-keys.ts';
import { issuerDocument, resolveTokenIssuer } from './issuer.ts';
import { RefusedError, errorAnswer, jsonAnswer } from './refusal.ts';
import type { ApplicationRecord, FederatedCredential, LocalEntraState } from './state.ts';
import { accessClaims, answerTokenRequest, type TokenEndpointParts } from './token-endpoint.ts';

export interface LocalEntraOptions {
  /** Epoch milliseconds. Default: the clock of this machine. */
  readonly now?: () => number;
  /** Where the discovery document of an issuer of assertions lies. */
  readonly resolveIssuer?: ResolveIssuer;
  /** Default: a free one. */
  readonly port?: number;
  /** What an earlier `snapshot` gave. */
  readonly state?: LocalEntraState;
}

export interface LocalEntra {
  /** The authority: tenants lie at `{url}/{tenantId}`. */
  readonly url: string;
  /** Makes the tenant, if there is none of this GUID. Returns its GUID. */
  addTenant(id?: string): string;
  /** Makes an application with its service principal. */
  register(tenantId: string, clientId?: string): ApplicationRecord;
  /** Gives it these federated credentials and no others. */
  federate(clientId: string, credentials: readonly FederatedCredential[]): void;
  setEnabled(clientId: string, isEnabled: boolean): void;
  /** A token as the endpoint gives it, with other claims, or signed by a key that the tenant does not publish. */
  mintToken(
    clientId: string,
    overrides?: Readonly<Record<string, unknown>>,
    signedBy?: 'issuer' | 'impostor',
  ): Promise<string>;
  /** Instead of what is true: one for each of the next token requests, in order. */
  failNext(...failures: readonly LoopbackOutcome[]): void;
  /** Token requests so far. */
  requests(): number;
  /** Where to look for the discovery document of a tenant that tokens name. */
  resolveIssuer(issuerUrl: string): string | undefined;
  snapshot(): LocalEntraState;
  /** After each change. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The part of Entra that gives tokens to applications. What it keeps to is written in README.md. */
export const entraRoutes: readonly string[] = [
  'POST /:tenant/oauth2/v2.0/token',
  'GET /:tenant/.well-known/openid-configuration',
  'GET /:tenant/discovery/keys',
];

export async function startLocalEntra(options: LocalEntraOptions = {}): Promise<LocalEntra> {
  const { now = Date.now, port = 0, resolveIssuer } = options;
  const directory = createDirectory(options.state);
  const keys = createSigningKeys();
  const parts: TokenEndpointParts = { state: directory.state, keys, now, resolveIssuer };
  const failures: LoopbackOutcome[] = [];
  let requests = 0;

  const server = await startLoopbackServer(async (request): Promise<LoopbackOutcome> => {
    const [tenantId = '', ...rest] = request.segments;
    const path = rest.join('/');
    if (request.method === 'POST' && path === 'oauth2/v2.0/token') {
      requests += 1;
      return failures.shift() ?? (await tokenAnswer(parts, tenantId, request));
    }
    const isRead = request.method === 'GET' && directory.state().tenants.includes(tenantId);
    const document = isRead ? await issuerDocument(keys, server.url, tenantId, path) : undefined;
    return document ? jsonAnswer(200, document) : jsonAnswer(404, {});
  }, port);

  return {
    url: server.url,
    ...directory,
    mintToken: (clientId, overrides = {}, signedBy = 'issuer') =>
      keys.sign({ ...accessClaims(directory.find(clientId), now()), ...overrides }, signedBy),
    failNext(...next) {
      failures.push(...next);
    },
    requests: () => requests,
    resolveIssuer: (issuerUrl) => resolveTokenIssuer(server.url, issuerUrl),
    snapshot: directory.state,
    close: () => server.close(),
  };
}

async function tokenAnswer(
  parts: TokenEndpointParts,
  tenantId: string,
  request: LoopbackRequest,
): Promise<LoopbackAnswer> {
  try {
    return jsonAnswer(200, await answerTokenRequest(parts, tenantId, request));
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return errorAnswer(error, parts.now());
  }
}

/** entra-docs, workload identity federation considerations. */
const MOST_CREDENTIALS = 20;

function createDirectory(start: LocalEntraState = { tenants: [], applications: [] }) {
  let state = start;
  const listeners = new Set<() => void>();
  const replace = (next: LocalEntraState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const find = (clientId: string): ApplicationRecord => {
    const found = state.applications.find((one) => one.clientId === clientId);
    if (!found) throw new Error(`No application has the client id ${clientId}.`);
    return found;
  };
  const change = (clientId: string, fields: Partial<ApplicationRecord>) => {
    const before = find(clientId);
    const applications = state.applications.map((one) => (one === before ? { ...one, ...fields } : one));
    replace({ ...state, applications });
  };
  return {
    state: () => state,
    find,
    addTenant(id: string = randomUUID()): string {
      if (!state.tenants.includes(id)) replace({ ...state, tenants: [...state.tenants, id] });
      return id;
    },
    register(tenantId: string, clientId: string = randomUUID()): ApplicationRecord {
      if (!state.tenants.includes(tenantId)) throw new Error(`There is no tenant ${tenantId}.`);
      const objectId = randomUUID();
      const application = { tenantId, clientId, objectId, isEnabled: true, federatedCredentials: [] };
      replace({ ...state, applications: [...state.applications, application] });
      return application;
    },
    federate(clientId: string, credentials: readonly FederatedCredential[]): void {
      if (credentials.length > MOST_CREDENTIALS)
        throw new Error(`An application has at most ${MOST_CREDENTIALS} federated credentials.`);
      change(clientId, { federatedCredentials: credentials });
    },
    setEnabled(clientId: string, isEnabled: boolean): void {
      change(clientId, { isEnabled });
    },
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
