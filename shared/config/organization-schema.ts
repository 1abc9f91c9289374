import * as z from 'zod';
import { parseRoleArn, partitions } from '../domain/kernel/arn.ts';
import { entraAuthorities, problemOfAuthority } from '../domain/issuers/azure-issuer.ts';
import { parseAccountId, parseOrganizationId } from '../domain/kernel/ids.ts';
import { issuerNames, TOKEN_EXCHANGE_AUDIENCE } from '../domain/issuers/issuer.ts';
import { exactlyOne, identified, plainName, ruled, secretSources } from './field.ts';
import { problemOfOrganizationUrl } from './url-rules.ts';

const patCredential = z
  .strictObject({
    type: z
      .literal('pat')
      .describe('Kind of credential: `pat` (a personal access token of this one organization) or `entra`.'),
    ...secretSources,
  })
  .meta({
    title: 'Personal access token',
    description:
      'A token of this one organization: { type: pat, env: NAME } or { type: pat, secret: <ARN> }.',
    ...exactlyOne('env', 'secret'),
  });

const guid = z
  .string()
  .regex(/^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, 'is not a GUID')
  .toLowerCase();

const entraCredential = z
  .strictObject({
    type: z
      .literal('entra')
      .describe('Kind of credential: `entra` (an application that trusts the AWS role of azfed) or `pat`.'),
    tenantId: guid.describe('GUID of the Entra tenant that the organization is connected to.'),
    clientId: guid.describe('GUID of the application (client id, not object id).'),
    audience: z
      .string()
      .regex(/^[\u0021-\u007e]{1,600}$/, 'is not an audience')
      .default(TOKEN_EXCHANGE_AUDIENCE)
      .describe("Audience of the application's federated credential, exactly as it stands there."),
    authority: ruled(problemOfAuthority)
      .default(entraAuthorities[0])
      .meta({ format: 'uri' })
      .describe(
        `Base URL of Entra: ${entraAuthorities.join(', ')}; http for loopback only. The first is the default.`,
      ),
  })
  .meta({
    title: 'Entra application',
    description: 'Nothing stored: { type: entra, tenantId: <GUID>, clientId: <GUID> }.',
  });

const credential = z.discriminatedUnion('type', [patCredential, entraCredential]).meta({
  title: 'Credential',
  description:
    'How azfed signs in: { type: entra, tenantId: <GUID>, clientId: <GUID> }, { type: pat, env: NAME } or { type: pat, secret: <ARN> }.',
});

export const issuerChoice = z.enum([...issuerNames, 'both']);

/** Everything that Microsoft has not said of the tokens of AWS connections can be told otherwise. */
const entraIssuer = z
  .strictObject({
    tenantId: guid.describe('GUID of the Entra tenant that the organization is connected to.'),
    issuer: z
      .string()
      .regex(
        /^[a-z0-9.-]+(?:\/[A-Za-z0-9._-]+)*$/,
        'is not host and path of an issuer, without https:// and without a slash at the end',
      )
      .exactOptional()
      .describe('Issuer of the tokens; left out: login.microsoftonline.com/<tenantId>/v2.0.'),
    audience: z
      .string()
      .regex(/^[\u0021-\u0023\u0025-\u0029\u002b-\u003e\u0040-\u007a\u007e]{1,255}$/, 'is not an audience')
      .exactOptional()
      .describe('Audience of the tokens; left out: the id of an application of Microsoft.'),
    prefix: z
      .string()
      .regex(/^(?:\/[A-Za-z0-9._-]+)+$/, 'is not the beginning of a subject such as /eid1/c/pub/t/...')
      .max(160)
      .exactOptional()
      .describe(
        'What subjects begin with, up to /sc/<organization>/<connection>; left out: as Azure connections have it.',
      ),
  })
  .meta({
    title: 'Issuer in Entra',
    description: 'The tokens of the tenant, for `issuer: entra` and `both`.',
  });

export const organization = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/,
        'is not the name of an organization (letters, digits and hyphens, at most 50)',
      )
      .describe(
        'Name of the organization, spelled as Azure DevOps does (`contoso` in https://dev.azure.com/contoso).',
      ),
    id: identified(
      parseOrganizationId,
      'a GUID',
      /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/,
    ).describe('GUID of the organization. Pinned: if another one answers under the name, azfed stops there.'),
    url: ruled(problemOfOrganizationUrl)
      .exactOptional()
      .meta({ format: 'uri' })
      .describe(
        'Base URL: https://dev.azure.com/<name> (the default) or https://<name>.visualstudio.com; http for loopback only.',
      ),
    credential,
    auditLog: z
      .boolean()
      .default(false)
      .describe(
        'Reads its audit log: changes are seen within minutes, deletions are proved. Needs auditing switched on and the right to view it.',
      ),
    trustedAutomation: z
      .array(
        z
          .string()
          .regex(/^[\u0021-\u007e]{3,200}$/, 'is not the name or id of an identity, without blanks')
          .describe('User principal name or id of one identity, to the letter.'),
      )
      .min(1)
      .exactOptional()
      .describe(
        'Identities of automation such as Terraform: the user principal name, or the id, that the audit log has of them (actorUPN, actorUserId, actorCUID, actorClientId). What one of them replaced may be approved by one command: `azfed adopt --replaced`. Needs `auditLog: true`.',
      ),
    issuer: issuerChoice
      .default('vstoken')
      .describe(
        'Whose tokens are let in: `vstoken` (of the organization, to be retired on 2027-07-01; the default), `entra` (of the tenant), or `both` while connections move.',
      ),
    entra: entraIssuer.exactOptional(),
  })
  .meta({ title: 'Organization', description: 'An Azure DevOps organization.' });

export const accountIdText = identified(parseAccountId, 'an account id', /^\d{12}$/);

const roleToAssume = identified((text) => parseRoleArn(text)?.arn, 'the ARN of an IAM role').exactOptional();

/** Given when a role of azfed is assumed (STS API Reference, AssumeRole). */
export const externalId = z
  .string()
  .regex(/^[\w+=,.@:/-]{2,1224}$/, 'is not an external id')
  .exactOptional();

export const account = z
  .strictObject({
    id: accountIdText.describe('AWS account id: twelve digits, in quotes.'),
    name: plainName
      .refine((name) => !/^\d{12}$/.test(name), 'is an account id, not a name')
      .exactOptional()
      .describe('What people call the account: shown on screens and pages beside its id.'),
    partition: z
      .enum(partitions)
      .default('aws')
      .describe('Partition of the account: aws (the default), aws-us-gov, aws-cn or aws-eusc.'),
    assumeRole: roleToAssume.describe(
      'ARN of the role in this account that azfed assumes; without one it uses its own credentials there.',
    ),
    readRole: roleToAssume.describe(
      'ARN of the role in this account that azfed assumes only to look; without one it is `assumeRole`.',
    ),
    retireRole: roleToAssume.describe(
      'ARN of the role in this account that azfed assumes to delete a role; without one it is `assumeRole`.',
    ),
    externalId: externalId.describe(
      'External id to give when one of these roles is assumed: 2 to 1224 letters, digits or +=,.@:/-_.',
    ),
  })
  .meta({ title: 'Account', description: 'An AWS account that azfed may look at.' });
