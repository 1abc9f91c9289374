import type { LocalAccount, NewAccount, StaticCredentials, SpokeRole } from './state/accounts.ts';
import { HUB_ACCOUNT, addAccount, addHubRole, describeAccount, noteAttempt } from './state/accounts.ts';
import { assumeRoleOperations } from './sts/assume-role.ts';
import { accountOperations } from './iam/account-reads.ts';
import { createCallLog, type CallLog, type LocalAwsCall } from './protocol/call-log.ts';
import { answerQuery, operationKey, type Dispatch } from './requests/dispatch.ts';
import { createFaults, type Faults } from './protocol/faults.ts';
import { lastAccessedOperations, type LastAccessedSettings } from './iam/last-accessed.ts';
import { instanceProfileOperations } from './iam/instance-profiles.ts';
import {
  startLoopbackServer,
  type LoopbackOutcome,
  type LoopbackRequest,
} from '../loopback/loopback-server.ts';
import { awsHosts } from './protocol/hosts.ts';
import { playOrganization, type OrganizationPlay } from './state/organization.ts';
import {
  createOrganizationAnswer,
  organizationOperations,
  organizationsTarget,
} from './requests/organization-reads.ts';
import type { Operation } from './protocol/operation.ts';
import { outboundOperations } from './sts/outbound-identity.ts';
import { resolveOutboundIssuer } from './sts/outbound-issuer.ts';
import { createOutboundKeys, type OutboundKeys } from './sts/outbound-keys.ts';
import { policyOperations } from './iam/policies.ts';
import { providerOperations } from './iam/providers.ts';
import { rolePolicyOperations } from './iam/role-policies.ts';
import { roleTagOperations } from './iam/role-tags.ts';
import { roleOperations } from './iam/roles.ts';
import type { LocalAwsState } from './state/state.ts';
import { simulationOperations } from './iam/simulation.ts';
import { createTokenBuckets, type RateLimit } from './protocol/token-buckets.ts';
import type { Happening, TrailEvent, TrailSettings } from './cloudtrail/trail.ts';
import { isOnTrail, sessionEvents, trailEvent } from './cloudtrail/trail.ts';
import type { JsonAnswer } from './protocol/json-answer.ts';
import { createFunctionHost, type LocalFunctionRegistry } from './requests/functions.ts';
import { createMacAnswer, macTarget } from './requests/record-key.ts';
import { createAccessGuard, type AccessGuard } from './requests/access-guard.ts';
import { createTableGuard, type TableGuard } from './requests/table-guard.ts';
import { createTrailLookup, lookupTarget } from './requests/trail-lookup.ts';
import { webIdentityOperations } from './sts/web-identity.ts';
import { createWorld, captureState, type World } from './state/world.ts';
import { DAY_MS } from '../../../shared/domain/kernel/durations.ts';

export interface LocalAwsOptions {
  /** Epoch milliseconds. Default: the clock of the machine. */
  readonly now?: () => number;
  /** Where the discovery document of an issuer lies on loopback. Without it issuers are called by their own names. */
  readonly resolveIssuer?: (issuerUrl: string) => string;
  /** Most items of a page, however many were asked for. Default 1000. Below that, pages are uneven. */
  readonly pageSize?: number;
  /** Every page but the last has as many items as it may. Default false. */
  readonly fullPages?: boolean;
  /** How old what a read sees is; of all reads and of STS, or of each operation on its own. Default 0. */
  readonly visibilityDelayMs?: number | ((operation: string) => number);
  /** Real time that every answer takes. Default 0. */
  readonly latencyMs?: number;
  /** IAM calls of each account, by the injected clock. Default: no limit. */
  readonly rateLimit?: RateLimit;
  /** Of ids, orders and spellings. Default 1. */
  readonly seed?: number;
  /** What an earlier `snapshot` gave. */
  readonly state?: LocalAwsState;
  /** Default: a free one. */
  readonly port?: number;
  /** Whether a trust that names a provider which does not exist is refused; AWS does not document it. Default false. */
  readonly refusesTrustOfMissingProvider?: boolean;
  /** Whether a trust that says `"Principal": "*"` and no map is refused, as aws-cdk pull request 5746 reports. Default false. */
  readonly refusesPlainEverybody?: boolean;
  /** The Region of the endpoint of STS that tokens are sent to. Default: the home Region of the partition. */
  readonly stsRegion?: string;
  /** Whether LookupEvents finds a use of a role by a token under the ARN of the role. Default true. */
  readonly namesRolesOfTokens?: boolean;
  /** How reports of what a role has used come out. */
  readonly lastAccessed?: LastAccessedSettings;
  readonly onCall?: (call: LocalAwsCall) => void;
}

