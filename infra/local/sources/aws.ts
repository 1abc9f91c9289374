import type { Behaviour, Behaviours } from './source.ts';

const reference = (operation: string) => `IAM API Reference, ${operation}; IAM service model`;
const keeping = (operation: string, keeps: string, more = '', open?: string): [string, Behaviour] => [
  `iam:${operation}`,
  {
    keeps,
    source: more === '' ? reference(operation) : `${reference(operation)}; ${more}`,
    ...(open === undefined ? {} : { open }),
  },
];

const QUOTAS = 'IAM User Guide, IAM and STS quotas';
const GRAMMAR = 'IAM User Guide, grammar of the JSON policy language';
const PAGES = 'Pages of 100 unless asked, 1000 at most; markers survive changes.';

/** Operations of the embedded AWS, as `LocalAws.operations` has them. Field limits of all are those of the service models. */
export const awsBehaviours: Behaviours = Object.fromEntries<Behaviour>([
  keeping(
    'CreateRole',
    'Atomic; names unique in any case; trust 2048 characters without blanks; the answer lacks the description.',
    `${QUOTAS}; ${GRAMMAR}`,
    'A trust may name a provider that is missing: `refusesTrustOfMissingProvider`; and everybody by a plain `*`: `refusesPlainEverybody`.',
  ),
  keeping(
    'GetRole',
    'Documents percent-encoded (RFC 3986) and respelled; principals that are gone read as unique ids.',
    'IAM User Guide, unique identifiers; ACK runtime issue 243',
  ),
  keeping('ListRoles', `Without Tags, PermissionsBoundary and RoleLastUsed. ${PAGES}`),
  keeping('UpdateRole', 'Without MaxSessionDuration it sets one hour.'),
  keeping('UpdateRoleDescription', 'Sets the description alone.'),
  keeping(
    'UpdateAssumeRolePolicy',
    'Replaces the trust; existing principals, known operators, no Resource.',
    GRAMMAR,
  ),
  keeping('DeleteRole', '`DeleteConflict` with policies or in an instance profile.'),
  keeping('AttachRolePolicy', 'The policy must exist; ten a role; again is no error.', QUOTAS),
  keeping('DetachRolePolicy', '`NoSuchEntity` for a policy that is not attached.'),
  keeping('ListAttachedRolePolicies', PAGES),
  keeping(
    'PutRolePolicy',
    'All inline policies of a role: 10,240 characters without blanks.',
    `${QUOTAS}; ${GRAMMAR}`,
  ),
  keeping('DeleteRolePolicy', '`NoSuchEntity` for one that is missing.'),
  keeping('GetRolePolicy', 'The document percent-encoded and respelled.'),
  keeping('ListRolePolicies', PAGES),
  keeping('PutRolePermissionsBoundary', 'The policy must exist; not on service-linked roles.'),
  keeping('DeleteRolePermissionsBoundary', '`NoSuchEntity` where none is set.'),
  keeping(
    'TagRole',
    'Keys in any case, unique in a request, none begins with `aws:`; 50 a role.',
    'IAM User Guide, tagging',
  ),
  keeping('UntagRole', 'Keys that are missing are no error.', 'IAM User Guide, tagging'),
  keeping('ListRoleTags', PAGES),
  keeping(
    'CreatePolicy',
    '6,144 characters without blanks; names unique in any case.',
    `${QUOTAS}; ${GRAMMAR}`,
  ),
  keeping('GetPolicy', 'Counts attachments; AWS managed policies are a short list.'),
  keeping('GetPolicyVersion', 'The document percent-encoded and respelled.'),
  keeping('ListPolicyVersions', PAGES),
  keeping('ListPolicies', PAGES),
  keeping('CreatePolicyVersion', 'Five versions at most.', `${QUOTAS}; ${GRAMMAR}`),
  keeping('SetDefaultPolicyVersion', 'The version must exist.'),
  keeping('DeletePolicyVersion', '`DeleteConflict` for the default one.'),
  keeping('DeletePolicy', '`DeleteConflict` for one in use or with further versions.'),
  keeping(
    'CreateOpenIDConnectProvider',
    'Https, no user, port, query or fragment; case and a slash at the end make another provider; the issuer is called without thumbprints.',
    'terraform-provider-aws issue 40509',
  ),
  keeping('GetOpenIDConnectProvider', 'The URL without its scheme.'),
  keeping('ListOpenIDConnectProviders', 'ARNs without pages.'),
  keeping('AddClientIDToOpenIDConnectProvider', 'Can be repeated; 100 at most.', QUOTAS),
  keeping('RemoveClientIDFromOpenIDConnectProvider', 'Can be repeated.'),
  keeping(
    'UpdateOpenIDConnectProviderThumbprint',
    'Five at most; cannot be emptied.',
    'terraform-provider-aws issue 40509',
  ),
  keeping('DeleteOpenIDConnectProvider', 'Can be repeated; roles that name it stay.'),
  keeping('TagOpenIDConnectProvider', 'As tags of roles.', 'IAM User Guide, tagging'),
  keeping('UntagOpenIDConnectProvider', 'As tags of roles.', 'IAM User Guide, tagging'),
  keeping('GetAccountSummary', 'Quotas and counts of the account.', QUOTAS),
  keeping('GetAccountAuthorizationDetails', 'Lacks Description and MaxSessionDuration; pages.'),
  keeping(
    'SimulatePrincipalPolicy',
    'Policies and boundary of a role of the account; the strictest result of all resources; no service control policies; policies and callers given with the request are refused.',
  ),
  keeping(
    'GenerateServiceLastAccessedDetails',
    'A job about a role of the account, by service or by action; `NoSuchEntity` for anything else.',
    'IAM User Guide, refine permissions using last accessed information',
  ),
  keeping(
    'GetServiceLastAccessedDetails',
    'Services that the permissions policies allow, with the last attempt in 400 days; the job belongs to its caller; pages.',
    'IAM User Guide, IAM action last accessed information services and actions',
    'How long a job takes, that it fails, and which tracked actions a service names: `lastAccessed`.',
  ),
  keeping('CreateInstanceProfile', 'One role each.', QUOTAS),
  keeping(
    'AddRoleToInstanceProfile',
    '`LimitExceeded` for a second role; the caller needs iam:PassRole on the role.',
    QUOTAS,
  ),
  keeping('RemoveRoleFromInstanceProfile', '`NoSuchEntity` for a role that is not in it.'),
  keeping('DeleteInstanceProfile', '`DeleteConflict` with a role in it.'),
  keeping('ListInstanceProfilesForRole', PAGES),
  keeping(
    'EnableOutboundWebIdentityFederation',
    'Gives the account its issuer.',
    'IAM User Guide, outbound identity federation',
  ),
  keeping(
    'DisableOutboundWebIdentityFederation',
    'No token after it.',
    'IAM User Guide, outbound identity federation',
  ),
  keeping(
    'GetOutboundWebIdentityFederationInfo',
    'The issuer, and whether it is enabled.',
    'IAM User Guide, outbound identity federation',
  ),
  ['sts:GetCallerIdentity', { keeps: 'Needs no right.', source: 'STS API Reference, GetCallerIdentity' }],
  [
    'sts:AssumeRole',
    {
      keeps:
        'Trust and caller must agree; external id; one hour in a chain; session policy 2048 characters; session tags before those of the role; not across partitions. Transitive tags, MFA and provided contexts are refused.',
      source: 'STS API Reference, AssumeRole; IAM User Guide, roles terms and concepts',
    },
  ],
  [
    'sts:AssumeRoleWithWebIdentity',
    {
      keeps:
        'Signature, times with five minutes of grace, audience, then the trust; an Allow only where it is certain.',
      source: 'STS API Reference, AssumeRoleWithWebIdentity; STS service model',
      open: 'A subject beyond 255 characters is `IDPRejectedClaim`.',
    },
  ],
  [
    'sts:GetWebIdentityToken',
    {
      keeps:
        'RS256; the subject is the role; has to be enabled; does not outlive the session; tags need `sts:TagGetWebIdentityToken`. ES384 is refused.',
      source: 'STS API Reference, GetWebIdentityToken; IAM User Guide, outbound identity federation',
    },
  ],
  [
    'cloudtrail:LookupEvents',
    {
      keeps:
        "The Region of the signature (IAM's events in the home Region), 90 days, newest first, one attribute, 50 a page, two requests a second.",
      source: 'CloudTrail API Reference, LookupEvents; CloudTrail User Guide, quotas',
    },
  ],
  [
    'kms:GenerateMac',
    {
      keeps:
        'AWS JSON 1.1 under `TrentService.GenerateMac`: KeyId, MacAlgorithm, Message of at most 4,096 bytes in base64; Mac, KeyId and MacAlgorithm come back. Keys are HMAC_256 ones, by their ARN and of the account of the caller alone.',
      source: 'KMS API Reference, GenerateMac',
    },
  ],
  [
    'lambda:Invoke',
    {
      keeps:
        'Functions of the caller\u2019s account by name or ARN: 200 with the answer, or with X-Amz-Function-Error where the function failed; Event 202; DryRun 204; `ResourceNotFoundException` (404), `TooManyRequestsException` (429), `AccessDeniedException` (403), `InvalidRequestContentException` (400), `RequestTooLargeException` (413: 6 MB, asynchronous 1 MB).',
      source:
        'Lambda API Reference, Invoke; Lambda Developer Guide, asynchronous invocation, quotas; AWS Lambda runtime interface emulator (Sandbox.Timedout)',
      open: 'Which throttle is named as Reason is chosen; an asynchronous invocation is not tried again.',
    },
  ],
  [
    'organizations:ListAccounts',
    {
      keeps:
        'AWS JSON 1.1 under `AWSOrganizationsV20161128`: members of the partition with Id, Arn, Name and State, 20 a page; the management account and delegated administrators alone may ask, in one Region.',
      source: 'Organizations API Reference, ListAccounts, Account; Organizations service model',
      open: 'Empty pages before the last: `organization.shape.beginsEmpty`; `Status` in the place of `State`: `stateIn`.',
    },
  ],
  [
    'organizations:ListAccountsForParent',
    {
      keeps: 'Accounts directly in a root or unit; `ParentNotFoundException` for one that is not there.',
      source: 'Organizations API Reference, ListAccountsForParent',
    },
  ],
  [
    'organizations:ListOrganizationalUnitsForParent',
    {
      keeps: 'Units directly in a root or unit.',
      source: 'Organizations API Reference, ListOrganizationalUnitsForParent',
    },
  ],
]);
