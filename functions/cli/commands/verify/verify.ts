import { findAccountListGap } from '../../../../shared/domain/configuration/account-list.ts';
import {
  createExecutionHistory,
  createPipelineSession,
} from '../../../../shared/adapters/azure-devops/pipelines.ts';
import {
  observeDesiredState,
  readDesiredState,
  type DesiredState,
} from '../../../../shared/application/observe/observe.ts';
import {
  type VerifySubject,
  readRoleLastUse,
  verifyPassively,
  verifyStatically,
} from '../../../../shared/application/checks/verify.ts';
import {
  type RunVerdict,
  type RunOrder,
  findPipeline,
  runVerification,
} from '../../../../shared/application/checks/verify-run.ts';
import type { Filter } from '../../../../shared/application/reporting/selection.ts';
import { ConfigError, InvariantError, describeFailure } from '../../../../shared/domain/kernel/errors.ts';
import { listConnectionUnread, listUnread } from '../../../../shared/domain/findings/finding.ts';
import type { Reading } from '../../../../shared/domain/kernel/result.ts';
import {
  type ConnectionReference,
  displayName,
} from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { PassiveEvidence } from '../../../../shared/domain/verify/uses.ts';
import { addFilterOptions, readFilter, requireOneWay, type FilterOptions } from '../../arguments/filter.ts';
import { selectConnections } from '../plan/interactive-plan.ts';
import { chooseConnection, type Choice } from '../../arguments/connection-choice.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { selectLayout, type Layout } from '../../output/layout.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { wrapLines } from '../../output/text.ts';
import { passiveText, runText, staticText } from '../../output/verify-text.ts';
import { parseRegions } from '../../arguments/regions.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import { sayUnread, type ExitCode, type Invocation, type Verb } from '../../command-line/command.ts';
import { homeRegions } from '../../../../shared/domain/kernel/arn.ts';
import { buildExpectation } from '../../../../shared/domain/verify/static-verdict.ts';
import { confirm } from '../../console/approval-notes.ts';

interface VerifyOptions extends FilterOptions {
  readonly region?: string;
  readonly run?: boolean;
  readonly pipeline?: string;
  readonly ref?: string;
}

export const verifyVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .argument(
      '[connection]',
      'id, project/name, or a name that only one connection has; none: every connection that the filter selects',
    )
    .option(
      '--region <list>',
      'the Regions in which pipelines call STS, separated by commas; default: us-east-1, or the home Region of the partition',
    )
    .option('--run', 'run a pipeline that signs in to AWS with the connection, after a confirmation')
    .option('--pipeline <name>', 'name or number of that pipeline; default: azfed-verify')
    .option(
      '--ref <ref>',
      'branch of the pipeline, such as refs/heads/main; default: the default branch of the pipeline',
    )
    .action(run(verify));
};

/** Everything that reads say: nothing was written anywhere. */
interface Verified {
  readonly name: string;
  /** The project in which it is verified by a run, and its name there. */
  readonly place: ConnectionReference | undefined;
  readonly subject: VerifySubject;
  readonly passive: PassiveEvidence;
  readonly active?: Reading<RunVerdict>;
  /** What could not be read, in sentences. */
  readonly unread: readonly string[];
}

async function verify(
  invocation: Invocation,
  typed: string | undefined,
  options: VerifyOptions,
): Promise<ExitCode> {
  const regions = parseRegions(options.region);
  const filter = readFilter(options);
  const way = requireOneWay('azfed verify', typed, filter);
  refuseWithoutRun(options);
  const deployment = await openDeployment(invocation);
  if (typeof way !== 'string') return verifySelected(invocation, deployment, options, way);

  const desiredState = await readDesiredState(deployment.ports, deployment.configuration);
  const chosen = chooseConnection(way, desiredState);
  const seen = await readAll(deployment, desiredState, chosen, way, regions);
  const verified = await showVerified(invocation, deployment, seen, options);
  if (!verified) return 1;
  const outcome = deriveOutcome(verified);
  const accountList = findAccountListGap(deployment.configuration);
  if (invocation.options.json)
    invocation.terminal.result(jsonText({ ...toDocument(verified, outcome), accountList }));
  return exitCodes[outcome];
}

/** A pipeline that is named and does not run would look like one that has. Throws ConfigError. */
function refuseWithoutRun({ run = false, pipeline, ref }: VerifyOptions): void {
  if (run || (pipeline === undefined && ref === undefined)) return;
  throw new ConfigError({
    where: 'azfed verify',
    what: '--pipeline and --ref say what is run, and --run is not given.',
    fix: 'Add --run, or leave them out.',
  });
}

