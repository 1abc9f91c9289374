import { ServiceError } from './service-error.ts';

interface Rule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
  /** It changes what the service answers, and this cloud does not play it: it is refused rather than ignored. */
  readonly isUnplayed?: true;
}

const name = /^[\w+=,.@-]*$/;
const document: Rule = { min: 1, max: 131_072, pattern: /^[\t\n\r\u0020-\u00ff]*$/ };
const path: Rule = { min: 1, max: 512, pattern: /^(?:\/|\/[\u0021-\u007e]+\/)$/ };
const policyPath: Rule = { min: 1, max: 512, pattern: /^(?:\/[A-Za-z0-9.,+@=_-]+)*\/$/ };
const description: Rule = { max: 1000, pattern: /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/ };
const arn: Rule = { min: 20, max: 2048 };
const tagKey: Rule = { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u };
const unplayed: Rule = { isUnplayed: true };

/**
 * Limits of single fields: the IAM and STS service models. `A[]` is an item of the list A, `A[].B` a member of it. `min` and `max`
 * are of a number's value, of a text's length, and of a list's.
 */
const rules: Readonly<Record<string, Rule>> = {
  RoleName: { min: 1, max: 64, pattern: name },
  InstanceProfileName: { min: 1, max: 128, pattern: name },
  PolicyName: { min: 1, max: 128, pattern: name },
  VersionId: { pattern: /^v[1-9][0-9]*(?:\.[A-Za-z0-9-]*)?$/ },
  Path: path,
  'CreatePolicy.Path': policyPath,
  PathPrefix: { min: 1, max: 512, pattern: /^\/[\u0021-\u007f]*$/ },
  'ListPolicies.PathPrefix': policyPath,
  'ListAttachedRolePolicies.PathPrefix': unplayed,
  AssumeRolePolicyDocument: document,
  PolicyDocument: document,
  Policy: document,
  'AssumeRoleWithWebIdentity.Policy': { ...document, max: 2048 },
  Description: description,
  'CreatePolicy.Description': { max: 1000 },
  MaxSessionDuration: { min: 3600, max: 43_200 },
  PermissionsBoundary: arn,
  PolicyArn: arn,
  'PolicyArns[].arn': arn,
  OpenIDConnectProviderArn: arn,
  RoleArn: arn,
  Arn: arn,
  PolicySourceArn: arn,
  Url: { min: 1, max: 255 },
  ClientID: { min: 1, max: 255 },
  'ClientIDList[]': { min: 1, max: 255 },
  'ThumbprintList[]': { min: 40, max: 40 },
  Tags: { max: 50 },
  'Tags[].Key': tagKey,
  'Tags[].Value': { ...tagKey, min: 0, max: 256 },
  'CreateInstanceProfile.Tags': unplayed,
  TagKeys: { max: 50 },
  'TagKeys[]': tagKey,
  MaxItems: { min: 1, max: 1000 },
  Marker: { min: 1, max: 320, pattern: /^[\u0020-\u00ff]*$/ },
  Scope: { oneOf: ['All', 'AWS', 'Local'] },
  PolicyUsageFilter: unplayed,
  'Filter[]': { oneOf: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] },
  Granularity: { oneOf: ['SERVICE_LEVEL', 'ACTION_LEVEL'] },
  JobId: { min: 36, max: 36 },
  'ActionNames[]': { min: 3, max: 128 },
  'ResourceArns[]': { min: 1, max: 2048 },
  'ContextEntries[].ContextKeyName': { min: 5, max: 256 },
  PolicyInputList: unplayed,
  PermissionsBoundaryPolicyInputList: unplayed,
  ResourcePolicy: unplayed,
  ResourceOwner: unplayed,
  CallerArn: unplayed,
  ResourceHandlingOption: unplayed,
  RoleSessionName: { min: 2, max: 64, pattern: name },
  SourceIdentity: { min: 2, max: 64, pattern: name },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  TransitiveTagKeys: unplayed,
  SerialNumber: unplayed,
  TokenCode: unplayed,
  ProvidedContexts: unplayed,
  // Of OAuth 2.0 access tokens alone (STS API Reference, AssumeRoleWithWebIdentity).
  ProviderId: unplayed,
  WebIdentityToken: { min: 4, max: 20_000 },
  DurationSeconds: { min: 900, max: 43_200 },
  'GetWebIdentityToken.DurationSeconds': { min: 60, max: 3600 },
  'GetWebIdentityToken.SigningAlgorithm': { oneOf: ['RS256', 'ES384'] },
  Audience: { min: 1, max: 10 },
  'Audience[]': { min: 1, max: 1000 },
};

/** Throws ValidationError, in the words of the service, for the first field that is out of bounds. */
export function checkFields(operation: string, input: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(input)) checkField(operation, field, toCamelCase(field), value);
}

/** `where` is how a message of the service names the field: `tags.1.member.key`. */
function checkField(operation: string, field: string, where: string, value: unknown): void {
  const rule = rules[`${operation}.${field}`] ?? rules[field];
  const reason = rule && findViolation(rule, value);
  if (reason !== undefined)
    throw new ServiceError(
      'ValidationError',
      `1 validation error detected: Value '${String(value).slice(0, 200)}' at '${where}' failed to satisfy constraint: ${reason}`,
    );
  if (Array.isArray(value))
    for (const [index, item] of value.entries())
      checkField(operation, `${field}[]`, `${where}.${index + 1}.member`, item);
  else if (typeof value === 'object' && value !== null)
    for (const [member, inner] of Object.entries(value))
      checkField(operation, `${field}.${member}`, `${where}.${toCamelCase(member)}`, inner);
}

function findViolation(rule: Rule, value: unknown): string | undefined {
  if (rule.isUnplayed) return 'This cloud does not play the member, which changes the answer';
  return (
    findSizeViolation(rule, value) ?? (typeof value === 'string' ? findTextViolation(rule, value) : undefined)
  );
}

function findSizeViolation({ min, max }: Rule, value: unknown): string | undefined {
  const isSized = typeof value === 'string' || Array.isArray(value);
  const [size, what] = isSized ? [value.length, 'length'] : [Number(value), 'value'];
  if (max !== undefined && size > max) return `Member must have ${what} less than or equal to ${max}`;
  if (min !== undefined && size < min) return `Member must have ${what} greater than or equal to ${min}`;
  return undefined;
}

function findTextViolation({ pattern, oneOf }: Rule, value: string): string | undefined {
  if (oneOf?.includes(value) === false) return `Member must satisfy enum value set: [${oneOf.join(', ')}]`;
  if (pattern?.test(value) === false)
    return `Member must satisfy regular expression pattern: ${pattern.source}`;
  return undefined;
}

const toCamelCase = (member: string): string => member.charAt(0).toLowerCase() + member.slice(1);
