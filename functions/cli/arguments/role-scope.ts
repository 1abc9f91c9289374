import type { DesiredState } from '../../../shared/application/observe/observe.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { findingCatalogue } from '../../../shared/domain/findings/finding.ts';
import type { RunScope } from '../../../shared/domain/desired/scope.ts';
import type { Choice } from './connection-choice.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';

/** The role that is decided on for a connection. Throws ConfigError, in the words of what was found, when there is none. */
export function scopeOf(
  { connectionId, references }: Choice,
  { desiredRoles }: Pick<DesiredState, 'desiredRoles'>,
): RunScope {
  const target = desiredRoles.targets.find(({ bindings, heir }) =>
    [...bindings, ...(heir?.bindings ?? [])].some((binding) => binding.connectionId === connectionId),
  );
  if (target) return { account: target.role.account, roles: [target.role.name] };
  const found = desiredRoles.findings.filter((finding) => finding.connectionId === connectionId);
  throw new ConfigError([
    {
      where: displayName(references),
      what: found.map(({ message }) => message).join(' ') || 'No role is decided on for it now.',
      fix:
        found.map(({ code }) => `${code}: ${findingCatalogue[code].fix}`).join(' ') ||
        'It does not ask for OIDC, or could not be read; see azfed plan.',
    },
  ]);
}
