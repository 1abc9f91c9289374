import { attribute } from '../../../../shared/application/attribution/attribute.ts';
import { addBoundaryFindings } from '../../../../shared/application/checks/boundary-cuts.ts';
import { addReachedFindings } from '../../../../shared/application/checks/reached-roles.ts';
import type { Snapshot, DesiredState } from '../../../../shared/application/observe/observe.ts';
import { readControls } from '../../../../shared/application/records/controls.ts';
import { observe, observeDesiredState } from '../../../../shared/application/observe/observe.ts';
import { guardSnapshot, type GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import type { Filter, Selection } from '../../../../shared/application/reporting/selection.ts';
import { listFilterProblems, selectPart } from '../../../../shared/application/reporting/selection.ts';
import type { ConnectionStatus } from '../../../../shared/application/observe/connection-status.ts';
import { listStatusRows } from '../../../../shared/application/observe/connection-status.ts';
import { inForce, type Initiator } from '../../../../shared/domain/guard/controls.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { formatFilter, requireKnown } from '../../arguments/filter.ts';
import { inert } from '../../output/sanitize.ts';
import { isConverged, type Finding } from '../../../../shared/domain/findings/finding.ts';
import { isAllowed, type GuardedChange } from '../../../../shared/domain/guard/guard.ts';
import type { RunScope } from '../../../../shared/domain/desired/scope.ts';
import type { PlanDocument } from '../../../../shared/domain/guard/plan-document.ts';
import { limitToSelected, planDocument } from '../../../../shared/domain/guard/plan-document.ts';
import type { Person, RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import type { Deployment } from '../../composition/deployment.ts';

/** What a person at the keyboard has before them. */
export interface InteractiveView {
  readonly snapshot: Snapshot;
  readonly controls: RecordedControls;
  /** Who they are, where that can be told. */
  readonly actor: Person | undefined;
}

export async function observeInteractively({ ports, configuration }: Deployment): Promise<InteractiveView> {
  const [snapshot, controls, actor] = await Promise.all([
    observe(ports, configuration).then((seen) => addForesight(ports, configuration, seen)),
    readControls(ports.state, configuration.accounts),
    ports.callers.caller(),
  ]);
  return { snapshot, controls, actor };
}

/** What a person has to know before roles go, are made again, or get a boundary. */
async function addForesight(
  ports: Pick<Deployment['ports'], 'accounts' | 'clock'>,
  configuration: Configuration,
  seen: Snapshot,
): Promise<Snapshot> {
  const withReached = await addReachedFindings(ports.accounts, configuration, seen);
  return addBoundaryFindings(ports, configuration, withReached);
}

/** A part of what there is, after a sketch, and what they ask for there. */
export async function planPartInteractively(
  deployment: Deployment,
  desiredState: DesiredState,
  scope: RunScope,
): Promise<GuardedPlan> {
  const { ports, configuration } = deployment;
  const [snapshot, controls, actor] = await Promise.all([
    observeDesiredState(ports, desiredState, scope).then((seen) => addForesight(ports, configuration, seen)),
    readControls(ports.state, configuration.accounts),
    ports.callers.caller(),
  ]);
  const view = { snapshot, controls, actor };
  return guardView(deployment, view, toInitiator(actor), scope);
}

const toInitiator = (actor: Person | undefined, max?: number): Initiator => ({
  trigger: 'person',
  ...(actor === undefined ? {} : { actor }),
  ...(max === undefined ? {} : { max }),
});

/** What of it may be done, asked for by them or by somebody else. */
export function guardView(
  { ports, configuration }: Pick<Deployment, 'ports' | 'configuration'>,
  view: Pick<InteractiveView, 'snapshot' | 'controls'>,
  initiator: Initiator,
  scope?: RunScope,
  selection?: Selection,
): GuardedPlan {
  const { limits, denyWindows } = configuration;
  const rules = { initiator, controls: view.controls, limits, denyWindows, now: ports.clock.now() };
  const guarded = guardSnapshot(view.snapshot, rules, scope);
  if (!selection) return guarded;
  return {
    ...guarded,
    changes: limitToSelected(guarded.changes, (change) => selection.includesChange(change)),
  };
}

/** A plan that was decided on as a whole; where a filter is typed, what is not selected is held and not shown. */
export interface SelectedPlan extends GuardedPlan {
  readonly selection?: Selection;
}

export interface Wanted {
  /** At most so many changes now. */
  readonly max?: number;
  readonly filter?: Filter | undefined;
}

/**
 * A person who asks has seen the plan before anything is done: only what a person must not override is held, and what is
 * more than the `max` changes that they want now.
 */
export async function planInteractively(
  deployment: Deployment,
  { max, filter }: Wanted = {},
): Promise<SelectedPlan> {
  const view = await observeInteractively(deployment);
  const selection = filter && selectFromView(deployment, view, filter);
  const guarded = guardView(deployment, view, toInitiator(view.actor, max), undefined, selection);
  const planned = await attribute(deployment.ports, deployment.configuration, guarded);
  return selection ? { ...planned, selection } : planned;
}

/** Throws ConfigError for a name that nothing has. A state means what an automatic run sees, as in `azfed status`. */
export function selectFromView(
  deployment: Pick<Deployment, 'ports' | 'configuration'>,
  view: Pick<InteractiveView, 'snapshot' | 'controls'>,
  filter: Filter,
): Selection {
  const { configuration, ports } = deployment;
  requireKnown(listFilterProblems(filter, view.snapshot, configuration));
  const scheduled = guardView(deployment, view, { trigger: 'schedule' });
  const rows = listStatusRows(configuration, scheduled, inForce(view.controls, ports.clock.now()));
  return selectPart(filter, rows, view.snapshot, configuration);
}

/** What a filter selects of all connections, as an automatic run sees them; and what could not be read. */
export async function selectConnections(
  deployment: Pick<Deployment, 'ports' | 'configuration'>,
  filter: Filter,
): Promise<{ readonly rows: readonly ConnectionStatus[]; readonly snapshot: Snapshot }> {
  const { ports, configuration } = deployment;
  const [snapshot, controls] = await Promise.all([observe(ports, configuration), ports.state.readControls()]);
  const selection = selectFromView(deployment, { snapshot, controls }, filter);
  const guarded = guardView(deployment, { snapshot, controls }, { trigger: 'schedule' });
  const rows = listStatusRows(configuration, guarded, inForce(controls, ports.clock.now()));
  return { rows: rows.filter((row) => selection.includesRow(row)), snapshot };
}

export async function selectConnectionIds(
  deployment: Pick<Deployment, 'ports' | 'configuration'>,
  filter: Filter,
): Promise<ReadonlySet<string>> {
  const { rows } = await selectConnections(deployment, filter);
  return new Set(rows.map(({ connectionId }) => connectionId));
}

/** What of a plan is shown, and what its changes leave aside. */
export function listSelected({ changes, findings, selection }: SelectedPlan) {
  if (!selection) return { changes, findings };
  return {
    changes: changes.filter(({ blockedBy }) => blockedBy !== 'not-selected'),
    findings: findings.filter((found) => selection.includesFinding(found)),
    notSelected: changes.filter(({ blockedBy }) => blockedBy === 'not-selected'),
  };
}

export function toPlanDocument(
  { dynamodb }: Deployment,
  planned: SelectedPlan,
): PlanDocument & { readonly notSelected?: NotSelected } {
  const { snapshot, selection } = planned;
  const { changes, findings, notSelected } = listSelected(planned);
  const outcome = snapshot.plan.isPartial ? 'partial' : outcomeWord(changes, findings);
  const document = planDocument(snapshot.plan.id, outcome, changes, findings, {
    ...snapshot.reads,
    dynamodb: [...dynamodb.values()].reduce((sum, next) => sum + next, 0),
  });
  if (!selection || !notSelected) return document;
  return {
    ...document,
    notSelected: {
      filter: selection.filter,
      changes: notSelected.length,
      findings: planned.findings.length - findings.length,
      narrowing: notSelected.filter(narrows).map(({ id, kind, reason, ...change }) => ({
        ...{ id, kind, reason },
        arn: change.target === 'role' ? change.roleArn : change.providerArn,
      })),
    },
  };
}

/** What the filter leaves out of the document, in numbers; changes that narrow access are named, because they should not wait. */
interface NotSelected {
  readonly filter: Filter;
  readonly changes: number;
  readonly findings: number;
  readonly narrowing: readonly {
    readonly id: string;
    readonly kind: string;
    readonly reason: string;
    readonly arn: string;
  }[];
}

const narrows = ({ narrowing }: GuardedChange) => narrowing.length > 0;

/** The same for people; no line where nothing is left out. */
export function describeNotSelected({ selection, ...planned }: SelectedPlan): readonly string[] {
  if (!selection) return [];
  const { findings, notSelected = [] } = listSelected({ ...planned, selection });
  const left = planned.findings.length - findings.length;
  const urgent = notSelected.filter(narrows);
  return [
    `Only ${inert(formatFilter(selection.filter))}. Not shown: ${counted(notSelected.length, 'change')}, ${counted(left, 'finding')}.`,
    ...urgent.map(
      (change) =>
        `Not selected, although it narrows access: ${inert(change.target === 'role' ? change.roleArn : change.providerArn)}`,
    ),
  ];
}

function outcomeWord(
  changes: GuardedPlan['changes'],
  findings: readonly Finding[],
): 'converged' | 'changes' | 'held' {
  if (changes.some(isAllowed)) return 'changes';
  return isConverged(changes, findings) ? 'converged' : 'held';
}
