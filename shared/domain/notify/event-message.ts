import { actorName } from '../attribution/actor.ts';
import type { PendingEvent } from '../records/event.ts';
import { eventCatalogue } from '../records/event.ts';
import { blockedReasons } from '../plan/change.ts';
import { listAt, reasonOf, textAt } from './event-fields.ts';
import { linksOf } from './event-links.ts';
import { titleOf } from './event-titles.ts';
import type { ChatMessage, Fact, Link, Places } from './message.ts';
import { fitMessage } from './message.ts';
import { isRecord } from '../kernel/json.ts';

/** More lines would hide what else there is to see. */
const MOST_DIFFERENCES = 5;

/** One event for people. */
export function messageOf(event: PendingEvent, places: Places): ChatMessage {
  const differences = listAt(event, 'drift').filter(isRecord);
  const further = Number(textAt(event, 'furtherDifferences') ?? 0);
  return fitMessage({
    title: titleOf(event),
    severity: eventCatalogue[event.type].severity,
    text: reasonOf(event) ?? eventCatalogue[event.type].meaning,
    facts: factsOf(event),
    lines: differences.slice(0, MOST_DIFFERENCES).map(differenceLine),
    furtherLines: further + Math.max(0, differences.length - MOST_DIFFERENCES),
    links: buttons(linksOf(event, places)),
  });
}

/** In the order in which people ask: where, what, by whom, and what azfed does about it. */
function factsOf(event: PendingEvent): readonly Fact[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Organization', textAt(event, 'organization', 'name')],
    ['Project', textAt(event, 'project', 'name')],
    ['Connection', textAt(event, 'connection', 'name')],
    ['Account', textAt(event, 'aws', 'account')],
    ['Role', textAt(event, 'aws', 'roleArn')],
    ['Since', textAt(event, 'since')],
    ['Until', textAt(event, 'until')],
    ['By whom', whoIn(event)],
    ['Action', actionText(textAt(event, 'action', 'decision'))],
    ['When', event.time],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** Somebody who was found in a trail, or who told azfed. */
function whoIn(event: PendingEvent): string | undefined {
  const principal = textAt(event, 'actor', 'principal');
  if (principal === undefined) return textAt(event, 'by') ?? (event.data['actor'] ? 'unknown' : undefined);
  const sessionName = textAt(event, 'actor', 'sessionName');
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

/** `tags.team: "ops" instead of "shop"`. */
function differenceLine(difference: Readonly<Record<string, unknown>>): string {
  const { path, expected, actual } = difference;
  const field = String(path);
  if (actual === undefined) return `${field}: gone (${valueText(expected)})`;
  return expected === undefined
    ? `${field}: added ${valueText(actual)}`
    : `${field}: ${valueText(actual)} instead of ${valueText(expected)}`;
}

const valueText = (value: unknown) => JSON.stringify(value);

function buttons({ report, console, azureDevOps, actor }: ReturnType<typeof linksOf>): readonly Link[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Report', report],
    ['Role in AWS', console],
    ['Connection in Azure DevOps', azureDevOps],
    ['Who did it', actor],
  ];
  return rows.flatMap(([title, url]) => (url === undefined ? [] : [{ title, url }]));
}
