import { isRecord, readNestedFields, readText, type Fields } from '../kernel/json.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { groupItems } from '../kernel/group-by.ts';
import { formatInstant, type Instant } from '../kernel/durations.ts';

/**
 * Who assumed a role, as CloudTrail names them (CloudTrail User Guide, userIdentity element). Every text is from outside.
 *
 *     token      a token of an OIDC provider; `provider` is the ARN of the provider, `subject` the `sub` of the token
 *     principal  a role or user of the account; of a session the role that it belongs to
 *     account    a principal of another account: its own account alone has its name
 *     service    a service of AWS
 *     saml       an assertion of a SAML provider; `provider` is its ARN
 *     other      anybody else, and whomever the record does not name
 */
export type RoleUser =
  | {
      readonly kind: 'token';
      readonly provider: string;
      readonly subject: string;
      /** Empty where the record does not tell. */
      readonly audience: string;
    }
  | { readonly kind: 'principal'; readonly arn: string; readonly account: string }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'saml'; readonly provider: string }
  | { readonly kind: 'other' };

/** One success of AssumeRole, AssumeRoleWithWebIdentity or AssumeRoleWithSAML. */
export interface RoleUse {
  readonly at: Instant;
  readonly by: RoleUser;
  readonly region: string;
  readonly eventId: string;
}

/** What CloudTrail told of one role. */
export interface RoleUses {
  readonly uses: readonly RoleUse[];
  /** How far back every Region was searched. Before it there may be more. */
  readonly since: Instant;
  readonly regions: readonly string[];
}

const assumptions = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'];

/** Reads one record of CloudTrail; `undefined` unless it says that somebody was given a session of the role. */
export function readRoleUse(record: unknown, roleArn: string): RoleUse | undefined {
  if (!isRecord(record) || !assumptions.includes(readText(record, 'eventName'))) return undefined;
  if (readText(readNestedFields(record, 'requestParameters'), 'roleArn') !== roleArn) return undefined;
  const at = Date.parse(readText(record, 'eventTime'));
  const eventId = readText(record, 'eventID');
  if (Number.isNaN(at) || eventId === '' || readText(record, 'errorCode') !== '') return undefined;
  return { at, by: readUser(record), region: readText(record, 'awsRegion'), eventId };
}

function readUser(record: Fields): RoleUser {
  const identity = readNestedFields(record, 'userIdentity');
  const account = readText(identity, 'accountId');
  switch (readText(identity, 'type')) {
    case 'WebIdentityUser':
      return readTokenHolder(record, identity);
    case 'AssumedRole':
      return readPrincipal(
        readNestedFields(readNestedFields(identity, 'sessionContext'), 'sessionIssuer'),
        account,
      );
    case 'IAMUser':
    case 'Root':
      return readPrincipal(identity, account);
    case 'AWSAccount':
      return account === '' ? { kind: 'other' } : { kind: 'account', account };
    case 'AWSService':
      return { kind: 'service', service: readText(identity, 'invokedBy') };
    case 'SAMLUser':
      // `identityProvider` is the qualifier of the name in the assertion (IAM User Guide, logging IAM and AWS STS API calls).
      return {
        kind: 'saml',
        provider: readText(readNestedFields(record, 'requestParameters'), 'principalArn'),
      };
    default:
      return { kind: 'other' };
  }
}

function readPrincipal(fields: Fields, account: string): RoleUser {
  const arn = readText(fields, 'arn');
  return arn === '' ? { kind: 'other' } : { kind: 'principal', arn, account };
}

/** The subject stands as name of the user and in the answer of STS (IAM User Guide, logging IAM and AWS STS API calls). */
function readTokenHolder(record: Fields, identity: Fields): RoleUser {
  const answer = readNestedFields(record, 'responseElements');
  const subject = readText(answer, 'subjectFromWebIdentityToken') || readText(identity, 'userName');
  const provider = readText(identity, 'identityProvider') || readText(answer, 'provider');
  if (subject === '' || provider === '') return { kind: 'other' };
  return { kind: 'token', provider, subject, audience: readText(answer, 'audience') };
}

/** One who assumed a role, and when they did last. */
export interface UserSummary {
  readonly by: RoleUser;
  /** ISO time. */
  readonly lastAt: string;
  readonly times: number;
}

/** One entry for each user, the last to use the role first. */
export function summarizeUsers(uses: readonly RoleUse[]): readonly UserSummary[] {
  const distinct = [...new Map(uses.map((use) => [use.eventId, use])).values()];
  const byUser = [...groupItems(distinct, ({ by }) => canonicalJson(by)).values()];
  return byUser
    .flatMap((together) => {
      const [last] = [...together].sort((a, b) => b.at - a.at);
      return last ? [{ by: last.by, lastAt: formatInstant(last.at), times: together.length }] : [];
    })
    .sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
}
