import type { EntryHolder, HoldingConnection } from './holders.ts';

/** Who is behind a subject, in a few words. Of a connection that the subject names, only its type is new. */
export function formatHolder(holder: EntryHolder, subject = ''): string {
  switch (holder.state) {
    case 'connection':
      return formatConnections(holder.connections, holder.isWhole, subject);
    case 'nobody':
      return holder.similar ? `nobody (${formatConnection(holder.similar)} differs in case)` : 'nobody';
    case 'never-works':
      return `never works: ${holder.reason}`;
    case 'unknown':
      return 'unknown';
    case 'pipeline':
      return 'a pipeline';
    case 'outside':
      return 'not of this configuration';
  }
}

function formatConnections(
  connections: readonly HoldingConnection[],
  isWhole: boolean,
  subject: string,
): string {
  const [first, ...others] = connections;
  if (!first) return isWhole ? 'nobody' : 'unknown';
  const more = others.length > 0 ? ` (+${others.length})` : '';
  return `${formatConnection(first, subject)}${more}${isWhole ? '' : ', perhaps more'}`;
}

function formatConnection({ type, project, name, isDisabled }: HoldingConnection, subject = ''): string {
  const kind = type?.toLowerCase() ?? 'type not shown';
  const isNamed = subject.endsWith(`/${project}/${name}`);
  return `${kind}${isNamed ? ' connection' : `: ${project} / ${name}`}${isDisabled === true ? ' (disabled)' : ''}`;
}
