/** A read of IAM about one role, by the name of its command. */
export type RoleRead =
  | 'GetRole'
  | 'GetRolePolicy'
  | 'ListAttachedRolePolicies'
  | 'ListRolePolicies'
  | 'ListRoleTags';

/** What another tool asks IAM in order to know that a role with one inline and one managed policy is as it should be. */
export interface Peer {
  readonly name: string;
  readonly ofRole: readonly RoleRead[];
  /** Looks at the provider as well, once. */
  readonly readsProvider?: true;
  /** Roles that it looks at side by side, as it comes. */
  readonly concurrency: number;
  readonly source: string;
}

export const peers: readonly Peer[] = [
  {
    name: 'Terraform',
    ofRole: ['GetRole', 'ListRolePolicies', 'GetRolePolicy', 'ListAttachedRolePolicies'],
    readsProvider: true,
    concurrency: 10,
    source: 'refresh of `aws_iam_role`, and of the provider once, by hashicorp/aws; `-parallelism` is 10',
  },
  {
    name: 'ACK',
    ofRole: ['GetRole', 'ListAttachedRolePolicies', 'ListRolePolicies', 'ListRoleTags'],
    concurrency: 1,
    source: 'resync of a `Role` by iam-controller; `defaultMaxConcurrentSyncs` is 1',
  },
  {
    name: 'Crossplane',
    ofRole: ['GetRole', 'ListAttachedRolePolicies', 'GetRolePolicy'],
    concurrency: 10,
    source: 'poll of a `Role`, a `RolePolicyAttachment` and a `RolePolicy` by provider-aws',
  },
  {
    name: 'Ansible',
    ofRole: [
      'GetRole',
      'ListAttachedRolePolicies',
      'GetRole',
      'ListAttachedRolePolicies',
      'ListRolePolicies',
      'GetRolePolicy',
    ],
    concurrency: 1,
    source:
      'check mode of `iam_role`, which reads twice, and `iam_policy` of amazon.aws; one task after the other',
  },
  {
    name: 'shell loop',
    ofRole: ['GetRole', 'ListAttachedRolePolicies'],
    concurrency: 1,
    source: '`aws iam get-role` and `list-attached-role-policies` in a `for`; sees no inline policy',
  },
];
