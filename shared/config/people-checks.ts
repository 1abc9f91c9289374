import {
  coversRoles,
  findPrincipalProblem,
  listPersonKinds,
  toPrincipalPattern,
} from '../domain/configuration/people.ts';
import { parsePairedRole } from './coverage-schema.ts';
import type { Complaint } from './field.ts';
import { listGrantAccounts } from './grant-checks.ts';
import type { GrantOutline, ConfigurationOutline } from './outline.ts';
import { listPatterns } from './outline.ts';

/** A pipeline that gets a role of a grant must not be taken for a person. */
export function checkPeople({ people: lists, grants }: ConfigurationOutline): readonly Complaint[] {
  return listPersonKinds.flatMap((kind) =>
    lists[kind].flatMap((written, index): readonly Complaint[] => {
      if (written === undefined || findPrincipalProblem(written) !== undefined) return [];
      const pattern = toPrincipalPattern(written);
      const grant = grants.find((one) => listGrantedRoles(one).some((role) => coversRoles(pattern, role)));
      if (!grant) return [];
      const what = `${written} could match a role of grant ${grant.name ?? ''}: a pipeline would count among the ${kind}.`;
      const fix = 'Name the roles of people exactly, or keep them on a path that no grant covers.';
      return [{ path: ['people', kind, index], at: 'value', what, fix }];
    }),
  );
}

function listGrantedRoles(grant: GrantOutline) {
  const accounts = listGrantAccounts(grant);
  const { path } = grant.role;
  const patterns =
    path === undefined
      ? []
      : listPatterns(grant.role.name, []).map(({ pattern }) => ({ path, name: pattern }));
  const pairs = grant.roles.flatMap(({ role = '' }) => parsePairedRole(role) ?? []);
  return [...patterns, ...pairs].flatMap(({ path: place, name }) =>
    accounts.map((account) => ({ account, path: place, name })),
  );
}
