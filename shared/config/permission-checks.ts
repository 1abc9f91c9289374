import { NO_BOUNDARY } from '../domain/configuration/configuration.ts';
import type { Complaint, FieldPath } from './field.ts';
import type { GrantOutline } from './outline.ts';
import { listIf } from '../domain/kernel/group-by.ts';

/** Whether what a grant says of permissions goes together. */
export function checkPermissions(grant: GrantOutline, path: FieldPath): readonly Complaint[] {
  if (grant.permissions === 'unmanaged') return checkUnmanaged(grant, path);
  return grant.boundary === NO_BOUNDARY ? checkUnbounded(grant, path) : [];
}

const MANAGE = 'Take it out, or choose `permissions: managed`.';

/** What would never be written is refused: who wrote it believes that it holds. */
function checkUnmanaged(grant: GrantOutline, path: FieldPath): readonly Complaint[] {
  const { boundary, managedPolicies, inlinePolicies, tags, given = [] } = grant;
  const idle = [
    ...(boundary !== undefined && boundary !== NO_BOUNDARY ? ['boundary'] : []),
    ...(managedPolicies.length > 0 ? ['managedPolicies'] : []),
    ...(Object.keys(inlinePolicies).length > 0 ? ['inlinePolicies'] : []),
    ...(given.includes('maxSessionDuration') ? ['maxSessionDuration'] : []),
    ...(Object.keys(tags).length > 0 ? ['tags'] : []),
    ...(given.includes('description') ? ['description'] : []),
  ];
  return [
    ...idle.map((key) => ({
      path: [...path, key],
      at: 'key' as const,
      what: `\`${key}\` would never be written: with \`permissions: unmanaged\` azfed keeps the trust alone.`,
      fix: MANAGE,
    })),
    ...refuseRevocation(grant, path, 'with `permissions: unmanaged` azfed writes none', MANAGE),
    ...listIf(grant.retire === 'delete', {
      path: [...path, 'retire'],
      at: 'value' as const,
      what: '`retire: delete` would take away policies that are somebody else’s: they are with `permissions: unmanaged`.',
      fix: 'Choose keep or close, or `permissions: managed`.',
    }),
  ];
}

/** Whatever is attached to such a role counts in full: so nothing is written into it, and policies are named one by one. */
function checkUnbounded(grant: GrantOutline, path: FieldPath): readonly Complaint[] {
  const fix =
    'Name a boundary, put the statements into a managed policy, or choose `permissions: unmanaged`.';
  const inline = Object.keys(grant.inlinePolicies).length > 0;
  return [
    ...listIf(inline, {
      path: [...path, 'inlinePolicies'],
      at: 'key' as const,
      what: 'Inline policies need a boundary, and `boundary` is none.',
      fix,
    }),
    ...refuseRevocation(
      grant,
      path,
      'with `boundary: none` azfed writes none',
      'Take it out, or name a boundary.',
    ),
  ];
}

/** Sessions are revoked by an inline policy. */
function refuseRevocation(
  grant: GrantOutline,
  path: FieldPath,
  because: string,
  fix: string,
): readonly Complaint[] {
  return (['revokeSessions', 'quarantine'] as const)
    .filter((key) => grant[key] === true)
    .map((key) => ({
      path: [...path, key],
      at: 'value',
      what: `\`${key}\` works by an inline policy, and ${because}.`,
      fix,
    }));
}
