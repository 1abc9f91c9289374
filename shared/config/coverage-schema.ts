import * as z from 'zod';
import { isPathOfAws, parseRoleArn, problemOfRoleArn } from '../domain/kernel/arn.ts';
import { isPatternText } from '../domain/issuers/issuer.ts';
import { oneOrMany, ruled } from './field.ts';

/** A pattern over names. With `issuer: entra` no name stands in a trust, so a name may hold anything that people can see. */
function problemOfNamePattern(pattern: string): string | undefined {
  if (pattern === '') return 'is empty';
  return isPatternText(pattern)
    ? undefined
    : 'holds braces, or characters that cannot be seen: patterns have `*` and `?` alone, and `?` stands for a brace in a name';
}

/**
 * Paths: `/.../` of U+0021-U+007E, at most 512 (IAM service model); `/aws-service-role/` and `/aws-reserved/` are AWS's
 * own. The path is a plain prefix, so that nobody can read it in two ways.
 */
export function problemOfRolePath(path: string): string | undefined {
  if (path === '/') return undefined;
  if (!path.startsWith('/') || !path.endsWith('/')) return 'does not begin and end with a slash';
  if (/[*?]/.test(path)) return 'holds a pattern; a path is taken as it is';
  if (isPathOfAws(path)) return 'is reserved by AWS';
  return path.length <= 512 && /^(?:\/[\u0021-\u002e\u0030-\u007e]+)+\/$/.test(path)
    ? undefined
    : 'is not a path that IAM takes';
}

/** A name of a pair is the name itself; a brace is a brace. */
function problemOfExactName(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (/[*?]/.test(name)) return 'holds * or ?; a pair has names, not patterns';
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? 'holds characters that cannot be seen' : undefined;
}

/** What stands for a role in a pair: its ARN, or its path and name in whichever account of the grant. */
export interface PairedRole {
  readonly arn?: ReturnType<typeof parseRoleArn>;
  readonly path: string;
  readonly name: string;
}

export function parsePairedRole(text: string): PairedRole | undefined {
  if (text.includes(':')) {
    const arn = parseRoleArn(text);
    return arn && { arn, path: arn.path, name: arn.name };
  }
  const role = parseRoleArn(`arn:aws:iam::000000000000:role/${text.replace(/^\//, '')}`);
  return role && !role.path.includes('//') ? { path: role.path, name: role.name } : undefined;
}

function problemOfPairedRole(text: string): string | undefined {
  const role = parsePairedRole(text);
  if (!role) return text.includes(':') ? problemOfRoleArn(text) : 'is not the name of a role';
  return problemOfRolePath(role.path)?.replace(/^/, 'has a path that ');
}

export const connections = z
  .strictObject({
    organization: oneOrMany(ruled(problemOfNamePattern)).describe(
      'Pattern for the name of the organization, or a list of patterns; each must match one of `organizations`.',
    ),
    project: oneOrMany(ruled(problemOfNamePattern)).describe(
      'Pattern for the name of the project, such as Shop, or a list of patterns.',
    ),
    name: oneOrMany(ruled(problemOfNamePattern)).describe(
      'Pattern for the name of the connection, such as aws-*, or a list of patterns.',
    ),
  })
  .meta({
    title: 'Connections',
    description:
      'The service connections that are meant; required, except with `roles`. In patterns `*` stands for any characters and `?` for one; case matters. A name is meant that matches one of its list.',
  });

const roleNamePattern = z
  .string()
  .regex(/^[\w+=,.@*?-]{1,64}$/, 'is not a pattern that the name of a role could match');

export const role = z
  .strictObject({
    path: ruled(problemOfRolePath).describe(
      'Path on or below which the role must lie: begins and ends with a slash, such as /azure-devops/shop/. `/` is the root path alone, for names that are exact or begin with three characters that are no wildcards.',
    ),
    name: oneOrMany(roleNamePattern).describe(
      'Pattern for the name of the role (without its path), or a list of patterns: letters, digits, +=,.@-_ and * or ?.',
    ),
  })
  .meta({
    title: 'Role',
    description:
      'Where the role that is typed into a connection may lie: { path: ..., name: ... }; required, except with `roles`.',
  });

const pair = z
  .strictObject({
    organization: ruled(problemOfExactName)
      .exactOptional()
      .describe('Name of the organization; may be left out where the configuration has one.'),
    project: ruled(problemOfExactName).describe('Name of the project, exactly as Azure DevOps spells it.'),
    connection: ruled(problemOfExactName).describe('Name of the connection in that project, exactly.'),
    role: ruled(problemOfPairedRole).describe(
      'The role: its ARN, or its path and name (az-serviceconnection, team/az-deploy) in whichever account of the grant.',
    ),
    type: z
      .enum(['aws', 'any'])
      .default('aws')
      .describe(
        'aws (the default): the connection must ask for exactly this role. any: a connection of any type has the role by this line alone; its ARN stands in a task or a variable.',
      ),
  })
  .meta({ title: 'Pair', description: 'A connection and its role: { project, connection, role }.' });

export const pairs = z
  .array(pair)
  .min(1)
  .describe(
    'Instead of `connections` and `role`: pairs of one connection and its one role, by exact names: a list. No connection may ask for the role of another.',
  );

/** JSON Schema's words for: patterns, or pairs; a boundary unless permissions are somebody else's. */
export const coverageRules = {
  allOf: [
    {
      oneOf: [
        { required: ['connections', 'role', 'accounts'], properties: { roles: false } },
        { required: ['roles'], properties: { connections: false, role: false } },
      ],
    },
    {
      oneOf: [
        { required: ['permissions'], properties: { permissions: { const: 'unmanaged' } } },
        { required: ['boundary'], properties: { permissions: { const: 'managed' } } },
      ],
    },
  ],
};
