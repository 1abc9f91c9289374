import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import type { PolicyKind } from '../../../../shared/domain/policy/policy-grammar.ts';
import { grammarProblems } from '../../../../shared/domain/policy/policy-grammar.ts';

const one = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const VERSION = '2012-10-17';
const of = (...statements: readonly object[]) => ({ Version: VERSION, Statement: statements });
const allow = (change: object) => of({ ...one, ...change });
const listProblems = (kind: PolicyKind, document: object, partitions: readonly string[] = ['aws']) =>
  grammarProblems(kind, JSON.parse(JSON.stringify(document)) as PolicyDocument, { partitions });

/** What IAM never takes: where it stands, and what IAM says. Most are cases of moto's own table, checked with AWS. */
const refused: readonly (readonly [name: string, document: object, path: string, says: RegExp])[] = [
  ['no statement', of(), 'Statement', /Syntax errors/],
  ['a version of another year', { ...of(one), Version: '2024-01-01' }, 'Version', /Syntax errors/],
  ['an unknown element', { ...of(one), Extra: 1 }, 'Extra', /Syntax errors/],
  ['an Id that is a list', { ...of(one), Id: ['a'] }, 'Id', /Syntax errors/],
  ['an unknown element of a statement', allow({ Actions: 's3:*' }), 'Statement.0.Actions', /Syntax errors/],
  ['an element in small letters', allow({ resource: '*' }), 'Statement.0.resource', /Syntax errors/],
  ['the same Sid twice', of({ ...one, Sid: 'A' }, { ...one, Sid: 'A' }), 'Statement.1.Sid', /must be unique/],
  ['a Sid with a dash', allow({ Sid: 'a-b' }), 'Statement.0.Sid', /alpha-numeric/],
  ['a Sid with a blank', allow({ Sid: 'a b' }), 'Statement.0.Sid', /alpha-numeric/],
  ['a Sid that is a number', allow({ Sid: 1 }), 'Statement.0.Sid', /alpha-numeric/],
  ['an effect in small letters', allow({ Effect: 'allow' }), 'Statement.0.Effect', /Syntax errors/],
  ['no effect', allow({ Effect: undefined }), 'Statement.0', /Syntax errors/],
  ['a principal', allow({ Principal: '*' }), 'Statement.0.Principal', /should not specify a principal/],
  ['a NotPrincipal', allow({ NotPrincipal: '*' }), 'Statement.0.NotPrincipal', /should not specify/],
  ['no action', allow({ Action: undefined }), 'Statement.0', /must contain actions/],
  ['an empty list of actions', allow({ Action: [] }), 'Statement.0', /must contain actions/],
  ['both kinds of actions', allow({ NotAction: 's3:*' }), 'Statement.0.NotAction', /Syntax errors/],
  ['an action that is a map', allow({ Action: { a: 'b' } }), 'Statement.0.Action', /Syntax errors/],
  ['an action that is a number', allow({ Action: [1] }), 'Statement.0.Action', /Syntax errors/],
  [
    'an action without a service',
    allow({ Action: 'GetObject' }),
    'Statement.0.Action',
    /prefaced by a vendor/,
  ],
  ['an empty action', allow({ Action: '' }), 'Statement.0.Action', /prefaced by a vendor/],
  ['an action of two colons', allow({ Action: 's3:Get:Object' }), 'Statement.0.Action', /only one colon/],
  ['a service with a blank', allow({ Action: 'a a:Get' }), 'Statement.0.Action', /Vendor a a is not valid/],
  ['no resource', allow({ Resource: undefined }), 'Statement.0', /must contain resources/],
  ['an empty list of resources', allow({ Resource: [] }), 'Statement.0', /must contain resources/],
  ['both kinds of resources', allow({ NotResource: '*' }), 'Statement.0.NotResource', /Syntax errors/],
  ['a resource that is a map', allow({ Resource: { a: '*' } }), 'Statement.0.Resource', /Syntax errors/],
  [
    'a resource that is no ARN',
    allow({ Resource: 'my-bucket' }),
    'Statement.0.Resource',
    /my-bucket must be in ARN format/,
  ],
  ['an empty resource', allow({ Resource: '' }), 'Statement.0.Resource', /must be in ARN format/],
  [
    'a resource without arn',
    allow({ Resource: 'aws:s3:::b' }),
    'Statement.0.Resource',
    /must be in ARN format/,
  ],
  ['no partition', allow({ Resource: 'arn::s3:::b' }), 'Statement.0.Resource', /Partition "" is not valid/],
  [
    'an unknown partition',
    allow({ Resource: 'arn:error:s3:::b' }),
    'Statement.0.Resource',
    /Partition "error"/,
  ],
  [
    'another partition',
    allow({ Resource: 'arn:aws-cn:s3:::b' }),
    'Statement.0.Resource',
    /Partition "aws-cn"/,
  ],
  [
    'a partition left to be filled in',
    allow({ Resource: 'arn:${P}:s3:::b' }),
    'Statement.0.Resource',
    /Partition/,
  ],
  [
    'an ARN that ends early',
    allow({ Resource: 'arn:aws' }),
    'Statement.0.Resource',
    /vendor must be fully qualified/,
  ],
  ['any service', allow({ Resource: 'arn:aws:*:::b' }), 'Statement.0.Resource', /cannot contain regexes/],
  [
    'an ARN with a field too few',
    allow({ Resource: 'arn:aws:s3::b' }),
    'Statement.0.Resource',
    /legacy parsing/,
  ],
  [
    'a role in a Region',
    allow({ Resource: 'arn:aws:iam:us-east-1:1:role/x' }),
    'Statement.0.Resource',
    /region information/,
  ],
  [
    'something of IAM that is no kind',
    allow({ Resource: 'arn:aws:iam::1:thing/x' }),
    'Statement.0.Resource',
    /IAM resource path/,
  ],
  [
    'any kind of IAM',
    allow({ Resource: 'arn:aws:iam::123456789012:*/*' }),
    'Statement.0.Resource',
    /IAM resource path/,
  ],
  ['a condition that is a list', allow({ Condition: [] }), 'Statement.0.Condition', /Syntax errors/],
  [
    'an unknown operator',
    allow({ Condition: { StringSame: { 'aws:x': 'a' } } }),
    'Statement.0.Condition.StringSame',
    /Syntax/,
  ],
  [
    'an operator without keys',
    allow({ Condition: { StringEquals: 'a' } }),
    'Statement.0.Condition.StringEquals',
    /Syntax/,
  ],
  [
    'a key without a value',
    allow({ Condition: { StringEquals: { 'aws:x': [] } } }),
    'Statement.0.Condition.StringEquals.aws:x',
    /Syntax/,
  ],
  [
    'a key without a prefix',
    allow({ Condition: { StringEquals: { SourceIp: 'a' } } }),
    'Statement.0.Condition.StringEquals.SourceIp',
    /prefaced by a vendor/,
  ],
  [
    'a date that is none',
    allow({ Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }),
    'Statement.0.Condition.DateLessThan.aws:CurrentTime',
    /legacy parsing/,
  ],
];

