/**
 * CloudTrail's events of IAM writes that can change what a federated role lets in or can do (CloudTrail User Guide,
 * event reference). Calls that failed changed nothing.
 */
export const iamWrites = {
  source: ['aws.iam'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: {
    eventSource: ['iam.amazonaws.com'],
    errorCode: [{ exists: false }],
    eventName: [
      'CreateRole',
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
      'CreateOpenIDConnectProvider',
      'DeleteOpenIDConnectProvider',
      'AddClientIDToOpenIDConnectProvider',
      'RemoveClientIDFromOpenIDConnectProvider',
      'UpdateOpenIDConnectProviderThumbprint',
      'TagOpenIDConnectProvider',
      'UntagOpenIDConnectProvider',
      'CreatePolicyVersion',
      'SetDefaultPolicyVersion',
    ],
  },
} as const;
