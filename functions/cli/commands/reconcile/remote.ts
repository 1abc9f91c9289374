import * as z from 'zod';
import type { FollowedRun } from '../../../../shared/application/run/remote-run.ts';
import { LONGEST_QUIET_MS, followRemoteRun } from '../../../../shared/application/run/remote-run.ts';
import { invokedFunctions } from '../../../../shared/contract/service-limits.ts';
import {
  findAccountListGap,
  resolveAccounts,
  type AccountListGap,
} from '../../../../shared/domain/configuration/account-list.ts';
import { toRunExit } from '../../../../shared/domain/guard/run-summary.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { formatAge, formatInstant } from '../../../../shared/domain/kernel/durations.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { blockedReasons, type BlockedReason } from '../../../../shared/domain/records/blocked-reason.ts';
import type { PartStatus } from '../../../../shared/domain/records/remote-run.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { chooseAccounts } from '../../arguments/account-choice.ts';
import type { PlaceOptions } from '../../arguments/filter.ts';
import { localFlag, sayUnread, type ExitCode, type Invocation } from '../../command-line/command.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { stoppable } from '../../console/interruption.ts';
import { accountName, selectLayout } from '../../output/layout.ts';
import { summaryText } from '../../output/report-text.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { wrapLines } from '../../output/text.ts';
import type { Style } from '../../output/style.ts';

/** Starts the scheduled path of the deployed service, and follows it to its end by what its functions note in the table. */
export async function reconcileRemotely(
  invocation: Invocation,
  { account }: Pick<PlaceOptions, 'account'>,
): Promise<ExitCode> {
  const { terminal, options } = invocation;
  const deployment = await openDeployment(invocation, 'change');
  const { ports, service, table } = deployment;
  const accounts = account && chooseAccounts(deployment.configuration, account).map((one) => one.id);
  const stack = table.place().name;
  const id = await startRun(deployment, stack, accounts);
  terminal.note(`Started run ${id} in the service. Ctrl-C ends the following; the run goes on.`);
  const names = nameParts(invocation, deployment);
  const followed = await stoppable((stop) =>
    followRemoteRun({ remoteRuns: service.remoteRuns, clock: ports.clock }, id, {
      stop,
      onProgress: showProgress(invocation, ports.clock, names),
    }),
  ).finally(() => {
    terminal.progress(undefined);
  });
  for (const problem of listProblems(followed, stack, names)) terminal.problem(problem);
  const accountList = await readListGap(deployment);
  sayUnread(terminal, accountList ? [accountList.message] : []);
  const seen = leaveOpen(followed, accountList);
  const { summary } = seen;
  if (options.json) terminal.result(jsonText(toDocument(seen, names, accountList)));
  else if (summary) terminal.result(wrapLines(summaryText(summary, terminal.style), terminal.columns));
  if (!summary) return followed.end === 'stopped' ? 3 : 1;
  for (const [reason, count] of Object.entries(summary.blockedBy))
    terminal.note(`${counted(count, 'change')} blocked: ${describeBlock(reason)}`);
  terminal.note(`Every connection, with what it waits for: azfed status${localFlag(options)}`);
  return toRunExit(summary);
}

/** What the service knows of the accounts of AWS Organizations, which it reads when the run starts. */
async function readListGap({ ports, configuration }: Deployment): Promise<AccountListGap | undefined> {
  if (!configuration.listing) return undefined;
  return findAccountListGap(resolveAccounts(configuration, await ports.accountLists.store.read()));
}

/** Accounts that nobody has listed were not looked at. */
function leaveOpen(followed: FollowedRun, accountList: AccountListGap | undefined): FollowedRun {
  const { summary } = followed;
  if (!accountList?.isOpen || !summary || summary.outcome === 'failed') return followed;
  return { ...followed, summary: { ...summary, outcome: 'partial' } };
}

const answer = z.object({ remote: z.object({ id: z.string() }) });

/** Proves that each function starts before the first one is asked for work. Throws ConfigError, PermissionError, TransientError. */
async function startRun(
  { service: { functions } }: Deployment,
  stack: string,
  accounts: readonly string[] | undefined,
): Promise<string> {
  // Without a message or a record a function does nothing but start and find its configuration.
  const [first, ...rest] = invokedFunctions;
  for (const name of rest) await functions.invoke(`${stack}-${name}`, { Records: [] });
  const name = `${stack}-${first}`;
  const given = await functions.invoke(name, { remote: accounts ? { accounts } : {} });
  const { data } = answer.safeParse(given);
  if (data) return data.remote.id;
  throw new ConfigError({
    where: `function ${name}`,
    what: 'It has answered, and has started nothing: it does not know this request.',
    fix: 'Its release differs from that of this command (azfed version --check). Deploy azfed again: npx cdk deploy',
  });
}

