import type { ImportDecision } from '../../../../shared/domain/import/decide-import.ts';
import type { ImportedGrant, ImportedRole } from '../../../../shared/domain/import/group-grants.ts';
import { nameConnection, type ImportFinding } from '../../../../shared/domain/import/import-catalogue.ts';
import { listProblems } from '../../../../shared/domain/kernel/errors.ts';

/**
 * The grants that the configuration takes. IAM holds what no configuration may say, such as a role name that is kept for AWS:
 * the connections of such a role are named, and all others are imported. `check` throws ConfigError for what is refused.
 */
export function keepValid(
  grants: readonly ImportedGrant[],
  { accesses, findings }: Pick<ImportDecision, 'accesses' | 'findings'>,
  check: (grants: readonly ImportedGrant[]) => void,
): { readonly grants: readonly ImportedGrant[]; readonly findings: readonly ImportFinding[] } {
  if (explainRefusal(check, grants) === undefined) return { grants, findings };
  const refused = new Map<string, string>();
  const kept = grants.flatMap((grant) => {
    if (explainRefusal(check, [grant]) === undefined) return [grant];
    const roles = grant.roles.filter((role) => {
      const why = explainRefusal(check, [narrow(grant, role)]);
      if (why !== undefined) refused.set(role.arn, why);
      return why === undefined;
    });
    return roles.length === 0 ? [] : [{ ...grant, roles }];
  });
  const named = accesses.flatMap(({ connection, role }) => {
    const why = refused.get(role.arn);
    const what = `has ${role.arn}, which no grant can say: ${why ?? ''}`;
    return why === undefined
      ? []
      : [nameConnection('import.not-expressible', connection, what.replace(/\.$/, ''), role.arn)];
  });
  const distinct = new Map(named.map((one) => [one.connectionId, one]));
  return { grants: kept, findings: [...findings, ...distinct.values()] };
}

function narrow({ pattern: _, ...grant }: ImportedGrant, role: ImportedRole): ImportedGrant {
  return { ...grant, roles: [role] };
}

/** The first complaint; `undefined`: there is none. */
function explainRefusal(
  check: (grants: readonly ImportedGrant[]) => void,
  grants: readonly ImportedGrant[],
): string | undefined {
  try {
    check(grants);
    return undefined;
  } catch (error) {
    return listProblems(error)[0]?.what ?? 'it is refused';
  }
}
