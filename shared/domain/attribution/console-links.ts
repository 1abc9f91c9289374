import type { UnknownActor } from './actor.ts';
import type { ParsedRoleArn, Partition } from '../kernel/arn.ts';
import type { ChangeTarget } from './change-target.ts';
import { resourceName } from './change-target.ts';

/** The Region in which a partition's IAM tells of its events, and the domain of the console. */
const homes: Readonly<Record<Partition, { readonly region: string; readonly domain: string }>> = {
  aws: { region: 'us-east-1', domain: 'console.aws.amazon.com' },
  'aws-us-gov': { region: 'us-gov-west-1', domain: 'console.amazonaws-us-gov.com' },
  'aws-cn': { region: 'cn-north-1', domain: 'console.amazonaws.cn' },
  'aws-eusc': { region: 'eusc-de-east-1', domain: 'console.amazonaws-eusc.eu' },
};

/** The trust of a role, in the console; whoever follows it is signed in to the account. */
export function roleLink({ partition, name }: Pick<ParsedRoleArn, 'partition' | 'name'>): string {
  const { region, domain } = homes[partition];
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
  const { region, domain } = homes[partition];
  return `https://${region}.${domain}/cloudtrailv2/home?region=${region}#/events`;
}