/** A later release may block for reasons that this one does not know. */
const describeBlock = (reason: string) =>
  reason in blockedReasons ? blockedReasons[reason as BlockedReason] : inert(reason);

type NamePart = (part: Pick<PartStatus, 'of' | 'id'>) => string;

function nameParts(invocation: Invocation, deployment: Deployment): NamePart {
  const layout = selectLayout(invocation, deployment);
  const { organizations } = deployment.configuration;
  return ({ of, id }) => {
    const name =
      of === 'account' ? accountName(id, layout) : (organizations.find((one) => one.id === id)?.name ?? id);
    return inert(`${of} ${name}`);
  };
}

/** A line for each part whose state has changed; to a person who watches also how far the whole has come. */
function showProgress({ terminal }: Invocation, clock: Clock, name: NamePart) {
  const shown = new Map<string, string>();
  return (parts: readonly PartStatus[]) => {
    const time = formatInstant(clock.now()).slice(11, 19);
    for (const part of parts) {
      const text = `${colourState(part, terminal.style)}  ${name(part)}${describePart(part)}`;
      const key = `${part.of} ${part.id}`;
      if (shown.get(key) !== text && (shown.has(key) || part.state !== 'waiting'))
        terminal.note(`${time}  ${text}`);
      shown.set(key, text);
    }
    const count = (state: string) => parts.filter((part) => part.state === state).length;
    if (terminal.isInteractive)
      terminal.progress(`${count('done')} of ${parts.length} done, ${count('running')} running`);
  };
}

function colourState({ state }: PartStatus, style: Style): string {
  const colour = state === 'done' ? style.green : state === 'failed' ? style.red : String;
  return colour(state.padEnd(7));
}

function describePart({ unread = [], summary, error, state }: PartStatus): string {
  if (summary) {
    const { done, failed, blocked } = summary.counts;
    const counts = [
      [done, 'done'],
      [failed, 'failed'],
      [blocked, 'blocked'],
    ] as const;
    const parts = counts.flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : []));
    return `: ${[summary.outcome, ...parts].join(', ')}`;
  }
  if (unread.length > 0)
    return `: not everything could be read (${unread.map((code) => inert(code)).join(', ')})`;
  return error && state !== 'done' ? `: an attempt failed (${inert(error.code)})` : '';
}

function listProblems({ end, parts, run }: FollowedRun, stack: string, name: NamePart): readonly string[] {
  const failed = parts.flatMap((part) =>
    part.error
      ? [
          `${name(part)} failed: ${inert(part.error.message)} (${inert(part.error.code)})\n  The service tries it again. Its log: aws logs tail /aws/lambda/${stack}-${selectFunction(part)} --since 30m`,
        ]
      : [],
  );
  const unread = parts.flatMap((part) =>
    (part.unread ?? []).length > 0
      ? [
          `Could not be read: ${name(part)} (${part.unread?.map((code) => inert(code)).join(', ')}). azfed doctor says more.`,
        ]
      : [],
  );
  const open = parts.filter(({ state }) => state === 'waiting' || state === 'running');
  const list = open.map((part) => `${name(part)} (${part.state})`).join(', ');
  if (end === 'stopped')
    return [
      ...failed,
      ...unread,
      `Not followed any more; run ${run.id} goes on in the service. Open: ${list}.`,
    ];
  if (end === 'over') return [...failed, ...unread];
  const first = open[0] ? selectFunction(open[0]) : 'discover';
  return [
    ...failed,
    ...unread,
    `Nothing has changed for ${formatAge(LONGEST_QUIET_MS)}. Open: ${list}.\n  The function ${stack}-${first} does not end its work: it was ended by Lambda, is throttled, or others wait before it. Its log: aws logs tail /aws/lambda/${stack}-${first} --since 30m. Messages that failed five times are in its dead-letter queue (docs/runbook).`,
  ];
}

const selectFunction = ({ of }: Pick<PartStatus, 'of'>) => (of === 'account' ? 'reconcile' : 'discover');

function toDocument(
  { run, end, parts, summary, reads, readUnits }: FollowedRun,
  name: NamePart,
  accountList: AccountListGap | undefined,
): Readonly<Record<string, unknown>> {
  const describe = (kind: PartStatus['of']) =>
    parts
      .filter(({ of }) => of === kind)
      .map(({ of, id, ...part }) => ({ [of]: id, name: name({ of, id }).slice(of.length + 1), ...part }));
  return {
    schemaVersion: 1,
    remoteRun: run.id,
    startedAt: run.at,
    end,
    outcome: summary?.outcome ?? null,
    ...(summary && { ...summary }),
    accountList,
    organizations: describe('organization'),
    accounts: describe('account'),
    reads: { dynamodb: reads, readUnits },
  };
}