export interface LocalAws {
  /** Endpoint for the clients of IAM, STS, CloudTrail, KMS, Lambda and Organizations alike. */
  readonly url: string;
  addAccount(account: NewAccount): LocalAccount;
  readonly accounts: readonly LocalAccount[];
  /**
   * A pipeline with a session of the role calls a service, which IAM reports as last accessed, whether it was allowed or not.
   * This cloud plays few services, so that the caller says it. Throws for a role that is not there.
   */
  noteAttempt(roleArn: string, action: string): void;
  /** IAM Identity Center makes a role of a permission set in azfed's own account; no caller of IAM can, on its path. */
  addHubRole(role: SpokeRole): void;
  /** Keys of azfed's own account. */
  readonly hubCredentials: StaticCredentials;
  /** Everything that it answers, as `iam:CreateRole`; each has a source in infra/local/sources. */
  readonly operations: readonly string[];
  readonly calls: readonly LocalAwsCall[];
  counts(): Readonly<Record<string, number>>;
  resetCounts(): void;
  readonly faults: Faults;
  /** AWS Organizations, with the accounts of this cloud in it. */
  readonly organization: OrganizationPlay;
  /** Successful writes and web identities, oldest first, as CloudTrail tells them. */
  readonly events: readonly TrailEvent[];
  snapshot(): LocalAwsState;
  /** Called after every call that may have changed the state. Returns how to stop that. */
  onChange(callback: () => void): () => void;
  /** What the callers of this cloud may do in services beside it. */
  readonly accessGuard: AccessGuard;
  /** Functions that Lambda's Invoke finds. */
  readonly functions: LocalFunctionRegistry;
  /** What the sessions of this cloud may do to tables. */
  readonly guardTable: TableGuard;
  /** The loopback URL of an account's own issuer of outbound tokens. */
  resolveOutboundIssuer(issuerUrl: string): string | undefined;
  close(): Promise<void>;
}

const FURTHER_OPERATIONS = [
  'cloudtrail:LookupEvents',
  'kms:GenerateMac',
  'lambda:Invoke',
  ...organizationOperations.map((name) => `organizations:${name}`),
];

type AccountsPlay = Pick<LocalAws, 'addAccount' | 'noteAttempt' | 'addHubRole'>;

function playAccounts(world: World, onChanged: () => void, now: () => number): AccountsPlay {
  return {
    addAccount(account) {
      const added = addAccount(world, account, now());
      onChanged();
      return added;
    },
    noteAttempt(roleArn, action) {
      noteAttempt(world, roleArn, action, now());
      onChanged();
    },
    addHubRole(role) {
      addHubRole(world, role, now());
      onChanged();
    },
  };
}

/** IAM and STS of many accounts on loopback, in memory. What it keeps to is written in README.md. */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { now = Date.now, seed = 1, visibilityDelayMs = 0, latencyMs = 0 } = options;
  const world = createWorld({ seed, state: options.state, historyMs: visibilityDelayMs === 0 ? 0 : DAY_MS });
  addAccount(world, { id: HUB_ACCOUNT }, now());
  const [keys, faults, log] = [createOutboundKeys(), createFaults(), createCallLog(options.onCall)];
  const record = createRecord(world, options);
  const cloud = {
    world,
    settings: applyDefaults(options),
    operations: operationsByKey(keys, options.lastAccessed),
    faults,
    log,
    now,
    getDelay: typeof visibilityDelayMs === 'number' ? () => visibilityDelayMs : visibilityDelayMs,
    takeToken: createTokenBuckets(options.rateLimit),
    onDone: record.add,
  };
  const organization = playOrganization(world, record.changed);
  const functions = createFunctionHost(cloud);
  const answerPost = createAnswers(cloud, record.history, organization);
  const server = await startLoopbackServer(
    async (request): Promise<LoopbackOutcome> => {
      if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
      if (request.method === 'GET') return outboundAnswer(keys, world, server.url, request);
      return (await functions.answer(request)) ?? answerPost(request);
    },
    options.port,
    now,
    awsHosts,
  );

  return {
    url: server.url,
    ...playAccounts(world, record.changed, now),
    get accounts() {
      return [...world.accounts.values()].map((account) => describeAccount(account));
    },
    hubCredentials: addAccount(world, { id: HUB_ACCOUNT }, now()).credentials,
    operations: [...cloud.operations.keys(), ...FURTHER_OPERATIONS],
    ...showCalls(log),
    faults,
    organization,
    events: record.events,
    snapshot: () => captureState(world),
    onChange: (callback) => record.onChange(callback),
    ...createGuards(cloud),
    functions: functions.registry,
    resolveOutboundIssuer: (issuerUrl) => resolveOutboundIssuer(server.url, issuerUrl),
    close: () => server.close(),
  };
}

