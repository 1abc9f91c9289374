import { selectProfiles } from '../issuers/issuer.ts';
import { fillPlaceholders, readIssuer } from '../kernel/arn.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { NO_BOUNDARY, type Account, type Configuration, type Grant } from './configuration.ts';
import { listIf } from '../kernel/group-by.ts';

/*
 * Which changes of IAM can concern the grants at all: as a pattern of EventBridge, so that others cost nothing, and as the
 * functions look at what came.
 */

type Granted = Pick<Configuration, 'organizations' | 'grants'>;

/** Begins the names of azfed's own sessions. */
export const OWN_SESSION_PREFIX = 'azfed-';

/** Characters of an event pattern (EventBridge User Guide, quotas). */
const LONGEST_PATTERN = 2_048;

const roleWrites = [
  'DeleteRole',
  'UpdateRole',
  'UpdateRoleDescription',
  'UpdateAssumeRolePolicy',
  'AttachRolePolicy',
  'DetachRolePolicy',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'PutRolePermissionsBoundary',
  'DeleteRolePermissionsBoundary',
  'TagRole',
  'UntagRole',
];

const providerWrites = [
  'DeleteOpenIDConnectProvider',
  'AddClientIDToOpenIDConnectProvider',
  'RemoveClientIDFromOpenIDConnectProvider',
  'UpdateOpenIDConnectProviderThumbprint',
  'TagOpenIDConnectProvider',
  'UntagOpenIDConnectProvider',
];

/**
 * The pattern of CloudTrail's events that can change what a federated role lets in or can do (CloudTrail User Guide, event
 * reference). Calls that failed changed nothing. `ownRoles`: ARNs of sessions of the roles with which azfed writes, without the
 * name of the session: `arn:aws:sts::111122223333:assumed-role/azfed-spoke`.
 *
 *     CreateRole                name and path, which the answer holds
 *     other writes on a role    name: their events hold no path
 *     writes on a provider      its issuer, but for CreateOpenIDConnectProvider, which is rare
 *     versions of a policy      boundaries and managed policies of grants
 *
 * Where the pattern would be too long, it says less, and the function sees more events. Without grants and organizations it
 * takes such writes on all roles, policies and providers: that is the pattern of the hub, whose functions follow published
 * configurations without a deployment.
 */
export function buildChangePattern(configuration: Granted, ownRoles: readonly string[]): object {
  const ownSessions = ownRoles.map((role) => `${role}/${OWN_SESSION_PREFIX}`);
  const names = listNamePatterns(configuration);
  const paths = listPathPatterns(configuration);
  const policies = listPolicyPatterns(configuration);
  const full = { names, paths, policies, ownSessions };
  const attempts = [full, { ...full, names: undefined }, { ...full, names: undefined, paths: undefined }];
  const shortest = { names: undefined, paths: undefined, policies: undefined, ownSessions };
  const built = [...attempts, shortest].map((parts) => writePattern(configuration, parts));
  return (
    built.find((pattern) => JSON.stringify(pattern).length <= LONGEST_PATTERN) ??
    writePattern({ organizations: [] }, { ...shortest, ownSessions: [] })
  );
}

type Values = readonly (string | object)[] | undefined;

interface Parts {
  readonly names: Values;
  readonly paths: Values;
  /** None: no policy concerns the grants. */
  readonly policies: Values;
  readonly ownSessions: readonly string[];
}

