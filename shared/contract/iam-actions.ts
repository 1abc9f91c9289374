/**
 * What each write step needs, as IAM spells it (Service Authorization Reference, AWS Identity and Access Management).
 * The first is the request itself; making a role with tags needs iam:TagRole as well.
 */
export const iamActionsOfSteps = {
  createProvider: ['iam:CreateOpenIDConnectProvider'],
  addAudience: ['iam:AddClientIDToOpenIDConnectProvider'],
  createRole: ['iam:CreateRole', 'iam:TagRole'],
  setBoundary: ['iam:PutRolePermissionsBoundary'],
  setTrust: ['iam:UpdateAssumeRolePolicy'],
  detachManagedPolicy: ['iam:DetachRolePolicy'],
  attachManagedPolicy: ['iam:AttachRolePolicy'],
  deleteInlinePolicy: ['iam:DeleteRolePolicy'],
  putInlinePolicy: ['iam:PutRolePolicy'],
  updateRole: ['iam:UpdateRole'],
  tagRole: ['iam:TagRole'],
  untagRole: ['iam:UntagRole'],
  deleteRole: ['iam:DeleteRole'],
} as const;

/** Reads of one role or provider, before and after each write. */
export const iamSingleReads = [
  'iam:GetOpenIDConnectProvider',
  'iam:GetRole',
  'iam:GetRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:ListInstanceProfilesForRole',
  'iam:ListRolePolicies',
] as const;

/** Reads of a whole account; they know no resource but `*`. */
export const iamBulkReads = [
  'iam:GetAccountAuthorizationDetails',
  'iam:GetAccountSummary',
  'iam:ListOpenIDConnectProviders',
  'iam:ListRoles',
] as const;

/** Who changed something: asked when there is drift and no event has told. */
export const trailReads = ['cloudtrail:LookupEvents'] as const;

/** Whether a boundary or a managed policy that a role is to get exists, and what a new boundary would cut off. */
export const iamPolicyReads = ['iam:GetPolicy', 'iam:GetPolicyVersion'] as const;

/** What a role has used, before a boundary cuts it off. The first starts a report about a role, the second reads it. */
export const iamUseReads = [
  'iam:GenerateServiceLastAccessedDetails',
  'iam:GetServiceLastAccessedDetails',
] as const;

/** What is asked before anything is done: whether a policy is there, what a role has used, and by IAM's own simulation what a role may do. */
export const rehearsalReads = [...iamPolicyReads, ...iamUseReads, 'iam:SimulatePrincipalPolicy'] as const;