const createGuards = (cloud: Dispatch): Pick<LocalAws, 'accessGuard' | 'guardTable'> => ({
  accessGuard: createAccessGuard(cloud),
  guardTable: createTableGuard(cloud),
});

const showCalls = (log: CallLog): Pick<LocalAws, 'calls' | 'counts' | 'resetCounts'> => ({
  calls: log.calls,
  counts: () => log.counts(),
  resetCounts: () => {
    log.resetCounts();
  },
});

/** Services that speak AWS JSON 1.1 name the operation in a header; the others speak AWS query. */
function createAnswers(cloud: Dispatch, history: readonly TrailEvent[], organization: OrganizationPlay) {
  const services = [
    [lookupTarget, createTrailLookup(cloud, history)],
    [macTarget, createMacAnswer(cloud)],
    [organizationsTarget, createOrganizationAnswer(cloud, organization)],
  ] as const;
  return async ({ headers, text: body }: LoopbackRequest): Promise<LoopbackOutcome> => {
    const [, answerJson] = services.find(([target]) => target.test(String(headers['x-amz-target']))) ?? [];
    if (answerJson) return jsonAnswer(answerJson({ headers, body }));
    const answer = await answerQuery(cloud, { headers, body });
    if (typeof answer === 'string') return answer;
    return { status: answer.status, headers: { 'content-type': 'text/xml' }, text: answer.xml };
  };
}

function jsonAnswer({ status, json }: JsonAnswer): LoopbackOutcome {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, text: json };
}

function applyDefaults(options: LocalAwsOptions) {
  return {
    pageSize: options.pageSize ?? 1000,
    fullPages: options.fullPages ?? false,
    resolveIssuer: options.resolveIssuer,
    refusesTrustOfMissingProvider: options.refusesTrustOfMissingProvider ?? false,
    refusesPlainEverybody: options.refusesPlainEverybody ?? false,
  };
}

function operationsByKey(
  keys: OutboundKeys,
  lastAccessed: LastAccessedSettings = {},
): ReadonlyMap<string, Operation> {
  const operations = [
    ...roleOperations,
    ...rolePolicyOperations,
    ...roleTagOperations,
    ...policyOperations,
    ...providerOperations,
    ...accountOperations,
    ...simulationOperations,
    ...lastAccessedOperations(lastAccessed),
    ...instanceProfileOperations,
    ...assumeRoleOperations,
    ...webIdentityOperations,
    ...outboundOperations(keys),
  ];
  return new Map(operations.map((operation) => [operationKey(operation.service, operation.name), operation]));
}

/** The trail, the event history, and who wants to know of changes. */
function createRecord(world: World, { stsRegion, namesRolesOfTokens = true }: Partial<TrailSettings>) {
  const settings = { stsRegion, namesRolesOfTokens };
  const events: TrailEvent[] = [];
  const history: TrailEvent[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    events,
    history,
    changed,
    add: (happening: Happening) => {
      const event = isOnTrail(happening) ? [trailEvent(world, happening, settings)] : [];
      events.push(...event);
      history.push(...event, ...sessionEvents(world, happening));
      if (happening.error === undefined && happening.operation.effect !== 'read') changed();
    },
    onChange(callback: () => void) {
      listeners.add(callback);
      return () => {
        listeners.delete(callback);
      };
    },
  };
}

async function outboundAnswer(
  keys: OutboundKeys,
  world: World,
  url: string,
  { path }: LoopbackRequest,
): Promise<LoopbackOutcome> {
  const document = await keys.document(world, url, path);
  const headers = { 'content-type': 'application/json' };
  return document === undefined
    ? { status: 404, headers, text: '{}' }
    : { status: 200, headers, text: JSON.stringify(document) };
}
