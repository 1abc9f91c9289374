import { InvalidArgumentError } from 'commander';
import { readDesiredState, type DesiredState } from '../../../../shared/application/observe/observe.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { findingCatalogue } from '../../../../shared/domain/findings/finding.ts';
import { listPredecessorClaims } from '../../../../shared/domain/recording/succession.ts';
import { planPartInteractively } from '../plan/interactive-plan.ts';
import { executePlan } from '../apply/apply-plan.ts';
import { neverWorksReasons, type DeadEntry } from '../../../../shared/domain/policy/trust-liveness.ts';
import { inert, quoteWord } from '../../output/sanitize.ts';
import { chooseConnection, type Choice } from '../../arguments/connection-choice.ts';
import { addPlaceOptions } from '../../arguments/filter.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { transferRoles } from './hand-over.ts';
import { adoptAll, type AdoptAllOptions } from './adopt-all.ts';
import { listDeadEntries } from '../../../../shared/application/connections/dead-entries.ts';
import { adoptReplaced } from './replaced.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { localFlag, endUnread } from '../../command-line/command.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

export const adoptVerb: Verb = (command, run) => {
  addPlaceOptions(command, 'with --all: ')
    .argument('[connection]', 'id, project/name, or a name that only one connection has')
    .option(
      '--all',
      'every role that connections ask for inside a grant and that azfed does not manage',
      false,
    )
    .option(
      '--replaced',
      'every connection that an identity of trustedAutomation has replaced takes the place of the one before',
      false,
    )
    .option('--batch <count>', 'with --all: how many roles are adopted together', parseCount, 20)
    .option('--details', 'with --all: show every difference, and who used each role', false)
    .option(
      '--open <connection>',
      'also adopt a role that lets its connection in only then, such as one whose trust never worked; with --all it may be given more than once',
      collect,
      [],
    )
    .option(
      '--despite-use <connection|role>',
      'with --all: also adopt a role that was used by somebody who loses access; may be given more than once',
      collect,
      [],
    )
    .option(
      '--region <list>',
      'with --all: the Regions in which STS is called, separated by commas; default: those that every account has',
    )
    .action(run(adoptTyped));
};

interface AdoptOptions extends AdoptAllOptions {
  readonly all: boolean;
  readonly replaced: boolean;
}

const collect = (word: string, words: readonly string[]): readonly string[] => [...words, word];

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, such as 20.');
  return Number(text);
}

/** One connection, all, or those that were replaced: never two of them. Throws ConfigError. */
function adoptTyped(
  invocation: Invocation,
  typed: string | undefined,
  { all, replaced, ...options }: AdoptOptions,
): Promise<ExitCode> {
  const chosen = [typed !== undefined, all, replaced].filter((isChosen) => isChosen).length;
  if (chosen !== 1) throw chooseOne(chosen);
  if (all) return adoptAll(invocation, options);
  const isOpening = typed !== undefined && options.open.length === 1 && options.open[0] === typed;
  refuseBulkOptions(isOpening ? { ...options, open: [] } : options);
  return typed === undefined ? adoptReplaced(invocation) : adopt(invocation, typed, isOpening);
}

function chooseOne(chosen: number): ConfigError {
  const what =
    chosen > 1
      ? 'A connection, --all and --replaced exclude each other: more than one was given.'
      : 'Neither a connection nor --all nor --replaced was given.';
  const fix = 'Type one of them: azfed adopt <connection>, azfed adopt --all, or azfed adopt --replaced.';
  return new ConfigError({ where: 'azfed adopt', what, fix });
}

/** What means nothing for one connection is no word to be passed over in silence. */
function refuseBulkOptions(options: AdoptAllOptions): void {
  const { grant, project, account, details, open, despiteUse, region } = options;
  const isGiven = [grant, project, account, region].some((word) => word !== undefined);
  if (!isGiven && !details && open.length + despiteUse.length === 0) return;
  const what = 'An option was given that only --all has.';
  throw new ConfigError({ where: 'azfed adopt', what, fix: 'Leave it out, or use: azfed adopt --all' });
}