describe('the grammar of policies', () => {
  it.each(refused)('refuses %s', (_name, document, path, says) => {
    const [problem, ...others] = listProblems('identity', document);
    expect(problem?.path.join('.')).toBe(path);
    expect(problem?.says).toMatch(says);
    expect(problem?.fix).not.toBe('');
    expect(others).toEqual([]);
  });

  it.each<[string, object]>([
    ['a statement that is no list', { Version: VERSION, Statement: one }],
    ['no version', { Statement: [one] }],
    ['the version before', { ...of(one), Version: '2008-10-17' }],
    ['empty Sids, as Terraform writes them', of({ ...one, Sid: '' }, { ...one, Sid: '' })],
    ['every action', allow({ Action: '*' })],
    ['every action of every service', allow({ Action: '*:*' })],
    ['actions of a service that nobody knows', allow({ Action: ['made-up:Do*', 'S3:get?bject'] })],
    ['everything but', allow({ Action: undefined, NotAction: ['iam:*'] })],
    ['everything but some resources', allow({ Resource: undefined, NotResource: 'arn:aws:s3:::b/*' })],
    ['a variable', allow({ Resource: 'arn:aws:s3:::b/${aws:username}/*' })],
    ['an access point', allow({ Resource: 'arn:aws:s3:us-west-2:123456789012:accesspoint/a' })],
    ['fields left out at the end', allow({ Resource: 'arn:aws:sqs' })],
    ['a resource with colons', allow({ Resource: 'arn:aws:logs:*:*:log-group:/a:*' })],
    ['everything of IAM', allow({ Resource: 'arn:aws:iam::*:*' })],
    ['roles of IAM', allow({ Resource: ['arn:aws:iam::123456789012:role/*', 'arn:aws:iam::aws:policy/X'] })],
    ['any partition', allow({ Resource: 'arn:*:s3:::b' })],
    [
      'true and numbers',
      allow({ Condition: { Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 'aws:x': 3 } } }),
    ],
    [
      'an operator with both ends',
      allow({ Condition: { 'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': ['a'] } } }),
    ],
    [
      'dates',
      allow({ Condition: { DateLessThan: { 'aws:CurrentTime': ['2027-01-01T00:00:00Z', '1798761600'] } } }),
    ],
  ])('takes %s', (_name, document) => {
    expect(listProblems('identity', document)).toEqual([]);
  });

  it('asks for this version in managed policies', () => {
    expect(listProblems('managed', { Statement: [one] })[0]?.says).toMatch(/2012-10-17 or greater/);
    expect(listProblems('managed', of(one))).toEqual([]);
  });

  it('tells every problem of every statement', () => {
    const document = of({ ...one, Sid: 'a-b', Effect: 'allow' }, { Effect: 'Allow', Action: 'x' });
    expect(listProblems('identity', document).map(({ path }) => path.join('.'))).toEqual([
      'Statement.0.Sid',
      'Statement.0.Effect',
      'Statement.1.Action',
      'Statement.1',
    ]);
  });
});
