import { matchesPattern } from '../kernel/glob.ts';
import { listCutActions } from './boundary-cut.ts';
import type { PolicyDocument } from './policy-document.ts';

/** What IAM reports of one service that a role may call. Times are epoch milliseconds; left out: no attempt in the period. */
export interface ServiceUse {
  /** Such as `s3`. */
  readonly namespace: string;
  readonly lastAt?: number;
  /** Only some actions of some services are tracked. Left out or empty: IAM names none. */
  readonly actions?: readonly { readonly name: string; readonly lastAt?: number }[];
}

/** What a role has used of the actions that a boundary cuts off. */
export interface CutUse {
  /** Actions that the role has tried, as `iam:CreateUser`, sorted. */
  readonly actions: readonly string[];
  /** Services that the role has called, for which IAM names no action, sorted. */
  readonly services: readonly string[];
  /** Parts of the cut actions of which IAM does not report whether they were used, sorted. */
  readonly untracked: readonly string[];
}

/** What a boundary would cut off of a role, and what is known of its use. */
export interface BoundaryCut {
  readonly boundary: string;
  /** Patterns of actions, the used ones first; empty: only that something could not be read is known. */
  readonly actions: readonly string[];
  /** Policies that could not be read, which may allow anything. */
  readonly unread: readonly string[];
  readonly use: 'used' | 'unused' | 'unknown';
  readonly usedActions: readonly string[];
  /** Services that the role has called, for which IAM names no action. */
  readonly usedServices: readonly string[];
  /** Parts of the actions of which IAM does not report whether they were used. */
  readonly untracked: readonly string[];
  /** Why IAM's report could not be read. */
  readonly useUnknown?: string;
}

/**
 * Compares what is cut with the last accessed report. A service without an attempt was not used:
 *
 *     cut            | report of the service                    | says
 *     ---------------+------------------------------------------+------------------------
 *     iam:CreateUser | iam, no attempt                          | nothing
 *     iam:CreateUser | iam; CreateUser with a time              | action iam:CreateUser
 *     iam:CreateUser | iam; CreateUser without a time           | nothing
 *     iam:PassRole   | iam; other actions alone                 | untracked iam:PassRole
 *     iam:*          | iam; CreateUser with a time              | action, untracked iam:*
 *     iam:*          | iam, no action named                     | service iam
 *     iam:*          | no iam in the report                     | untracked iam:*
 *     *              | s3, which the boundary allows            | nothing
 */
export function judgeCutUse(
  cut: readonly string[],
  boundary: PolicyDocument,
  report: readonly ServiceUse[],
): CutUse {
  const used = report.filter(({ lastAt }) => lastAt !== undefined);
  const parts = used.flatMap((service) =>
    cut.flatMap((pattern) =>
      listCut(boundary, limitToService(pattern, service.namespace)).map((part) => ({ service, part })),
    ),
  );
  const actions = used.flatMap(({ namespace, actions: tracked = [] }) =>
    tracked
      .filter(({ lastAt }) => lastAt !== undefined)
      .map(({ name }) => `${namespace}:${name}`)
      .filter(
        (action) => cut.some((pattern) => matches(pattern, action)) && listCut(boundary, action).length > 0,
      ),
  );
  const unreported = cut.filter(
    (pattern) => !report.some(({ namespace }) => limitToService(pattern, namespace) !== undefined),
  );
  return {
    actions: sortDistinct(actions),
    services: sortDistinct(parts.flatMap(({ service }) => (hasDetail(service) ? [] : [service.namespace]))),
    untracked: sortDistinct([
      ...parts.flatMap(({ service, part }) =>
        hasDetail(service) && !isTracked(service, part) ? [part] : [],
      ),
      ...unreported,
    ]),
  };
}

const hasDetail = ({ actions = [] }: ServiceUse): boolean => actions.length > 0;

const isTracked = ({ namespace, actions = [] }: ServiceUse, part: string): boolean =>
  actions.some(({ name }) => `${namespace}:${name}`.toLowerCase() === part.toLowerCase());

/** What the boundary takes away of these actions. */
const listCut = (boundary: PolicyDocument, action: string | undefined): readonly string[] =>
  action === undefined
    ? []
    : listCutActions([{ Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] }], boundary);

/** The actions of one service among those that the pattern stands for; `undefined`: none. */
function limitToService(pattern: string, namespace: string): string | undefined {
  const at = pattern.indexOf(':');
  const [service, action] = at < 0 ? [pattern, '*'] : [pattern.slice(0, at), pattern.slice(at + 1)];
  return matches(service, namespace) ? `${namespace}:${action}` : undefined;
}

const matches = (pattern: string, text: string): boolean =>
  matchesPattern(pattern.toLowerCase(), text.toLowerCase());

const sortDistinct = (items: readonly string[]): readonly string[] => [...new Set(items)].sort();

/** Sentences about what a role has used of the actions that a boundary cuts off. */
export function describeCutUse(cut: BoundaryCut): string {
  const { use, usedActions, usedServices, untracked, useUnknown } = cut;
  if (useUnknown !== undefined) return `Whether the role has used them is not known: ${useUnknown}`;
  if (use === 'unused') return 'The role has used none of them within 400 days.';
  return [
    ...(usedActions.length > 0 ? [`The role has used ${usedActions.join(', ')} within 400 days.`] : []),
    ...(usedServices.length > 0
      ? [`It has called ${usedServices.join(', ')}, and IAM does not name the actions.`]
      : []),
    ...(untracked.length > 0 ? [`IAM does not report whether it has used ${untracked.join(', ')}.`] : []),
  ].join(' ');
}
