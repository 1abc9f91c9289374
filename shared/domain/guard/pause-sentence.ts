import type { Configuration } from '../configuration/configuration.ts';
import { scopeKey } from './controls.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import type { BreakerScope, Pause, PauseScope, Person } from '../records/deployment-record.ts';
import { timeText } from '../kernel/time-text.ts';
import { displayName } from '../azure-devops/service-connection.ts';

/** A scope as people call it: ids of organizations and connections give way to their names. */
export type ScopeNames = (scope: PauseScope | BreakerScope) => string;

export function scopeNames(
  { organizations }: Pick<Configuration, 'organizations'>,
  recorded: readonly RecordedConnection[],
): ScopeNames {
  const organization = (wanted: string) => organizations.find(({ id }) => id === wanted)?.name ?? wanted;
  const project = (wanted: string) =>
    recorded.flatMap(({ references }) => references).find(({ projectId }) => projectId === wanted)
      ?.projectName ?? wanted;
  return (scope) => {
    if (scope.of === 'organization') return `organization ${organization(scope.id)}`;
    if (scope.of === 'absence') {
      const where = `organization ${organization(scope.organization)}`;
      if (scope.project === undefined) return `absence in ${where}`;
      return `absence in project ${project(scope.project)} of ${where} in account ${scope.account ?? ''}`;
    }
    const item =
      scope.of === 'connection' ? recorded.find(({ connectionId }) => connectionId === scope.id) : undefined;
    return item ? `connection ${displayName(item.references)}` : scopeKey(scope);
  };
}

export const personName = (person: Person): string => (person === '' ? 'somebody unknown' : person);

/** What is suspended, until when, by whom and why. It holds what people have typed. */
export function pauseSentence({ scope, until, reason, by }: Pause, names: ScopeNames): string {
  return `${names(scope)} until ${timeText(until)}, by ${personName(by)}: ${reason}`;
}
