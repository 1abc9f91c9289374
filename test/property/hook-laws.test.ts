import { fc } from '../builders/fast-check.ts';
import type { HookRow, HookSnapshot } from '../../shared/domain/discovery/hook-plan.ts';
import { planHooks, planRemoval } from '../../shared/domain/discovery/hook-plan.ts';
import type { HookSubscription } from '../../shared/domain/azure-devops/hook-subscription.ts';
import {
  hookEvents,
  subscriptionStates,
  matchWanted,
} from '../../shared/domain/azure-devops/hook-subscription.ts';
import { parseProjectId, parseSubscriptionId } from '../../shared/domain/kernel/ids.ts';
import { required } from '../builders/stage.ts';

const receiver = { url: 'https://hooks.example.com/azure-devops', secret: '' };
const guid = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const project = (index: number) => required(parseProjectId(guid(index)), 'GUID');
const subscriptionId = (index: number) => required(parseSubscriptionId(guid(index)), 'GUID');

const inOrder = {
  url: receiver.url,
  basicAuthUsername: 'azfed',
  basicAuthPassword: '********',
  resourceDetailsToSend: 'minimal',
  messagesToSend: 'none',
  detailedMessagesToSend: 'none',
};

const working = { publisherId: 'tfs', consumerId: 'webHooks', state: 'enabled', inputs: inOrder } as const;

const subscription = fc.record({
  publisherId: fc.constantFrom('tfs', 'pipelines'),
  eventType: fc.constantFrom(...hookEvents, 'git.push'),
  consumerId: fc.constantFrom('webHooks', 'slack'),
  consumerActionId: fc.constant('httpRequest'),
  state: fc.constantFrom(...subscriptionStates),
  projectId: fc.option(fc.integer({ min: 1, max: 4 }).map(project), { nil: undefined }),
  inputs: fc.constantFrom(
    inOrder,
    { ...inOrder, acceptUntrustedCerts: 'True' },
    { ...inOrder, url: 'https://elsewhere.example.com/' },
  ),
});

/** Projects 1 and 2 are covered, 3 is listed and not covered, 4 is not listed. */
const anySnapshot = fc
  .tuple(
    fc.array(subscription, { maxLength: 12 }),
    fc.uniqueArray(fc.nat(11)),
    fc.func(fc.constantFrom('current', 'former', 'not-known')),
  )
  .map(([all, made, passwordOf]): HookSnapshot => ({
    receiver,
    projects: [1, 2, 3].map((index) => ({
      id: project(index),
      name: `P${index}`,
      isCovered: index < 3,
    })),
    subscriptions: all.map(({ projectId, ...one }, index) => ({
      ...one,
      ...(projectId ? { projectId } : {}),
      id: subscriptionId(index),
    })),
    made: new Map(made.map((index) => [subscriptionId(index), project(1)])),
    readPassword: passwordOf,
  }));

/** What is there once the rows have been carried out. */
function applyRows(before: HookSnapshot, rows: readonly HookRow[]): HookSnapshot {
  const gone = new Set(
    rows.flatMap(({ change, subscriptionId: id }) => (change === 'delete' && id ? [id] : [])),
  );
  const healed = new Map(
    rows.flatMap(({ change, subscriptionId: id, projectId }) =>
      change === 'update' && id ? [[id, projectId] as const] : [],
    ),
  );
  const made = rows
    .filter(({ change }) => change === 'create')
    .map(({ projectId, event }, index): HookSubscription => ({
      id: subscriptionId(1_000 + index),
      ...working,
      consumerActionId: 'httpRequest',
      eventType: event,
      projectId,
    }));
  const left = before.subscriptions
    .filter(({ id }) => !gone.has(id))
    .map((one) => {
      const projectId = healed.get(one.id);
      return projectId ? { ...one, ...working, projectId } : one;
    });
  const given = new Set([...healed.keys(), ...made.map(({ id }) => id)]);
  return {
    ...before,
    subscriptions: [...left, ...made],
    readPassword: (id) => (given.has(id) ? 'current' : before.readPassword(id)),
  };
}

const foreign = ({ subscriptions, made }: HookSnapshot) =>
  subscriptions.filter((one) => !made.has(one.id) && matchWanted(one, receiver.url) === undefined);

it('once it is carried out there is nothing to do, and one subscription for each project and event', () => {
  fc.assert(
    fc.property(anySnapshot, (before) => {
      const after = applyRows(before, planHooks(before));
      const rows = planHooks(after);
      expect(rows.filter(({ change }) => change !== 'none')).toEqual([]);
      const status = rows.filter(({ status: now }) => now === 'enabled');
      expect(status.map(({ projectId, event }) => `${projectId} ${event}`)).toEqual(
        [1, 2].flatMap((index) => hookEvents.map((event) => `${project(index)} ${event}`)),
      );
    }),
  );
});

it.each([
  ['install', planHooks],
  ['remove', planRemoval],
] as const)('%s names no subscription of others', (_request, plan) => {
  fc.assert(
    fc.property(anySnapshot, (before) => {
      const after = applyRows(before, plan(before));
      expect(foreign(after)).toEqual(foreign(before));
    }),
  );
});

it('leaves none of its own after a removal, whatever somebody has edited', () => {
  fc.assert(
    fc.property(anySnapshot, (before) => {
      const after = applyRows(before, planRemoval(before));
      expect(after.subscriptions).toEqual(foreign(before));
    }),
  );
});

it('takes nothing away from a project that is not listed, unless all are to go', () => {
  fc.assert(
    fc.property(anySnapshot, (before) => {
      const hidden = (now: HookSnapshot) =>
        now.subscriptions.filter((one) => matchWanted(one, receiver.url)?.projectId === project(4));
      expect(hidden(applyRows(before, planHooks(before)))).toEqual(hidden(before));
      expect(hidden(applyRows(before, planRemoval(before)))).toEqual([]);
    }),
  );
});

it('does not depend on the order in which Azure DevOps lists them', () => {
  fc.assert(
    fc.property(anySnapshot, (before) => {
      const reversed = { ...before, subscriptions: [...before.subscriptions].reverse() };
      expect(planHooks(reversed)).toEqual(planHooks(before));
    }),
  );
});
