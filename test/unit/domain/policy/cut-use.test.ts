import { listCutActions } from '../../../../shared/domain/policy/boundary-cut.ts';
import type { ServiceUse } from '../../../../shared/domain/policy/cut-use.ts';
import { judgeCutUse } from '../../../../shared/domain/policy/cut-use.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';

const AT = Date.parse('2026-11-01T00:00:00Z');
const allow = (...actions: readonly string[]): PolicyDocument => ({
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});
const notIam: PolicyDocument = { Statement: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }] };
const unused = (namespace: string): ServiceUse => ({ namespace });
const called = (namespace: string): ServiceUse => ({ namespace, lastAt: AT });
const tracked = (namespace: string, ...actions: readonly string[]): ServiceUse => ({
  namespace,
  lastAt: AT,
  actions: actions.map((name) => (name.startsWith('!') ? { name: name.slice(1) } : { name, lastAt: AT })),
});

interface Row {
  readonly what: string;
  readonly allowed: readonly string[];
  readonly boundary: PolicyDocument;
  readonly report: readonly ServiceUse[];
  readonly used?: readonly string[];
  readonly services?: readonly string[];
  readonly untracked?: readonly string[];
}

const iam = { boundary: notIam };
const rows: readonly Row[] = [
  { what: 'a service that was never called', allowed: ['iam:*'], ...iam, report: [unused('iam')] },
  {
    what: 'an action that was tried',
    allowed: ['iam:CreateUser'],
    ...iam,
    report: [tracked('iam', 'CreateUser')],
    used: ['iam:CreateUser'],
  },
  {
    what: 'an action that IAM names without a time',
    allowed: ['iam:CreateUser'],
    ...iam,
    report: [tracked('iam', '!CreateUser', 'CreateRole')],
  },
  {
    what: 'an action that IAM does not track',
    allowed: ['iam:PassRole'],
    ...iam,
    report: [tracked('iam', 'CreateRole')],
    untracked: ['iam:PassRole'],
  },
  {
    what: 'in another case',
    allowed: ['IAM:createuser'],
    ...iam,
    report: [tracked('iam', 'CreateUser')],
    used: ['iam:CreateUser'],
  },
  {
    what: 'a whole service, of which some actions were tried',
    allowed: ['iam:*'],
    ...iam,
    report: [tracked('iam', 'CreateUser')],
    used: ['iam:CreateUser'],
    untracked: ['iam:*'],
  },
  {
    what: 'a service that was called, without actions',
    allowed: ['iam:*'],
    ...iam,
    report: [called('iam')],
    services: ['iam'],
  },
  {
    what: 'a service that the report leaves out',
    allowed: ['iam:*'],
    ...iam,
    report: [called('s3')],
    untracked: ['iam:*'],
  },
  {
    what: 'everything, where the boundary allows what was used',
    allowed: ['*'],
    ...iam,
    report: [called('s3'), unused('iam')],
  },
  {
    what: 'everything, where one service alone is allowed',
    allowed: ['*'],
    boundary: allow('s3:*'),
    report: [called('s3'), called('ec2'), unused('sqs')],
    services: ['ec2'],
  },
  {
    what: 'a part of a service, of which the allowed part was tried',
    allowed: ['s3:*'],
    boundary: allow('s3:Create*'),
    report: [tracked('s3', 'CreateBucket')],
    untracked: ['s3:*'],
  },
  {
    what: 'a part of a service, of which another part was tried',
    allowed: ['s3:*'],
    boundary: allow('s3:Create*'),
    report: [tracked('s3', 'CreateBucket', 'DeleteBucket')],
    used: ['s3:DeleteBucket'],
    untracked: ['s3:*'],
  },
  {
    what: 'nothing, of a role that calls it',
    allowed: ['s3:*'],
    boundary: allow('*'),
    report: [called('s3')],
  },
];

it.each(rows)(
  'says what a role has used of what is cut off: $what',
  ({ allowed, boundary, report, used = [], services = [], untracked = [] }) => {
    const cut = listCutActions([allow(...allowed)], boundary);
    expect(judgeCutUse(cut, boundary, report)).toEqual({ actions: used, services, untracked });
  },
);