/** Shows what the reads say, and with --run what a run has proven; `undefined` when nobody agreed to the run. */
async function showVerified(
  invocation: Invocation,
  deployment: Deployment,
  seen: Verified,
  options: VerifyOptions,
): Promise<Verified | undefined> {
  const layout = selectLayout(invocation, deployment);
  if (!invocation.options.json) showReads(invocation, seen, layout);
  const verified = options.run ? await addRun(invocation, deployment, seen, options) : seen;
  if (!verified) return undefined;
  if (!invocation.options.json) showRun(invocation, verified, layout);
  for (const message of listProblems(verified)) invocation.terminal.problem(message);
  return verified;
}

/** One after another: CloudTrail answers two questions a second. */
async function verifySelected(
  invocation: Invocation,
  deployment: Deployment,
  options: VerifyOptions,
  filter: Filter,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const { rows, snapshot } = await selectConnections(deployment, filter);
  const ids = new Set(rows.map(({ connectionId }) => connectionId));
  const choices = snapshot.desiredRoles.targets
    .flatMap(({ bindings }) => bindings)
    .filter(({ connectionId }) => ids.delete(connectionId));
  const desiredState = { ...snapshot, azureDevOpsRequests: snapshot.reads.azureDevOps };
  const done: (readonly [code: ExitCode, document?: object])[] = [];
  for (const chosen of choices)
    done.push(await verifyChoice(invocation, deployment, desiredState, chosen, options));
  const unread = listUnread(snapshot.plan.findings);
  sayUnread(terminal, unread);
  const connections = done.flatMap(([, document]) => document ?? []);
  const accountList = findAccountListGap(deployment.configuration);
  if (invocation.options.json)
    terminal.result(jsonText({ schemaVersion: 1, filter, accountList, connections, withoutRole: [...ids] }));
  else if (choices.length === 0) terminal.result('The filter selects no connection with a role.');
  const codes = done.map(([code]) => code);
  if (codes.includes(1)) return 1;
  return codes.includes(3) || unread.length > 0 ? 3 : 0;
}

/** What fails for one stops no other. */
async function verifyChoice(
  invocation: Invocation,
  deployment: Deployment,
  desiredState: DesiredState,
  chosen: Choice,
  options: VerifyOptions,
): Promise<readonly [code: ExitCode, document?: object]> {
  try {
    const seen = await readAll(deployment, desiredState, chosen, '', parseRegions(options.region));
    const verified = await showVerified(invocation, deployment, seen, options);
    if (!verified) return [1];
    const outcome = deriveOutcome(verified);
    return [exitCodes[outcome], toDocument(verified, outcome)];
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    const name = inert(displayName(chosen.references));
    invocation.terminal.problem(`${name}: ${inert(describeFailure(error).message)}`);
    return [1];
  }
}

function showReads({ terminal }: Invocation, { name, subject, passive }: Verified, layout: Layout): void {
  const text = [staticText(name, subject, layout), passiveText(subject, passive, layout)].join('\n');
  terminal.result(wrapLines(text, layout.columns));
}

function showRun({ terminal }: Invocation, { subject, active }: Verified, layout: Layout): void {
  if (active?.state === 'complete')
    terminal.result(wrapLines(runText(subject, active.value, layout), layout.columns));
}

function listProblems({ active, unread, subject }: Verified): readonly string[] {
  const run = active?.state === 'unknown' ? [`The run has shown nothing: ${inert(active.message)}`] : [];
  const { undecided } = subject.verdict;
  return [
    ...run,
    ...undecided.map((reason) => `azfed cannot determine whether its tokens are accepted: ${inert(reason)}.`),
    ...unread.map((message) => `Could not be read: ${inert(message)}`),
  ];
}

async function readAll(
  { ports, operator }: Deployment,
  desiredState: DesiredState,
  chosen: Choice,
  typed: string,
  regions: readonly string[],
): Promise<Verified> {
  const snapshot = await observeDesiredState(ports, desiredState, selectRunScope(chosen, desiredState));
  const subject = verifyStatically(chosen.connectionId, snapshot);
  const name = displayName(chosen.references);
  if (!subject) throw new ConfigError({ where: name, what: 'It has no role.', fix: 'See azfed plan.' });
  const lastUsed = readRoleLastUse(snapshot, subject.verdict.roleArn);
  const sources = { uses: ports.uses, executions: createExecutionHistory(operator) };
  const passive = await verifyPassively(sources, subject, lastUsed, regions);
  const past = [passive.trail, passive.roleLastUsed, passive.executions];
  const unread = [
    ...subject.verdict.unread,
    ...listConnectionUnread(chosen.connectionId, snapshot.plan.findings),
    ...past.flatMap((reading) => (reading.state === 'unknown' ? [reading.message] : [])),
  ];
  const place =
    chosen.references.find((one) => `${one.projectName}/${one.name}` === typed) ?? chosen.references[0];
  return { name, place, subject, passive, unread: [...new Set(unread)] };
}

