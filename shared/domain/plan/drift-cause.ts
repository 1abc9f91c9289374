import type { KnownActor } from '../attribution/actor.ts';
import type { Difference } from '../kernel/difference.ts';
import type { Change } from './change.ts';

type Drifted = Pick<Change, 'target' | 'cause' | 'differences'>;

/**
 * Whether a call to IAM can have brought about what a change puts back:
 *
 *     the role or provider is gone      what deletes it
 *     trust                             UpdateAssumeRolePolicy
 *     boundary, policies, tags          what puts or attaches where something is there; what removes where nothing is
 *     session length, description       UpdateRole
 *     audiences of a provider           what removes one, or deletes and makes the provider again
 *
 * A role that was deleted and made again has another RoleId, and is no drift of ours: CreateRole explains none.
 */
export function canExplain(change: Drifted, eventName: string): boolean {
  if (change.target === 'provider')
    return (change.cause === 'gone' ? goneProvider : changedProvider).includes(eventName);
  if (change.cause === 'gone') return eventName === 'DeleteRole';
  return change.differences.some((difference) => listCalls(difference).includes(eventName));
}

const goneProvider = ['DeleteOpenIDConnectProvider'];
const changedProvider = [
  'RemoveClientIDFromOpenIDConnectProvider',
  'DeleteOpenIDConnectProvider',
  'CreateOpenIDConnectProvider',
];

/** By the beginning of the path: what puts something there, and what takes it away. */
const calls: readonly (readonly [path: RegExp, puts: readonly string[], removes: readonly string[]])[] = [
  [/^trust\b/, ['UpdateAssumeRolePolicy'], ['UpdateAssumeRolePolicy']],
  [/^boundary$/, ['PutRolePermissionsBoundary'], ['DeleteRolePermissionsBoundary']],
  [/^maxSessionDuration$/, ['UpdateRole'], ['UpdateRole']],
  [/^description$/, ['UpdateRole', 'UpdateRoleDescription'], ['UpdateRole', 'UpdateRoleDescription']],
  [/^tags\./, ['TagRole'], ['UntagRole']],
  [/^policies\.managed\./, ['AttachRolePolicy'], ['DetachRolePolicy']],
  // What is not there may be a part of the document: then it was put.
  [/^policies\.inline\./, ['PutRolePolicy'], ['PutRolePolicy', 'DeleteRolePolicy']],
];

function listCalls({ path, actual }: Difference): readonly string[] {
  const [, puts, removes] = calls.find(([begin]) => begin.test(path)) ?? [];
  return (actual === undefined ? removes : puts) ?? [];
}

/**
 * The latest of the events that can explain it. Where people differ who did such a thing, nothing shows which of them left
 * what is there now: then it was probably the last.
 */
export function likeliest(found: readonly KnownActor[]): KnownActor | undefined {
  const events = [...new Map([...found].reverse().map((actor) => [actor.eventId, actor])).values()];
  const [latest] = events.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
  if (!latest) return undefined;
  const people = new Set(events.map(({ principal, sessionName = '' }) => `${principal} ${sessionName}`));
  return people.size > 1 ? { ...latest, isProbable: true } : latest;
}
