import { ServiceError } from './service-error.ts';

interface Rule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

const name = /^[\w+=,.@-]*$/;
const document: Rule = { min: 1, max: 131_072, pattern: /^[\t\n\r\u0020-\u00ff]*$/ };
const path: Rule = { min: 1, max: 512, pattern: /^(?:\/|\/[\u0021-\u007e]+\/)$/ };
const description: Rule = { max: 1000, pattern: /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/ };
const arn: Rule = { min: 20, max: 2048 };

/** Limits of single fields: the IAM and STS service models. For numbers `min` and `max` are of the value. */
const rules: Readonly<Record<string, Rule>> = {
  RoleName: { min: 1, max: 64, pattern: name },
  InstanceProfileName: { min: 1, max: 128, pattern: name },
  PolicyName: { min: 1, max: 128, pattern: name },
  Path: path,
  PathPrefix: { min: 1, max: 512, pattern: /^\/[\u0021-\u007f]*$/ },
  AssumeRolePolicyDocument: document,
  PolicyDocument: document,
  Policy: document,
  Description: description,
  MaxSessionDuration: { min: 3600, max: 43_200 },
  PermissionsBoundary: arn,
  PolicyArn: arn,
  OpenIDConnectProviderArn: arn,
  RoleArn: arn,
  Url: { min: 1, max: 255 },
  ClientID: { min: 1, max: 255 },
  ClientIDList: { min: 1, max: 255 },
  ThumbprintList: { min: 40, max: 40 },
  MaxItems: { min: 1, max: 1000 },
  RoleSessionName: { min: 2, max: 64, pattern: name },
  SourceIdentity: { min: 2, max: 64, pattern: name },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  WebIdentityToken: { min: 4, max: 20_000 },
  DurationSeconds: { min: 900, max: 43_200 },
  'GetWebIdentityToken.DurationSeconds': { min: 60, max: 3600 },
  'GetWebIdentityToken.SigningAlgorithm': { pattern: /^(?:RS256|ES384)$/ },
  Arn: arn,
  JobId: { min: 36, max: 36 },
  Audience: { min: 1, max: 1000 },
};

/** Throws ValidationError, in the words of the service, for the first field that is out of bounds. */
export function checkFields(operation: string, input: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(input)) {
    const rule = rules[`${operation}.${field}`] ?? rules[field];
    const broken = rule && (Array.isArray(value) ? value : [value]).map((item) => constraint(rule, item));
    const reason = broken?.find((text) => text !== undefined);
    if (reason !== undefined) throw violation(field, value, reason);
  }
}

/** The constraint that the value does not satisfy. */
function constraint({ min, max, pattern }: Rule, value: unknown): string | undefined {
  const [size, what] = typeof value === 'string' ? [value.length, 'length'] : [Number(value), 'value'];
  if (max !== undefined && size > max) return `Member must have ${what} less than or equal to ${max}`;
  if (min !== undefined && size < min) return `Member must have ${what} greater than or equal to ${min}`;
  if (pattern === undefined || typeof value !== 'string' || pattern.test(value)) return undefined;
  return `Member must satisfy regular expression pattern: ${pattern.source}`;
}

function violation(field: string, value: unknown, reason: string): ServiceError {
  const where = field.charAt(0).toLowerCase() + field.slice(1);
  const shown = String(value).slice(0, 200);
  return new ServiceError(
    'ValidationError',
    `1 validation error detected: Value '${shown}' at '${where}' failed to satisfy constraint: ${reason}`,
  );
}
