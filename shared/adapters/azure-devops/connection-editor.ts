import * as z from 'zod';
import { canonicalJson, digest } from '../../domain/kernel/digest.ts';
import type { ConnectionId, ProjectId } from '../../domain/kernel/ids.ts';
import { complete, mapReading, unknown, type Reading } from '../../domain/kernel/result.ts';
import type {
  ConnectionSession,
  ConnectionEditor,
  CredentialOrder,
  EditableConnection,
} from '../../ports/service-connections.ts';
import type { ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import { readList, shaped } from './calls.ts';
import { notShown } from './errors.ts';
import { toServiceConnection } from './mapping.ts';
import { type Operator, type OperatorClient } from './operator.ts';
import { EndpointDocument } from './schema.ts';

const version = { 'api-version': '7.1' };

/** The whole document, members that azfed knows nothing of included: a PUT replaces all of it. */
const WholeDocument = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish().catch(null),
  authorization: z.looseObject({ parameters: z.record(z.string(), z.unknown()) }),
  serviceEndpointProjectReferences: z.array(z.unknown()).nullish(),
});
type WholeDocument = z.infer<typeof WholeDocument>;

/** What even somebody without ViewAuthorization is shown. */
const ListedDocument = z.looseObject({ id: z.string() });

/** Service connections over REST (vsts-rest-api-specs, serviceEndpoint, endpoints). */
export function createConnectionSession(operator: Operator): ConnectionSession {
  return (organization, work) => operator(organization, (client) => work(createEditor(client)));
}

const createEditor = (client: OperatorClient): ConnectionEditor => ({
  read: (project, id) => readConnection(client, project, id),
  async write(project, { connection: { id, references }, revision }, order) {
    const document = await readDocument(client, project, id);
    if (document.state === 'unknown') return document;
    if (computeRevision(document.value) !== revision)
      return unknown('moved', 'Somebody has changed it in the meantime, so nothing was sent.');
    const path = `/_apis/serviceendpoint/endpoints/${id}`;
    const whole = withReferences(document.value, references);
    const sent = await client.send('PUT', path, version, withOrder(whole, order));
    return mapReading(sent, () => undefined);
  },
});

async function readConnection(
  client: OperatorClient,
  project: ProjectId,
  id: ConnectionId,
): Promise<Reading<EditableConnection>> {
  const document = await readDocument(client, project, id);
  const endpoint = shaped(EndpointDocument, document);
  if (document.state === 'unknown') return document;
  if (endpoint.state === 'unknown') return endpoint;
  const manageable = await listDocuments(client, project, id, { actionFilter: 'manage' });
  if (manageable.state === 'unknown') return manageable;
  const keyId = endpoint.value.authorization?.parameters?.['username'];
  return complete({
    // Its own name for the project is told by the references alone; whoever has seen the project knows it better.
    connection: toServiceConnection(endpoint.value, { id: project, name: '' }),
    accessKeyEnding: typeof keyId === 'string' ? keyId.slice(-4) : '',
    isManageable: manageable.value.length === 1,
    revision: computeRevision(document.value),
  });
}

/** From the list: by its id alone, one that is missing and one that may not be read answer alike (specs issue 285). */
async function readDocument(
  client: OperatorClient,
  project: ProjectId,
  id: ConnectionId,
): Promise<Reading<WholeDocument>> {
  const list = await listDocuments(client, project, id, {});
  if (list.state === 'unknown') return list;
  const [only, another] = list.value;
  const isListed = only?.id.toLowerCase() === id && !another;
  if (!isListed) return unknown('not-found', 'It is not there, or the identity may not see it.');
  const whole = WholeDocument.safeParse(only);
  return whole.success ? complete(whole.data) : notShown(whole.error.issues[0]?.path ?? []);
}

async function listDocuments(
  { get }: OperatorClient,
  project: ProjectId,
  id: ConnectionId,
  filter: Readonly<Record<string, string>>,
): Promise<Reading<readonly z.infer<typeof ListedDocument>[]>> {
  const query = { endpointIds: id, includeFailed: 'true', ...filter, ...version };
  return readList(await get(`/${project}/_apis/serviceendpoint/endpoints`, query), ListedDocument);
}

const computeRevision = (document: WholeDocument) => digest(canonicalJson(document));

/**
 * A PUT without references speaks of one project alone, under its name for the connection. Where the document has none, those
 * go along that were seen: terraform-provider-azuredevops, too, writes the reference of its own project and no other.
 */
function withReferences(document: WholeDocument, seen: ServiceConnection['references']): WholeDocument {
  if ((document.serviceEndpointProjectReferences ?? []).length > 0) return document;
  const serviceEndpointProjectReferences = seen.map(({ projectId, projectName, name }) => ({
    projectReference: { id: projectId, ...(projectName === '' ? {} : { name: projectName }) },
    name,
    description: document.description ?? '',
  }));
  return { ...document, serviceEndpointProjectReferences };
}

/**
 * An empty text empties a field. Null, which is how secrets are read, keeps what is stored: so whatever the order does
 * not name goes back as it came.
 */
function withOrder({ authorization, ...document }: WholeDocument, order: CredentialOrder): WholeDocument {
  const parameters = { ...authorization.parameters, ...toParameters(order) };
  return { ...document, authorization: { ...authorization, parameters } };
}

function toParameters(order: CredentialOrder): Readonly<Record<string, string>> {
  const assumeRoleArn = order.roleArn;
  if (order.use === 'oidc')
    return { useOIDC: 'true', assumeRoleArn, username: '', password: '', sessionToken: '' };
  const useOIDC = 'false';
  if (order.key === 'stored') return { useOIDC, assumeRoleArn };
  const { accessKeyId: username, secretAccessKey: password } = order.key;
  return { useOIDC, assumeRoleArn, username, password, sessionToken: '' };
}
