import { parseRoleArn } from '../kernel/arn.ts';
import { roleLink } from '../attribution/actor.ts';
import type { PendingEvent } from '../records/event.ts';
import { parseConnectionId, parseProjectId } from '../kernel/ids.ts';
import { readEventText } from './event-fields.ts';
import type { Places } from './message.ts';

/** Addresses at which people read more of what an event is about; each only where it is known. */
export interface EventLinks {
  /** The connection in the report page. */
  readonly report?: string;
  /** The role in the console; whoever follows it is signed in to the account. */
  readonly console?: string;
  /** The connection in Azure DevOps. */
  readonly azureDevOps?: string;
  /** The event in the console, or the search for it. */
  readonly actor?: string;
}

export function buildEventLinks(event: PendingEvent, places: Places): EventLinks {
  const role = parseRoleArn(readEventText(event, 'aws', 'roleArn') ?? '');
  const actor = readEventText(event, 'actor', 'link');
  const links = {
    report: reportLink(event, places),
    console: role && roleLink(role),
    azureDevOps: connectionLink(event, places),
    actor: actor?.startsWith('https://') ? actor : undefined,
  };
  return Object.fromEntries(Object.entries(links).filter(([, url]) => url !== undefined));
}

function reportLink(event: PendingEvent, { reportUrl }: Places): string | undefined {
  const connection = parseConnectionId(readEventText(event, 'connection', 'id') ?? '');
  return connection === undefined || reportUrl === undefined
    ? reportUrl
    : `${reportUrl}#connection=${connection}`;
}

/** The page of one service connection; a project's id stands where its name may (azure-devops-docs, service endpoints). */
function connectionLink(event: PendingEvent, { organizations }: Places): string | undefined {
  const organization = organizations.find(({ id }) => id === readEventText(event, 'organization', 'id'));
  const project = parseProjectId(readEventText(event, 'project', 'id') ?? '');
  const connection = parseConnectionId(readEventText(event, 'connection', 'id') ?? '');
  if (!organization || project === undefined || connection === undefined) return undefined;
  return `${organization.url}/${project}/_settings/adminservices?resourceId=${connection}`;
}
