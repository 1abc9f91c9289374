import { createExecutionHistory } from '../../../../shared/adapters/azure-devops/pipelines.ts';
import {
  adoptInBatches,
  gatherEvidence,
  splitBatches,
  type AdoptionBatch,
  type AdoptionItem,
  type AdoptionOutcome,
} from '../../../../shared/application/connections/adopt-roles.ts';
import { findBoundaryCuts } from '../../../../shared/application/checks/boundary-cuts.ts';
import type { DesiredState } from '../../../../shared/application/observe/observe.ts';
import { readControls } from '../../../../shared/application/records/controls.ts';
import { observeDesiredState, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import type { DefectiveRun, GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import type { Filter } from '../../../../shared/application/reporting/selection.ts';
import { listFilterProblems, matchesPlace } from '../../../../shared/application/reporting/selection.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { adoptionGroups, selectGroup } from '../../../../shared/domain/adoption/adoption-groups.ts';
import { describeRefusal } from '../../../../shared/domain/adoption/adoption-text.ts';
import { surveyAdoption, type AdoptionSurvey } from '../../../../shared/domain/adoption/adoption-survey.ts';
import { excludesSomebody, listLostActionNames } from '../../../../shared/domain/adoption/lost-access.ts';
import { indexSubjects } from '../../../../shared/domain/adoption/named-connections.ts';
import type { Target } from '../../../../shared/domain/desired/claims.ts';
import { listUnread } from '../../../../shared/domain/findings/finding.ts';
import { defaultRegions, splitRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { fixOfName } from '../../arguments/connection-choice.ts';
import { readFilter, requireKnown, type PlaceOptions } from '../../arguments/filter.ts';
import { parseRegions } from '../../arguments/regions.ts';
import { sayUnread, type ExitCode, type Invocation } from '../../command-line/command.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { confirm } from '../../console/approval-notes.ts';
import { deliverPending } from '../../console/notices.ts';
import { adoptionText, formatConnections, toGrantInput } from '../../output/adoption-text.ts';
import { inert, printResult } from '../../output/sanitize.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { applyWatched } from '../apply/apply-plan.ts';
import { listNeverWorking } from '../../../../shared/application/connections/dead-entries.ts';
import { guardView } from '../plan/interactive-plan.ts';
import { listIf } from '../../../../shared/domain/kernel/group-by.ts';

export interface AdoptAllOptions extends PlaceOptions {
  readonly batch: number;
  readonly details: boolean;
  readonly open: readonly string[];
  readonly despiteUse: readonly string[];
  readonly region?: string;
}

/** Everything that is shown before the question. */
interface Prepared {
  readonly planned: GuardedPlan;
  readonly survey: AdoptionSurvey;
  readonly items: readonly AdoptionItem[];
  readonly unread: readonly string[];
}

/** One table, one question, then batch after batch. Roles that are managed already are skipped, so that it goes on where it stopped. */
export async function adoptAll(invocation: Invocation, options: AdoptAllOptions): Promise<ExitCode> {
  const regions = parseRegions(options.region);
  const deployment = await openDeployment(invocation, 'prepare');
  const prepared = await prepareAdoption(deployment, options, regions);
  const { planned, items, unread } = prepared;
  const { terminal } = invocation;
  const text = showTable(invocation, prepared, options);
  const batches = splitBatches(planned, items, options.batch);
  sayUnread(terminal, unread);
  if (batches.length === 0) {
    printResult(invocation, toDocument(prepared, [], undefined), () => text);
    return unread.length > 0 ? 3 : 0;
  }
  const count = batches.reduce((sum, { roles }) => sum + roles.length, 0);
  if (!(await confirm(invocation, { text, question: `Adopt ${counted(count, 'role')}?` }))) return 1;
  if (!(await deployment.table.prepare(invocation))) return 1;
  return adoptPrepared(invocation, deployment, prepared, batches);
}

async function adoptPrepared(
  invocation: Invocation,
  deployment: Deployment,
  prepared: Prepared,
  batches: readonly AdoptionBatch[],
): Promise<ExitCode> {
  const { outcome, defect } = await carryOutBatches(invocation, deployment, batches);
  await deliverPending(deployment, invocation);
  printResult(invocation, toDocument(prepared, batches, outcome), () => describeOutcome(outcome, batches));
  if (defect) throw defect;
  if (outcome.notBegun.length > 0 || !isAllDone(outcome)) return 1;
  return prepared.unread.length > 0 ? 3 : 0;
}

async function prepareAdoption(
  deployment: Deployment,
  options: AdoptAllOptions,
  regions: readonly string[],
): Promise<Prepared> {
  const { ports, configuration, operator } = deployment;
  const all = await readDesiredState(ports, configuration);
  const desiredState = limitTargets(all, configuration, readFilter(options));
  const [snapshot, controls, actor] = await Promise.all([
    observeDesiredState(ports, desiredState, undefined),
    readControls(ports.state, configuration.accounts),
    ports.callers.caller(),
  ]);
  const initiator = { trigger: 'person', ...(actor === undefined ? {} : { actor }) } as const;
  const planned = guardView(deployment, { snapshot, controls }, initiator);
  const { changes, findings } = planned;
  const neverWorks = listNeverWorking(snapshot, deployment.configuration);
  const connections = indexSubjects(configuration.organizations, snapshot.inventories);
  const cuts = await findBoundaryCuts(ports, configuration, snapshot);
  const survey = surveyAdoption({ ...snapshot, changes, neverWorks, connections, cuts });
  const consent = {
    open: chooseRoles('--open', options.open, survey),
    despiteUse: chooseRoles('--despite-use', options.despiteUse, survey),
  };
  const sources = {
    roleUses: ports.roleUses,
    executions: createExecutionHistory(operator),
    clock: ports.clock,
    listRegions: ({ partition }: { readonly partition: keyof typeof defaultRegions }) =>
      regions.length > 0 ? regions : defaultRegions[partition],
  };
  const items = await gatherEvidence(sources, survey.candidates, { configuration, connections, consent });
  return { planned, survey, items, unread: listUnread(findings) };
}

/** The roles that a person asks for, and that they ask to adopt them. Throws ConfigError for a name that nothing has. */
function limitTargets(
  desiredState: DesiredState,
  configuration: Configuration,
  filter: Filter | undefined,
): DesiredState {
  const { desiredRoles } = desiredState;
  if (filter) requireKnown(listFilterProblems(filter, desiredState, configuration));
  const isWanted = ({ role, grant, bindings }: Target) => {
    const projects = bindings.flatMap(({ references }) => references.map(({ projectName }) => projectName));
    const grants = grant ? [grant.name] : [];
    return !filter || matchesPlace(filter, { projects, account: role.account, grants }, configuration);
  };
  const targets = desiredRoles.targets.filter((target) => target.grant && isWanted(target));
  const accounts = new Set(targets.map(({ role }) => role.account));
  return {
    ...desiredState,
    desiredRoles: {
      ...desiredRoles,
      targets,
      claimed: filter ? [] : desiredRoles.claimed,
      scopes: desiredRoles.scopes.filter(({ account }) => accounts.has(account.id)),
      asks: 'adopt',
    },
  };
}

/** Roles that a person names, by their ARN or name, or by a connection. Throws ConfigError for one that is none. */
function chooseRoles(
  flag: string,
  typed: readonly string[],
  { candidates }: AdoptionSurvey,
): ReadonlySet<RoleArn> {
  const namesOf = new Map(
    candidates.map(({ roleArn, bindings }) => [
      roleArn,
      [
        roleArn,
        splitRoleArn(roleArn).name,
        ...bindings.flatMap(({ connectionId, references }) => [
          connectionId,
          ...references.flatMap(({ projectName, name }) => [`${projectName}/${name}`, name]),
        ]),
      ],
    ]),
  );
  const problems = typed.flatMap((word) => {
    const found = [...namesOf].filter(([, names]) => names.includes(word)).map(([arn]) => arn);
    if (found.length === 1) return [];
    const what =
      found.length > 1
        ? `It is a name of ${found.length} roles.`
        : 'No role that could be adopted, and no connection of one, has this name.';
    const fix =
      found.length > 1
        ? `Use the ARN of the role: ${found.join(', ')}.`
        : fixOfName(word, [...namesOf.values()].flat(), `azfed adopt --all`);
    return [{ where: `${flag} ${word}`, what, fix }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  const isNamed = (names: readonly string[]) => names.some((name) => typed.includes(name));
  return new Set([...namesOf].filter(([, names]) => isNamed(names)).map(([arn]) => arn));
}

function showTable(
  { terminal }: Invocation,
  { items, survey }: Prepared,
  { details }: AdoptAllOptions,
): string {
  const { columns, style } = terminal;
  const counts = { managed: survey.managed.length, missing: survey.missing.length };
  const form = { style, details, ...(columns === undefined ? {} : { columns }) };
  return `${adoptionText(items, counts, form)}\n`;
}

async function carryOutBatches(
  { terminal }: Invocation,
  deployment: Deployment,
  batches: readonly AdoptionBatch[],
): Promise<{ readonly outcome: AdoptionOutcome; readonly defect?: DefectiveRun }> {
  let defect: DefectiveRun | undefined;
  const outcome = await adoptInBatches(
    deployment.ports,
    deployment.configuration,
    batches,
    async (planned, at) => {
      const ran = await applyWatched(terminal, deployment, planned);
      defect ??= ran.defect;
      terminal.note(`Batch ${at + 1} of ${batches.length}: ${ran.report.outcome}`);
      return ran.report;
    },
  );
  return { outcome, ...(defect ? { defect } : {}) };
}

const isAllDone = ({ reports }: AdoptionOutcome): boolean =>
  reports.every(({ results }) => results.every(({ result }) => result === 'done'));

/** What came of each role that was tried. */
function listResults({ reports }: AdoptionOutcome) {
  return reports.flatMap(({ results, plan: { changes } }) =>
    results.map(({ changeId, ...rest }) => {
      const change = changes.find(({ id }) => id === changeId);
      const target =
        change?.target === 'role'
          ? { roleArn: change.roleArn }
          : { providerArn: change?.target === 'provider' ? change.providerArn : undefined };
      return { changeId, ...target, ...rest };
    }),
  );
}

function describeOutcome(outcome: AdoptionOutcome, batches: readonly AdoptionBatch[]): string {
  const results = listResults(outcome).filter((result) => 'roleArn' in result);
  const failed = results.filter(({ result }) => result !== 'done');
  return [
    `Adopted: ${counted(results.length - failed.length, 'role')} in ${outcome.reports.length} of ${counted(batches.length, 'batch', 'batches')}.`,
    ...failed.map(
      ({ roleArn, result, error }) =>
        `  ${inert(String(roleArn))}: ${result}${error ? `, ${inert(error.message)}` : ''}`,
    ),
    ...listIf(
      outcome.notBegun.length > 0,
      `Not begun: ${counted(outcome.notBegun.length, 'role')}. Run it again: roles that azfed manages already are skipped.`,
    ),
  ].join('\n');
}

function toDocument(
  { survey, items, unread }: Prepared,
  batches: readonly AdoptionBatch[],
  outcome: AdoptionOutcome | undefined,
) {
  return {
    schemaVersion: 1,
    groups: {
      ...Object.fromEntries(
        adoptionGroups.map((group) => [
          group,
          items.filter((item) => selectGroup(item.candidate) === group).length,
        ]),
      ),
      managed: survey.managed.length,
      missing: survey.missing.length,
    },
    items: items.map(toItemDocument),
    proposals: items.flatMap(({ proposal }) =>
      proposal ? [{ roleArn: proposal.roleArn, grant: toGrantInput(proposal) }] : [],
    ),
    managed: survey.managed,
    missing: survey.missing,
    unread,
    batches: batches.map(({ account, roles }) => ({ account, roles })),
    results: outcome ? listResults(outcome) : [],
    notBegun: outcome?.notBegun ?? [],
  };
}

function toItemDocument(item: AdoptionItem) {
  const { candidate, evidence, users, lostConnections } = item;
  const { roleArn, account, grant, bindings, effect, opens, neverWorks, lost, refusal, change, cut } =
    candidate;
  return {
    group: selectGroup(candidate),
    roleArn,
    account,
    grant,
    name: formatConnections(item),
    connections: bindings.map(({ connectionId }) => connectionId),
    effect,
    opens,
    neverWorks,
    shutsOut: lost.filter(excludesSomebody),
    narrowsActions: listLostActionNames(lost),
    shutsOutConnections: lostConnections,
    differences: change?.differences ?? [],
    ...(change ? { changeId: change.id } : {}),
    ...(cut ? { boundaryCuts: cut } : {}),
    ...(evidence ? { evidence: { ...evidence, users } } : {}),
    ...(refusal ? { refusal: { ...refusal, ...describeRefusal(refusal) } } : {}),
  };
}
