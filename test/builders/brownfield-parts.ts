import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { Json, JsonObject, PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { parseRoleArn } from '../../shared/domain/kernel/arn.ts';
import { connectionId } from './domain-ids.ts';
import type { BrownfieldConnection, BrownfieldRole, Random } from './brownfield-world.ts';

/** Where a shape is made, and with which numbers. */
export interface Place {
  readonly organization: Organization;
  /** Host and path of the organization's issuer. */
  readonly issuer: string;
  readonly account: AccountId;
  /** An account whose provider takes another audience only, and one without a provider; small worlds have neither. */
  readonly wrongAudience?: AccountId;
  readonly noProvider?: AccountId;
  readonly project: string;
  readonly otherProject: string;
  /** Of the shape: no other has it. */
  readonly n: number;
  /** Of its first connection. */
  readonly number: number;
  readonly random: Random;
}

type Connection = Omit<BrownfieldConnection, 'shape'>;
type Role = Omit<BrownfieldRole, 'shape'>;

export interface Part {
  readonly connections: readonly Connection[];
  readonly roles: readonly Role[];
  /** Names of customer managed policies in the account. */
  readonly policies?: readonly string[];
}

/** A row of the survey of public sources. */
export interface Shape {
  readonly name: string;
  /** How often it comes once every shape is there; 0: only once. */
  readonly weight: number;
  /** `undefined`: the world is too small for it. */
  readonly make: (place: Place) => Part | undefined;
}

export const AUDIENCE = 'api://AzureADTokenExchange';
export const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';
export const aws = (name: string) => `arn:aws:iam::aws:policy/${name}`;
export const writeSubject = ({ organization }: Place, project: string, name: string) =>
  `sc://${organization.name}/${project}/${name}`;

export function connect(place: Place, offset: number, name: string, fields: Partial<Connection>): Connection {
  return {
    id: connectionId(place.number + offset),
    project: place.project,
    name,
    type: place.random.pick(['AWS', 'AWS', 'aws']),
    roleArn: '',
    useOidc: true,
    importer: 'granted',
    ...fields,
  };
}

export function makeRole(
  account: AccountId,
  name: string,
  trust: PolicyDocument,
  fields: Partial<Role> = {},
): Role {
  const { path = '/' } = fields;
  const arn = parseRoleArn(`arn:aws:iam::${account}:role${path}${name}`)?.arn;
  if (!arn) throw new Error(`${path}${name} names no role.`);
  return {
    arn,
    account,
    path,
    name,
    trust,
    boundary: undefined,
    managedPolicies: [],
    inlinePolicies: {},
    maxSessionDuration: 3_600,
    description: '',
    tags: {},
    ...fields,
  };
}

export const makeTrust = (...statements: readonly JsonObject[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

/** A statement that lets tokens of the organization in, under these conditions. */
export function admit(
  { issuer, account }: Place,
  condition: JsonObject | undefined,
  more: Readonly<Record<string, Json>> = {},
): JsonObject {
  return {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
    Action: WEB_IDENTITY,
    ...(condition === undefined ? {} : { Condition: condition }),
    ...more,
  };
}

export const exactly = (issuer: string, subject: Json, audience: Json = AUDIENCE): JsonObject => ({
  StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subject },
});

export const deploy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: 'arn:aws:s3:::site/*' }],
};

/** One connection, and one role that it names, whose trust follows from the connection's subject. */
export function pair(
  place: Place,
  stem: string,
  trust: (subject: string) => PolicyDocument,
  fields: Partial<Role> = {},
  connection: Partial<Connection> = {},
): Part {
  const name = `aws-${stem}-${place.n}`;
  const role = makeRole(
    place.account,
    `${stem}-${place.n}-ado`,
    trust(writeSubject(place, place.project, name)),
    fields,
  );
  return { connections: [connect(place, 0, name, { roleArn: role.arn, ...connection })], roles: [role] };
}

export const shape = (name: string, weight: number, make: Shape['make']): Shape => ({ name, weight, make });

/** A trust as it should be, and one more thing. */
export const wellTrusted =
  (place: Place, ...more: readonly JsonObject[]) =>
  (subject: string): PolicyDocument =>
    makeTrust(...more, admit(place, exactly(place.issuer, subject)));

/** The provider of another issuer, in the same account. */
export const through = (place: Place, issuer: string, condition: JsonObject): PolicyDocument =>
  makeTrust(admit({ ...place, issuer }, condition));