function writePattern(
  { organizations }: Pick<Configuration, 'organizations'>,
  { names, paths, policies, ownSessions }: Parts,
): object {
  const ofRole = names && { requestParameters: { roleName: names } };
  const issuers = listIssuers({ organizations }).map((issuer) => ({
    suffix: { 'equals-ignore-case': issuer },
  }));
  const ofProvider = issuers.length > 0 && { requestParameters: { openIDConnectProviderArn: issuers } };
  const policyVersions = { eventName: ['CreatePolicyVersion', 'SetDefaultPolicyVersion'] };
  return {
    source: ['aws.iam'],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['iam.amazonaws.com'],
      errorCode: [{ exists: false }],
      ...(ownSessions.length > 0 && {
        userIdentity: { arn: [{ exists: false }, { 'anything-but': { prefix: ownSessions } }] },
      }),
      $or: [
        {
          eventName: ['CreateRole'],
          ...ofRole,
          ...(paths && { responseElements: { role: { path: paths } } }),
        },
        { eventName: roleWrites, ...ofRole },
        { eventName: ['CreateOpenIDConnectProvider'] },
        { eventName: providerWrites, ...ofProvider },
        ...(policies === undefined
          ? [policyVersions]
          : listIf(policies.length > 0, { ...policyVersions, requestParameters: { policyArn: policies } })),
      ],
    },
  };
}

/** `undefined`: any name. IAM knows names of roles without regard to case. */
function listNamePatterns({ grants }: Granted): Values {
  const names = [...new Set(grants.flatMap(listNames))];
  if (names.length === 0 || names.some((name) => /^[*?]/.test(name))) return undefined;
  return names.map((name) => {
    const head = name.replace(/[*?].*$/s, '');
    const equal = { 'equals-ignore-case': head };
    return head === name ? equal : { prefix: equal };
  });
}

const listNames = ({ role, roles = [] }: Grant): readonly string[] =>
  role?.name ?? roles.map(({ name }) => name);

/** The root path is itself alone: see `RolePatterns`. */
function listPathPatterns({ grants }: Granted): Values {
  if (grants.length === 0) return undefined;
  const isBelow = ({ role }: Grant) => role !== undefined && role.path !== '/';
  const below = [...new Set(grants.flatMap((grant) => (isBelow(grant) ? (grant.role?.path ?? []) : [])))];
  const exact = grants.flatMap(({ role, roles = [] }) =>
    role?.path === '/' ? ['/'] : roles.map(({ path }) => path),
  );
  const top = below.filter((path) => !below.some((other) => other !== path && path.startsWith(other)));
  return [...new Set(exact), ...top.map((prefix) => ({ prefix }))];
}

/** Nobody but AWS changes the policies of AWS. */
function listPolicyPatterns({ grants }: Granted): Values {
  if (grants.length === 0) return undefined;
  const arns = grants.flatMap(listGrantPolicies).filter((arn) => !arn.includes(':iam::aws:'));
  // Wildcards with a common beginning make a rule too complex (aws/event-ruler, README); an account has its own policies alone.
  const suffixes = arns.map((arn) => arn.slice(arn.indexOf(':policy/')));
  return [...new Set(suffixes)].map((suffix) => ({ suffix }));
}

const listGrantPolicies = ({ boundary, managedPolicies }: Grant): readonly string[] => [
  ...(boundary === NO_BOUNDARY ? [] : [boundary]),
  ...managedPolicies,
];

/** Every issuer whose tokens may be let in, now or when somebody chooses so: host and path. */
export function listIssuers({ organizations }: Pick<Configuration, 'organizations'>): readonly string[] {
  const profiles = organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  return [...new Set(profiles.map(({ issuer }) => issuer))];
}

/** The role has a name that a grant allows in the account, on whatever path. */
export function isNameGranted({ grants }: Granted, { id }: Account, name: string): boolean {
  return grants
    .filter(({ accounts }) => accounts.includes(id))
    .flatMap(listNames)
    .some((pattern) => matchesPattern(pattern.toLowerCase(), name.toLowerCase()));
}

/** A boundary or a managed policy of a grant in the account. */
export function isPolicyGranted({ grants }: Granted, { id, partition }: Account, arn: string): boolean {
  return grants
    .filter(({ accounts }) => accounts.includes(id))
    .flatMap(listGrantPolicies)
    .some((policy) => fillPlaceholders(policy, partition, id) === arn);
}

/** The provider of an issuer whose tokens may be let in, however its ARN is written. */
export function isProviderOurs(configuration: Granted, arn: string): boolean {
  const url = readIssuer(arn.toLowerCase()).replace(/\/$/, '');
  return listIssuers(configuration).some((issuer) => url === issuer.toLowerCase());
}
