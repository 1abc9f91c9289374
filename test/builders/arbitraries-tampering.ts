import { fc } from './fast-check.ts';
import type { Json, PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import type { RoleState } from '../../shared/domain/iam/role.ts';
import { CLOSED_SUBJECT } from '../../shared/domain/policy/trust-document.ts';

/** What somebody with rights in IAM does to one field of a role. */
export interface Tampering {
  readonly change: (role: RoleState) => Partial<RoleState>;
  /** What the path of the difference begins with. */
  readonly path: string;
}

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
export const ALL: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

const withStatements =
  (change: (statements: readonly Statement[]) => readonly Statement[]) =>
  ({ trust }: RoleState): Partial<RoleState> => ({
    trust: { ...trust, Statement: change(toList<Statement>(trust.Statement)) },
  });

const inFirst = (change: (statement: Statement) => Statement) =>
  withStatements(([first = {}, ...others]) => [change(first), ...others]);

/** The first statement with one condition key of its `StringEquals` set anew; by the end of the key's name. */
const withClaim = (claim: 'aud' | 'sub', value: Json) =>
  inFirst((statement) => {
    const text = JSON.stringify(statement.Condition ?? {});
    const parsed = JSON.parse(text) as { StringEquals?: Record<string, Json> };
    const entries = Object.entries(parsed.StringEquals ?? {});
    return {
      ...statement,
      Condition: {
        StringEquals: Object.fromEntries(
          entries.map(([key, old]) => [key, key.endsWith(`:${claim}`) ? value : old]),
        ),
      },
    };
  });

export const IMPOSTOR = 'sc://contoso/Stranger/any';

const inline = (name: string, document: PolicyDocument) => (role: RoleState) => ({
  inlinePolicies: { ...role.inlinePolicies, [name]: document },
});

/** Every way to change one field; none of them is a Deny, which is kept. */
export const tamperings: Readonly<Record<string, Tampering>> = {
  'opens the trust to everybody': {
    change: withStatements((all) => [
      ...all,
      { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' },
    ]),
    path: 'trust.',
  },
  'opens the trust to an impostor': { change: withClaim('sub', [IMPOSTOR]), path: 'trust.' },
  'opens the trust to a pattern': {
    change: inFirst((statement) => ({
      ...statement,
      Condition: JSON.parse(
        JSON.stringify(statement.Condition)
          .replace('StringEquals', 'StringLike')
          .replace(/sc:[^"]*/g, 'sc://*'),
      ) as Json,
    })),
    path: 'trust.',
  },
  'opens the trust to all audiences': {
    change: inFirst((statement) => ({
      ...statement,
      Condition: JSON.parse(JSON.stringify(statement.Condition).replace(/"[^"]*:aud":"[^"]*",/, '')) as Json,
    })),
    path: 'trust.',
  },
  'asks for another audience': { change: withClaim('aud', 'api://other'), path: 'trust.' },
  'closes the trust': { change: withClaim('sub', CLOSED_SUBJECT), path: 'trust.' },
  'drops the boundary': { change: () => ({ boundary: undefined }), path: 'boundary' },
  'swaps the boundary': { change: () => ({ boundary: ADMIN }), path: 'boundary' },
  'attaches a policy': {
    change: ({ managedPolicies }) => ({ managedPolicies: [...managedPolicies, ADMIN] }),
    path: `policies.managed.${ADMIN}`,
  },
  'detaches all policies': { change: () => ({ managedPolicies: [] }), path: 'policies.managed.' },
  'inlines a policy': { change: inline('extra', { Statement: ALL }), path: 'policies.inline.extra' },
  'inlines a policy with a name that objects have': {
    change: inline('constructor', { Statement: ALL }),
    path: 'policies.inline.constructor',
  },
  'changes an inline policy': {
    change: inline('deploy', { Version: '2012-10-17', Statement: ALL }),
    path: 'policies.inline.deploy.',
  },
  'deletes an inline policy': { change: () => ({ inlinePolicies: {} }), path: 'policies.inline.deploy' },
  'makes sessions longer': { change: () => ({ maxSessionDuration: 43_200 }), path: 'maxSessionDuration' },
  'makes sessions shorter': { change: () => ({ maxSessionDuration: 3_600 }), path: 'maxSessionDuration' },
  'rewrites the description': { change: () => ({ description: 'mine' }), path: 'description' },
  'changes a tag': { change: ({ tags }) => ({ tags: { ...tags, team: 'pay' } }), path: 'tags.team' },
  'adds a tag': { change: ({ tags }) => ({ tags: { ...tags, toString: 'x' } }), path: 'tags.toString' },
  'removes a tag': {
    change: ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => key !== 'team')),
    }),
    path: 'tags.team',
  },
};

/** One or more of them, one after the other. */
export const anyTamperings = fc.subarray(Object.values(tamperings), { minLength: 1, maxLength: 4 });

export function tampered<Role extends RoleState>(role: Role, all: readonly Tampering[]): Role {
  return all.reduce((changed, { change }) => ({ ...changed, ...change(changed) }), role);
}
