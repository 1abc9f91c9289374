import { actorName } from '../attribution/actor.ts';
import type { PendingEvent } from '../records/event.ts';
import { eventCatalogue } from '../records/event-catalogue.ts';
import { blockedReasons } from '../records/blocked-reason.ts';
import { readEventList, describeEventReason, readEventText } from './event-fields.ts';
import { buildEventLinks } from './event-links.ts';
import { formatEventTitle } from './event-titles.ts';
import { fitMessage, type ChatMessage, type Fact, type Link, type Places } from './message.ts';
import { isRecord } from '../kernel/json.ts';

/** More lines would hide what else there is to see. */
const MOST_DIFFERENCES = 5;

/** One event for people. */
export function buildEventMessage(event: PendingEvent, places: Places): ChatMessage {
  const differences = readEventList(event, 'drift').filter(isRecord);
  const further = Number(readEventText(event, 'furtherDifferences') ?? 0);
  return fitMessage({
    title: formatEventTitle(event),
    severity: eventCatalogue[event.type].severity,
    text: describeEventReason(event) ?? eventCatalogue[event.type].meaning,
    facts: listFacts(event),
    lines: differences.slice(0, MOST_DIFFERENCES).map((one) => differenceLine(one, event)),
    furtherLines: further + Math.max(0, differences.length - MOST_DIFFERENCES),
    links: buttons(buildEventLinks(event, places)),
  });
}

/** `payments-prod (111122223333)`, or the id alone. */
function describeAccount(event: PendingEvent): string | undefined {
  const [id, name] = [readEventText(event, 'aws', 'account'), readEventText(event, 'aws', 'accountName')];
  return id === undefined || name === undefined ? id : `${name} (${id})`;
}

/** In the order in which people ask: where, what, by whom, and what azfed does about it. */
function listFacts(event: PendingEvent): readonly Fact[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Organization', readEventText(event, 'organization', 'name')],
    ['Project', readEventText(event, 'project', 'name')],
    ['Connection', readEventText(event, 'connection', 'name')],
    ['Account', describeAccount(event)],
    ['Role', readEventText(event, 'aws', 'roleArn')],
    ['Since', readEventText(event, 'since')],
    ['Until', readEventText(event, 'until')],
    ['By whom', describeActor(event)],
    ['Action', actionText(readEventText(event, 'action', 'decision'))],
    ['When', event.time],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** Somebody who was found in a trail, or who told azfed. */
function describeActor(event: PendingEvent): string | undefined {
  const principal = readEventText(event, 'actor', 'principal');
  if (principal === undefined)
    return readEventText(event, 'by') ?? (event.data['actor'] ? 'unknown' : undefined);
  const sessionName = readEventText(event, 'actor', 'sessionName');
  const { actor } = event.data;
  const isProbable = typeof actor === 'object' && actor !== null && 'isProbable' in actor;
  return actorName({
    principal,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(isProbable ? { isProbable } : {}),
  });
}

const actionTexts: Readonly<Record<string, string>> = {
  repairing: 'it is being put back',
  done: 'done, and read back',
  narrowed: 'only what narrows access was done; the rest waits',
  failed: 'nothing more: it failed',
};

function actionText(decision: string | undefined): string | undefined {
  if (decision === undefined || Object.hasOwn(actionTexts, decision)) return actionTexts[decision ?? ''];
  return Object.hasOwn(blockedReasons, decision)
    ? `held: ${blockedReasons[decision as keyof typeof blockedReasons]}`
    : decision;
}

/** `tags.team: "ops" instead of "shop"`. What a new connection or another grant asks for was never there: it is not gone. */
function differenceLine(difference: Readonly<Record<string, unknown>>, event: PendingEvent): string {
  const { path, expected, actual } = difference;
  const field = String(path);
  const isNew = ['new', 'change'].includes(readEventText(event, 'cause') ?? '');
  if (actual === undefined) return `${field}: ${isNew ? 'new' : 'gone'} (${valueText(expected)})`;
  return expected === undefined
    ? `${field}: added ${valueText(actual)}`
    : `${field}: ${valueText(actual)} instead of ${valueText(expected)}`;
}

const valueText = (value: unknown) => JSON.stringify(value);

function buttons(links: ReturnType<typeof buildEventLinks>): readonly Link[] {
  const { report, console, azureDevOps, actor } = links;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Report', report],
    ['Role in AWS', console],
    ['Connection in Azure DevOps', azureDevOps],
    ['Who did it', actor],
  ];
  return rows.flatMap(([title, url]) => (url === undefined ? [] : [{ title, url }]));
}
