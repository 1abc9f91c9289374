/** The inputs of the AWS endpoint type (aws-toolkit-azure-devops, vss-extension.json, contribution `aws-credentials`). */
export interface AwsFields {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly roleArn?: string;
  readonly roleSessionName?: string;
  readonly externalId?: string;
  readonly useOidc?: boolean;
}

/** As they lie in `authorization.parameters`: all of them texts, `useOIDC` too. Unset members are left out. */
export function awsParameters(fields: AwsFields): Record<string, string> {
  const parameters = {
    username: fields.accessKeyId,
    password: fields.secretAccessKey,
    sessionToken: fields.sessionToken,
    assumeRoleArn: fields.roleArn,
    roleSessionName: fields.roleSessionName,
    externalId: fields.externalId,
    useOIDC: fields.useOidc?.toString(),
  };
  const given: Record<string, string> = {};
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) given[key] = value;
  return given;
}

const secretKeys = new Set([
  'password',
  'sessiontoken',
  'apitoken',
  'accesstoken',
  'serviceprincipalkey',
  'serviceprincipalcertificate',
  'kubeconfig',
]);

/** Secrets come back as null (vsts-rest-api-specs, serviceEndpoint examples). */
export function withoutSecrets(parameters: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key, secretKeys.has(key.toLowerCase()) ? null : value]),
  );
}