/** `undefined` when nobody agreed to the run. */
async function addRun(
  invocation: Invocation,
  deployment: Deployment,
  seen: Verified,
  typed: VerifyOptions,
): Promise<Verified | undefined> {
  const { subject, place } = seen;
  if (!place) throw new ConfigError({ where: seen.name, what: 'No project may use it.', fix: 'Share it.' });
  const [region] = parseRegions(typed.region);
  const { pipeline, ref } = typed;
  const options = {
    region: region ?? homeRegions[subject.account.partition],
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(ref === undefined ? {} : { ref }),
  };
  const active = await verifyByRun(invocation, deployment, subject, place, options);
  if (!active) return undefined;
  return { ...seen, active };
}

type Outcome = 'proven' | 'refused' | 'unread';

const exitCodes: Readonly<Record<Outcome, ExitCode>> = { proven: 0, refused: 1, unread: 3 };

function deriveOutcome({ subject: { verdict }, active, unread }: Verified): Outcome {
  if (active?.state === 'complete' && active.value.outcome === 'refused') return 'refused';
  const showsNothing = active && (active.state === 'unknown' || active.value.outcome === 'unread');
  const isPartial = unread.length > 0 || showsNothing === true;
  return verdict.outcome === 'proven' && isPartial ? 'unread' : verdict.outcome;
}

function toDocument({ name, subject, passive, active }: Verified, outcome: Outcome): object {
  const { connectionId, verdict } = subject;
  const depth = active ? 'active' : 'passive';
  const shown = { schemaVersion: 2, connectionId, connection: name, depth, static: verdict, passive };
  return active ? { ...shown, active, outcome } : { ...shown, outcome };
}

interface VerifyRunOptions {
  readonly pipeline?: string;
  readonly ref?: string;
  readonly region: string;
}

/** Proves it by a run, after asking; `undefined` when nobody agreed. */
async function verifyByRun(
  invocation: Invocation,
  { ports, operator }: Deployment,
  subject: VerifySubject,
  place: ConnectionReference,
  { pipeline: wanted = 'azfed-verify', ref, region }: VerifyRunOptions,
): Promise<Reading<RunVerdict> | undefined> {
  const { organization, connectionId, verdict } = subject;
  const session = createPipelineSession(operator);
  const where = { organization, project: place.projectId, connectionId };
  const found = await findPipeline(session, where, wanted);
  if (found.state === 'unknown') return found;
  if (!found.value) throw withoutPipeline(place, wanted);
  const order: RunOrder = {
    ...where,
    ...found.value,
    connectionName: place.name,
    region,
    ...(ref === undefined ? {} : { ref }),
  };
  const prompt = { text: orderText(order, place), question: 'Queue the run?' };
  if (!(await confirm(invocation, prompt))) return undefined;
  const expected = buildExpectation(verdict, place.projectId);
  return runVerification(session, ports.clock, order, expected, (said) => {
    invocation.terminal.note(inert(said));
  });
}

function withoutPipeline({ projectName }: ConnectionReference, wanted: string): ConfigError {
  return new ConfigError({
    where: `project ${projectName}, pipeline ${wanted}`,
    what: 'There is none of this name or number.',
    fix: 'Commit docs/pipelines/azfed-verify.yml to a repository of the project, make a pipeline of it named azfed-verify, or say --pipeline; see docs/verify.md.',
  });
}

function orderText(
  { pipeline, connectionName, isAuthorized, region, ref }: RunOrder,
  { projectName }: ConnectionReference,
): string {
  return [
    `In project ${inert(projectName)} of Azure DevOps:`,
    isAuthorized
      ? `  the pipeline ${inert(pipeline.name)} may use ${inert(connectionName)} already`
      : `  + let the pipeline ${inert(pipeline.name)} use ${inert(connectionName)}; taken back when the run has ended`,
    `  + queue a run of it${ref === undefined ? '' : ` on ${inert(ref)}`}, in ${inert(region)}: aws sts get-caller-identity, and nothing else`,
  ].join('\n');
}
