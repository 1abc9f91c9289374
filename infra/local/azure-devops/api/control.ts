import * as z from 'zod';

import type { CallLog } from '../http/call-log.ts';
import { errorReply } from '../http/error-reply.ts';
import { faultNames } from '../http/fault-answers.ts';
import type { ConnectionPlay } from '../service-endpoints/connections.ts';
import type { Faults } from '../http/faults.ts';
import type { LoopbackRequest } from '../../loopback/loopback-server.ts';
import type { JobPlay } from '../pipelines/job-access.ts';
import type { PullRequestPlay } from '../pull-requests/pull-requests.ts';
import type { OrganizationPlay } from '../organizations/organizations.ts';
import { errorDocument } from '../state/refusal.ts';
import { operations, type ApiReply } from '../http/route.ts';
import type { World } from '../state/world.ts';

const Pat = z.strictObject({
  token: z.string().min(1),
  access: z.enum(['read', 'manage']).exactOptional(),
  projects: z.array(z.string()).exactOptional(),
  connections: z.array(z.string()).exactOptional(),
  authorizations: z.array(z.string()).exactOptional(),
  seesHooks: z.boolean().exactOptional(),
  seesAudit: z.boolean().exactOptional(),
});
const ServicePrincipal = Pat.omit({ token: true }).extend({ objectId: z.guid() });
const NewOrganization = z.strictObject({
  name: z.string(),
  id: z.guid().exactOptional(),
  tenantId: z.guid().exactOptional(),
  pats: z.array(Pat).exactOptional(),
});
const Address = z.strictObject({
  primary: z.enum(['new', 'legacy']).exactOptional(),
  hostCase: z.enum(['stored', 'lower']).exactOptional(),
  projectUrls: z.enum(['asked', 'primary']).exactOptional(),
});
const keptBack = z.enum(['absent', 'null', 'empty']);
const Readers = z.strictObject({
  members: keptBack.default('absent'),
  lists: z.enum(['kept-back', 'shown']).default('kept-back'),
});
const Shown = z.strictObject({
  connection: z.guid(),
  members: z.record(z.string(), z.union([keptBack, z.strictObject({ value: z.unknown() })])).exactOptional(),
});
const Job = z.union([
  z.strictObject({ project: z.string(), run: z.int() }),
  z.strictObject({ project: z.string(), connections: z.array(z.guid()) }),
]);
const FaultOrder = z.strictObject({
  match: z
    .strictObject({
      operation: z.enum(operations).exactOptional(),
      organization: z.string().exactOptional(),
      project: z.string().exactOptional(),
    })
    .default({}),
  fault: z.enum(faultNames),
  times: z.number().int().positive().default(1),
});

export interface ControlParts {
  readonly world: World;
  readonly organizations: OrganizationPlay;
  readonly connections: ConnectionPlay;
  readonly jobs: JobPlay;
  readonly pullRequests: PullRequestPlay;
  readonly faults: Faults;
  readonly log: CallLog;
}

type Command = (parts: ControlParts, body: unknown, name: string) => unknown;

/** What the real service has no public REST for. `*` is an organization's name. */
const commands: Readonly<Record<string, Command>> = {
  'GET state': ({ world }) => world.state(),
  'GET calls': ({ log }) => log.calls,
  'DELETE calls': ({ log }) => {
    log.reset();
  },
  'POST faults': ({ faults }, body) => {
    const { match, fault, times } = FaultOrder.parse(body);
    faults.next(match, fault, times);
  },
  'DELETE faults': ({ faults }) => {
    faults.clear();
  },
  'POST organizations': ({ organizations }, body) => organizations.create(NewOrganization.parse(body)),
  'PATCH organizations/*': ({ organizations }, body, name) =>
    organizations.rename(name, z.strictObject({ name: z.string() }).parse(body).name),
  'PUT organizations/*/address': ({ organizations }, body, name) =>
    organizations.setAddress(name, Address.parse(body)),
  'POST organizations/*/jobs': ({ jobs }, body, name) => {
    const job = Job.parse(body);
    return 'run' in job ? jobs.of(name, job.project, job.run) : jobs.start(name, job);
  },
  'POST organizations/*/swap-id': ({ organizations }, _body, name) => organizations.swapId(name),
  'PUT organizations/*/readers': ({ organizations }, body, name) =>
    organizations.keepFromReaders(name, Readers.parse(body)),
  'PUT organizations/*/project-names': ({ organizations }, body, name) =>
    organizations.takeProjectNames(
      name,
      z.strictObject({ rule: z.enum(['documented', 'any']) }).parse(body).rule,
    ),
  'PUT organizations/*/shown': ({ connections }, body, name) => {
    const { connection, members } = Shown.parse(body);
    return connections.show(name, connection, members);
  },
  'PUT organizations/*/contributors': ({ pullRequests }, body, name) => {
    const { project, may } = z.strictObject({ project: z.string(), may: z.boolean() }).parse(body);
    pullRequests.letBuildServiceContribute(name, project, may);
  },
  'PUT organizations/*/pats': ({ organizations }, body, name) => organizations.setPat(name, Pat.parse(body)),
  'DELETE organizations/*/pats': ({ organizations }, body, name) =>
    organizations.revokePat(name, z.strictObject({ token: z.string() }).parse(body).token),
  'PUT organizations/*/service-principals': ({ organizations }, body, name) =>
    organizations.setServicePrincipal(name, ServicePrincipal.parse(body)),
  'DELETE organizations/*/service-principals': ({ organizations }, body, name) =>
    organizations.removeServicePrincipal(name, z.strictObject({ objectId: z.guid() }).parse(body).objectId),
};

/** `undefined` when the path is not under `/_local`. */
export function controlReply(parts: ControlParts, request: LoopbackRequest): ApiReply | undefined {
  const [prefix, noun = '', name, verb] = request.segments;
  if (prefix !== '_local') return undefined;
  const key = [noun, ...(name === undefined ? [] : ['*']), ...(verb === undefined ? [] : [verb])].join('/');
  const command = commands[`${request.method} ${key}`];
  if (!command)
    return { status: 404, body: errorDocument('VssResourceNotFoundException', `No command ${key}.`) };
  // Asking for this type keeps pages of other origins out: a browser sends it only after asking, and is not answered.
  if (request.method !== 'GET' && !(request.headers['content-type'] ?? '').startsWith('application/json'))
    return { status: 415, body: errorDocument('VssPropertyValidationException', 'Send application/json.') };
  return run(command, parts, request.text, name ?? '');
}

function run(command: Command, parts: ControlParts, text: string, name: string): ApiReply {
  try {
    const body = command(parts, text === '' ? {} : JSON.parse(text), name);
    return body === undefined ? { status: 204 } : { status: 200, body };
  } catch (error) {
    return errorReply(error);
  }
}
