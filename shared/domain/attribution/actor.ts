import { homeRegions, type ParsedRoleArn, type Partition } from '../kernel/arn.ts';
import { resourceName, type ChangeTarget } from './change-target.ts';

/**
 * Who changed IAM, as CloudTrail tells it, or a connection, as the audit log of Azure DevOps does. Names of sessions and
 * users may be those of people: not for logs.
 */
export interface KnownActor {
  /**
   * `event`: an event told of it when it happened. `lookup`: found afterwards in CloudTrail's history. `audit-log`: of Azure
   * DevOps.
   */
  readonly source: 'event' | 'lookup' | 'audit-log';
  /**
   * ARN of the user, or of the role whose session it was; the name of the service where AWS itself did it. In Azure DevOps the
   * user principal name.
   */
  readonly principal: string;
  /** Name of the session: behind single sign-on that of the person. */
  readonly sessionName?: string;
  /** An address, or the name of the service on whose behalf AWS called. */
  readonly sourceIp?: string;
  readonly eventId: string;
  /** `UpdateAssumeRolePolicy`, `Library.ServiceConnectionModified`, ... */
  readonly eventName: string;
  /** ISO text. CloudTrail knows seconds. */
  readonly time: string;
  /** The event in the console of the account, or the audit log of the organization. */
  readonly link: string;
  /** Others have done what can explain it too, earlier than this one. */
  readonly isProbable?: true;
}

/** Nobody was found: neither did an event come, nor does the history say. */
export interface UnknownActor {
  readonly source: 'unknown';
  /** The search in the console of the account that a person would make. */
  readonly link: string;
}

export type Actor = KnownActor | UnknownActor;

/** Who it was, for people: behind single sign-on the name of the session says it. */
export function actorName(actor: Pick<KnownActor, 'principal' | 'sessionName' | 'isProbable'>): string {
  const { principal, sessionName, isProbable } = actor;
  const name = sessionName === undefined ? principal : `${sessionName} (${principal})`;
  return isProbable ? `probably ${name}` : name;
}

const consoleDomains: Readonly<Record<Partition, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/** The trust of a role, in the console; whoever follows it is signed in to the account. */
export function roleLink({ partition, name }: Pick<ParsedRoleArn, 'partition' | 'name'>): string {
  const [region, domain] = [homeRegions[partition], consoleDomains[partition]];
  const page = `#/roles/details/${encodeURIComponent(name)}?section=trust_relationships`;
  return `https://${region}.${domain}/iam/home?region=${region}${page}`;
}

/** One event in the console; whoever follows it is signed in to the account. */
export function eventLink(partition: Partition, eventId: string): string {
  return `${eventHistory(partition)}/${encodeURIComponent(eventId)}`;
}

/** What is said when nobody was found: with the search in the event history that would be next. */
export function unknownActor(partition: Partition, target: ChangeTarget): UnknownActor {
  const search = new URLSearchParams({ ReadOnly: 'false', ResourceName: resourceName(target) });
  return { source: 'unknown', link: `${eventHistory(partition)}?${search.toString()}` };
}

function eventHistory(partition: Partition): string {
  const [region, domain] = [homeRegions[partition], consoleDomains[partition]];
  return `https://${region}.${domain}/cloudtrailv2/home?region=${region}#/events`;
}