/** The difference is shown whole, and nothing is taken over without a yes; what narrows is done first. */
async function adopt(invocation: Invocation, typed: string, isOpening: boolean): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'prepare');
  const desiredState = await readDesiredState(deployment.ports, deployment.configuration);
  const chosen = chooseConnection(typed, desiredState, 'listed');
  const claims = listPredecessorClaims(desiredState.desiredRoles, chosen.connectionId);
  if (claims.length > 0) return transferRoles(invocation, deployment, desiredState, chosen, claims);
  const scope = { ...selectRunScope(chosen, desiredState), asks: 'adopt' } as const;
  const planned = await planPartInteractively(deployment, desiredState, scope);
  const isAdoption = planned.changes.some(({ kind }) => kind === 'adopt');
  if (!isAdoption && planned.snapshot.plan.isPartial) return endUnread(invocation, planned.findings);
  if (!isAdoption && (await isHeldByAddition(deployment, desiredState, chosen)))
    throw keptWithAddition(chosen, localFlag(invocation.options));
  if (!isAdoption) throw nothingToAdopt(chosen, planned, localFlag(invocation.options));
  if (
    !isOpening &&
    !(await agreesToOpening(
      invocation,
      typed,
      [...listDeadEntries(planned.snapshot, deployment.configuration).values()].flat(),
    ))
  )
    return 1;
  return executePlan(invocation, deployment, planned, { before: [order], isWhole: true });
}

const order =
  'What is wider than the grant goes first (-); what the grant adds (+) and who is let in come last.\n';

/** That is widening, so it needs a decision of its own: --yes alone is none. Throws ConfigError. */
async function agreesToOpening(
  { options, terminal }: Invocation,
  typed: string,
  dead: readonly DeadEntry[],
): Promise<boolean> {
  if (dead.length === 0) return true;
  const reasons = dead.map(
    ({ reason, value }) => `${neverWorksReasons[reason]}${value === '' ? '' : ` (${value})`}`,
  );
  const what = `The trust of its role has never let a pipeline in: ${[...new Set(reasons)].join('; ')}. Adoption opens the role.`;
  const word = quoteWord(typed);
  const fix = `If the connection may have the permissions of the role: azfed adopt ${word} --open ${word}`;
  if (options.yes) throw new ConfigError({ where: typed, what, fix: `${fix}${localFlag(options)}` });
  terminal.problem(inert(what));
  return confirmOpening(terminal);
}

async function confirmOpening(terminal: Invocation['terminal']): Promise<boolean> {
  if (await terminal.confirm('Open it?')) return true;
  terminal.problem('Nothing was written. Answer "yes" to go on, or name the connection with --open.');
  return false;
}

function nothingToAdopt(
  { connectionId, references }: Choice,
  { snapshot, changes, findings }: GuardedPlan,
  flag: string,
): ConfigError {
  const where = displayName(references);
  const { targets, claimed } = snapshot.desiredRoles;
  const granted = targets.find(({ grant }) => grant);
  const refusals = [...snapshot.plan.roles.values()].flatMap(({ refusal }) => refusal ?? []);
  const refused = [...refusals, ...claimed].map(({ finding }) => finding);
  // Without a granted role, whatever is known of the connection says why it has none.
  const about = (granted ? refused : findings).filter(
    (found) =>
      found.connectionId === connectionId || (granted !== undefined && found.roleArn === granted.role.arn),
  );
  if (about.length > 0)
    return new ConfigError(
      about.map(({ code, message }) => ({ where, what: message, fix: findingCatalogue[code].fix })),
    );
  const isMissing = changes.some(({ target, kind }) => target === 'role' && kind === 'create');
  const what = isMissing ? 'Its role is not there yet.' : 'azfed keeps its role already.';
  const fix = isMissing
    ? `Let azfed make it: azfed apply${flag}`
    : `See: azfed explain ${connectionId}${flag}`;
  return new ConfigError({ where, what, fix });
}

/** An adoption forgives what every token meets; an ordinary run is held by it, and `accept` writes it into the grant. */
async function isHeldByAddition(
  deployment: Deployment,
  desiredState: DesiredState,
  chosen: Choice,
): Promise<boolean> {
  const usual = await planPartInteractively(deployment, desiredState, selectRunScope(chosen, desiredState));
  return usual.changes.some(
    (change) => change.target === 'role' && change.decision === 'held' && change.blockedBy === 'incident',
  );
}

/** A role that azfed keeps is not adopted again: what somebody has added becomes part of its grant, or goes in IAM. */
const keptWithAddition = ({ connectionId, references }: Choice, flag: string) =>
  new ConfigError({
    where: displayName(references),
    what: 'azfed keeps its role already, and somebody added a condition, a Deny or a boundary to it.',
    fix: `To keep what was added, write it into the grant: azfed accept ${connectionId}${flag}`,
  });
