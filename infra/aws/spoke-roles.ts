import type { AccountPattern } from '../../shared/domain/configuration/account-list.ts';

/** What azfed's roles in an account are called. */
export interface SpokeRoleNames {
  readonly path: string;
  readonly write: string;
  readonly read: string;
  readonly retire: string;
}

/** Roles to look with; an account that names none cannot be looked at by what may not write. */
export function readRoles({ readRole }: Pick<AccountPattern, 'readRole'>): readonly string[] {
  return readRole === undefined ? [] : [readRole];
}

/** As the configuration names them; a role that it leaves out is made under a name beside the first. */
export function spokeRoleNames({
  assumeRole,
  readRole,
  retireRole,
}: Partial<AccountPattern>): SpokeRoleNames {
  const write = assumeRole === undefined ? { path: '/', name: 'azfed-spoke' } : pathAndName(assumeRole);
  return {
    path: write.path,
    write: write.name,
    read: readRole === undefined ? `${write.name}-read` : pathAndName(readRole).name,
    retire: retireRole === undefined ? `${write.name}-retire` : pathAndName(retireRole).name,
  };
}

/** Beginnings of the ARNs of sessions with which azfed writes in an account. */
export function listWritingSessions(
  { partition, account }: { readonly partition: string; readonly account: string },
  { write, retire }: Pick<SpokeRoleNames, 'write' | 'retire'>,
): readonly string[] {
  return [write, retire].map((name) => `arn:${partition}:sts::${account}:assumed-role/${name}`);
}

function pathAndName(arn: string): { readonly path: string; readonly name: string } {
  const end = arn.lastIndexOf('/') + 1;
  return { path: arn.slice(arn.indexOf('/'), end), name: arn.slice(end) };
}
