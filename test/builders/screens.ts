import { PassThrough } from 'node:stream';
import { explanationText } from '../../functions/cli/commands/explain/explain.ts';
import { explainConnection } from '../../functions/cli/commands/explain/explanation.ts';
import { createTerminal } from '../../functions/cli/console/terminal.ts';
import { historyText } from '../../functions/cli/output/history-text.ts';
import { createLayout } from '../../functions/cli/output/layout.ts';
import { planText } from '../../functions/cli/output/plan-text.ts';
import { watchProgress } from '../../functions/cli/output/progress.ts';
import { reportText } from '../../functions/cli/output/report-text.ts';
import { statusText } from '../../functions/cli/output/status-text.ts';
import { passiveText, staticText } from '../../functions/cli/output/verify-text.ts';
import { verifyStatically } from '../../shared/application/checks/verify.ts';
import { listStatusRows } from '../../shared/application/observe/connection-status.ts';
import { displayName } from '../../shared/domain/azure-devops/service-connection.ts';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { limitToScope } from '../../shared/domain/desired/scope.ts';
import { sortFindings } from '../../shared/domain/findings/finding.ts';
import { guard, isAllowed } from '../../shared/domain/guard/guard.ts';
import { splitRoleArn } from '../../shared/domain/kernel/arn.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import { bootstrapped, rules } from './rules.ts';
import type { ScreenWorld } from './screen-worlds.ts';
import { badDayWorld, largeWorld, smallWorld } from './screen-worlds.ts';
import { makePlan, observeAccounts, runOnce } from './small-world.ts';

export const worlds = { small: smallWorld, large: largeWorld, 'bad-day': badDayWorld } as const;

/** The screens of a world, by the verb that shows them. Everything is computed: no clock, no cloud. */
export async function drawScreens(
  { seen, about }: ScreenWorld,
  columns: number,
): Promise<Readonly<Record<string, string>>> {
  const { terminal, said } = openTerminal(columns);
  const layout = createLayout({ ...terminal, columns }, seen.configuration, seen.now);
  const { changes, findings } = runOnce(seen);
  const automatic = takeSnapshot(seen);
  const rows = listStatusRows(
    seen.configuration,
    {
      snapshot: automatic,
      changes: guard(automatic.plan, rules({ limits: seen.configuration.limits, now: seen.now })).changes,
    },
    bootstrapped,
  );
  const one = takeSnapshot(seen, about);
  const subject = verifyStatically(about, one);
  const { references = [] } = one.desiredRoles.targets[0]?.bindings[0] ?? {};
  const name = displayName(references);
  const explanation = explainConnection({ connectionId: about, references }, one, {
    roles: [],
    unread: [],
  });
  const events = seen.recorded.find(({ connectionId }) => connectionId === about)?.outbox.pending ?? [];
  let now = seen.now;
  const deployment = { configuration: seen.configuration, ports: { clock: { now: () => (now += 2_000) } } };
  const allowed = changes.filter(isAllowed);
  await watchProgress(terminal, deployment as never, { changes } as never, (progress) => {
    for (const change of allowed) {
      progress(change, 'begun');
      progress(change, 'done');
    }
    return Promise.resolve();
  });
  const results = allowed.map(({ id }) => ({ changeId: id, result: 'done' as const }));
  const report = { plan: { changes, findings }, results, outcome: 'changed', failures: [] } as const;
  return {
    plan: planText(changes, sortFindings(findings), layout),
    apply: `${said()}${reportText(report, { delivered: 3, waiting: 0 } as never, layout.style)}`,
    status: statusText(rows, false, layout),
    history: historyText(events, layout),
    verify: subject ? `${staticText(name, subject, layout)}\n${passiveText(subject, unused, layout)}` : '',
    explain: explanationText(explanation, layout),
  };
}

/** A screen of this width, and what was said on it. */
function openTerminal(columns: number) {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
  const stdin = new PassThrough();
  const terminal = createTerminal({ stdin, stdout, stderr, isPlain: true, isQuiet: false });
  return { terminal, said: () => String(stderr.read() ?? '').replaceAll('\r\u001b[2K', '') };
}

/** What a look gives, of everything or of the role of one connection. */
function takeSnapshot(seen: ScreenWorld['seen'], about?: ScreenWorld['about']) {
  const { configuration, inventories, recorded, providers, now } = seen;
  const whole = designRoles(configuration, inventories, recorded, now);
  const target = whole.targets.find(({ bindings }) =>
    bindings.some(({ connectionId }) => connectionId === about),
  );
  const role = target && splitRoleArn(target.role.arn);
  const scope = role && { account: role.account, roles: [role.name] };
  const observations = observeAccounts(seen).filter(({ account }) => !role || account === role.account);
  return {
    ...{ inventories, recorded, providers, observations },
    desiredRoles: scope ? limitToScope(whole, scope) : whole,
    plan: makePlan(seen, observations, undefined, scope),
    reads: { azureDevOps: 12, iam: 6 },
  };
}

const unused = {
  trail: complete({
    ...{ lastSuccess: null, lastFailure: null, lastFailureOfUnknown: null, isFailing: false },
    ...{
      since: '2026-08-24T12:00:00Z',
      successesSince: '2026-08-24T12:00:00Z',
      readAt: '2026-11-22T12:00:00Z',
    },
  }),
  roleLastUsed: complete(null),
  executions: complete({ lastSuccess: null, lastFailure: null }),
};
