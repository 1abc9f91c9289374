import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Access } from '../aws/requests/access-guard.ts';
import { ACCOUNT, type Secret, type SecretStore, type SecretValue, type Version } from './secret-store.ts';

/** What the service answers instead of a result; always with status 400. */
export class ServiceError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.type = type;
  }
}

// Limits of the Secrets Manager service model.
const SecretId = z.string().min(1).max(2048);
const value = {
  SecretString: z.string().min(1).max(65_536).optional(),
  SecretBinary: z.base64().min(1).max(87_384).optional(),
  ClientRequestToken: z.string().min(32).max(64).optional(),
};
/** Which version is asked for by its id is not played. */
const GetSecretValue = z.object({
  SecretId,
  VersionId: z.undefined().optional(),
  VersionStage: z.string().default('AWSCURRENT'),
});
const CreateSecret = z.object({ Name: z.string().regex(/^[\w/+=.@-]{1,512}$/), ...value });
const PutSecretValue = z.object({ SecretId, ...value });

type Operation = (store: SecretStore, region: string, input: unknown) => object;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GetSecretValue', getSecretValue],
  ['CreateSecret', createSecret],
  ['PutSecretValue', putSecretValue],
]);

export const secretsOperations: readonly string[] = [...operations.keys()];

/** Throws ServiceError for what Secrets Manager refuses; `authorize` throws for what the caller's policies do not allow. */
export function perform(
  store: SecretStore,
  { region, name, body }: Readonly<Record<'region' | 'name' | 'body', string>>,
  authorize: (access: Access) => void,
): object {
  const operation = operations.get(name);
  if (operation === undefined)
    throw new ServiceError('UnknownOperationException', `There is no ${name} here.`);
  try {
    const input: unknown = JSON.parse(body);
    authorize({ action: `secretsmanager:${name}`, resource: findResource(store, region, input) });
    return operation(store, region, input);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ServiceError('SerializationException', 'No JSON.');
    if (error instanceof z.ZodError) throw new ServiceError('ValidationException', z.prettifyError(error));
    throw error;
  }
}

const Named = z.object({ SecretId: z.string().optional(), Name: z.string().optional() });

/** A secret that is not there has the ARN that it would have, without the six characters. */
function findResource(store: SecretStore, region: string, input: unknown): string {
  const { SecretId: id, Name: name = '' } = Named.parse(input);
  const named = id ?? name;
  const found = store.find(region, named)?.arn;
  return (
    found ??
    (named.startsWith('arn:') ? named : `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${named}`)
  );
}

function getSecretValue(store: SecretStore, region: string, input: unknown): object {
  const { SecretId: id, VersionStage: stage } = GetSecretValue.parse(input);
  const secret = requireSecret(store, region, id);
  const version = secret.versions[['AWSCURRENT', 'AWSPREVIOUS'].indexOf(stage)];
  if (version === undefined)
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
    );
  return {
    ...toIdentifiers(secret, version),
    ...version.value,
    VersionStages: [stage],
    CreatedDate: version.createdAt / 1000,
  };
}

function createSecret(store: SecretStore, region: string, input: unknown): object {
  const { Name: name, ClientRequestToken: token, ...rest } = CreateSecret.parse(input);
  if (store.find(region, name))
    throw new ServiceError(
      'ResourceExistsException',
      `The operation failed because the secret ${name} already exists.`,
    );
  const initial = parseValue(rest);
  const secret = store.create(region, name);
  if (initial === undefined) return { ARN: secret.arn, Name: name };
  return toIdentifiers(secret, store.addVersion(secret, initial, token));
}

function putSecretValue(store: SecretStore, region: string, input: unknown): object {
  const { SecretId: id, ClientRequestToken: token, ...rest } = PutSecretValue.parse(input);
  const secret = requireSecret(store, region, id);
  const next = parseValue(rest);
  if (next === undefined)
    throw new ServiceError(
      'InvalidRequestException',
      'You must provide either SecretString or SecretBinary.',
    );
  const version = findRepeated(secret, next, token) ?? store.addVersion(secret, next, token);
  return { ...toIdentifiers(secret, version), VersionStages: ['AWSCURRENT'] };
}

/** The version of that token; one with another value cannot be changed (API Reference, PutSecretValue, ClientRequestToken). */
function findRepeated({ versions }: Secret, value: SecretValue, token?: string): Version | undefined {
  const known = versions.find(({ id }) => id === token);
  if (known === undefined || isDeepStrictEqual(known.value, value)) return known;
  throw new ServiceError(
    'ResourceExistsException',
    'You cannot modify a version that already exists. Send another ClientRequestToken.',
  );
}

function requireSecret(store: SecretStore, region: string, id: string): Secret {
  const secret = store.find(region, id);
  if (secret) return secret;
  throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

function toIdentifiers({ arn, name }: Secret, { id }: Version) {
  return { ARN: arn, Name: name, VersionId: id };
}

interface GivenValue {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}

function parseValue({ SecretString, SecretBinary }: GivenValue): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw new ServiceError(
      'InvalidParameterException',
      'You can only provide one of SecretString and SecretBinary.',
    );
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}
