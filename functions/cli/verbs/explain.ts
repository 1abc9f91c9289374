import type { Look } from '../../../shared/application/look.ts';
import { lookWithin, sketch } from '../../../shared/application/look.ts';
import type { RoleChange } from '../../../shared/domain/change.ts';
import { displayName } from '../../../shared/domain/desire.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import { unreadIn } from '../../../shared/domain/finding.ts';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import { buildTrust } from '../../../shared/domain/policy/trust-document.ts';
import type { TrustBinding } from '../../../shared/domain/policy/trust-document.ts';
import { designTrust } from '../../../shared/domain/role-design.ts';
import { strangersTo, tryTrust } from '../../../shared/domain/verify/trials.ts';
import type { CodeExplanation } from '../code-explanation.ts';
import { explainCode, nearestCode } from '../code-explanation.ts';
import type { Choice } from '../connection-choice.ts';
import { chooseConnection } from '../connection-choice.ts';
import { scopeOf } from '../role-scope.ts';
import { openDeployment } from '../deployment.ts';
import { inert, inertJson, jsonText } from '../render/inert.ts';
import type { Style } from '../render/style.ts';
import type { ExitCode, Invocation, Verb } from '../verb.ts';

interface Attempt {
  readonly who: string;
  readonly subject: string;
  readonly decision: 'allowed' | 'denied';
  readonly why: string;
}

interface Explanation {
  readonly connection: string;
  readonly connectionId: string;
  readonly roleArn: string;
  readonly expectedTrust: PolicyDocument;
  readonly roleState: 'present' | 'absent' | 'unread';
  /** `null` unless the role is present. */
  readonly liveTrust: PolicyDocument | null;
  /** What the live trust says to tokens of this connection and of others. */
  readonly attempts: readonly Attempt[];
  readonly change: Pick<RoleChange, 'kind' | 'cause' | 'reason'> | null;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

export const explainVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has; or a code of azfed')
    .action((typed: string) =>
      run(async (invocation) => {
        const meanings = explainCode(typed);
        if (meanings.length > 0) return tellMeanings(invocation, meanings);
        const near = nearestCode(typed);
        if (near !== undefined) throw noSuchCode(typed, near);
        const { ports, configuration } = await openDeployment(invocation);
        const sketched = await sketch(ports, configuration);
        const chosen = chooseConnection(typed, sketched);
        const looked = await lookWithin(ports, sketched, scopeOf(chosen, sketched));
        const explanation = explain(chosen, looked);
        const { terminal, options } = invocation;
        terminal.result(
          options.json
            ? jsonText({ schemaVersion: 1, ...explanation })
            : explanationText(explanation, terminal.style),
        );
        for (const message of unreadIn(looked.plan.findings))
          terminal.problem(`Could not be read: ${inert(message)}`);
        return looked.plan.isPartial ? 3 : 0;
      }),
    );
};

/** Said before anything is looked at: whoever looks a code up may have no configuration at all. */
const noSuchCode = (typed: string, near: string) =>
  new ConfigError([
    {
      where: `code ${typed}`,
      what: 'azfed has no such code.',
      mend: `Did you mean ${near}? A connection of this name: type its project before it, Project/${typed}.`,
    },
  ]);

/** A code needs no configuration to be explained. */
function tellMeanings({ terminal, options }: Invocation, meanings: readonly CodeExplanation[]): ExitCode {
  const text = ({ code, of, severity, meaning, mend }: CodeExplanation) =>
    [
      `${terminal.style.bold(code)}  ${terminal.style.dim([of, severity].filter(Boolean).join(', '))}`,
      `  ${meaning}`,
      ...(mend === undefined ? [] : [`  What to do: ${mend}`]),
    ].join('\n');
  terminal.result(options.json ? jsonText({ schemaVersion: 1, meanings }) : meanings.map(text).join('\n\n'));
  return 0;
}

function explain({ connectionId, references }: Choice, { draft, observations, plan }: Look): Explanation {
  const [target] = draft.targets;
  if (!target)
    throw new ConfigError([
      { where: displayName(references), what: 'It has no role.', mend: 'See azfed plan.' },
    ]);
  const roles = observations.flatMap(({ roles: reading }) =>
    reading.state === 'complete' ? reading.value.inScope : [],
  );
  const isRead = observations.every(({ roles: reading }) => reading.state === 'complete');
  const live = roles.find(({ arn }) => arn === target.role.arn);
  const bindings = designTrust(target.role, target.bindings);
  const change = plan.changes.find((planned): planned is RoleChange => planned.target === 'role');
  return {
    connection: displayName(references),
    connectionId,
    roleArn: target.role.arn,
    expectedTrust: buildTrust(bindings),
    roleState: live ? 'present' : isRead ? 'absent' : 'unread',
    liveTrust: live?.trust ?? null,
    attempts: live ? bindings.flatMap((binding) => attempts(live.trust, binding)) : [],
    change: change ? { kind: change.kind, cause: change.cause, reason: change.reason } : null,
    findings: plan.findings
      .filter((finding) => finding.connectionId === connectionId)
      .map(({ code, message }) => ({ code, message })),
  };
}

/** Tokens that should get in, and tokens of the same issuer that should not. */
function attempts(live: PolicyDocument, binding: TrustBinding): readonly Attempt[] {
  const own = binding.subjects.map((subject) => ({
    who: 'this connection',
    subject,
    expected: 'allowed' as const,
  }));
  return tryTrust(live, binding, [...own, ...strangersTo(binding)]).map(
    ({ who, subject, decision, why }) => ({ who, subject, decision, why }),
  );
}

function explanationText(
  {
    connection,
    connectionId,
    roleArn,
    expectedTrust,
    roleState,
    liveTrust,
    attempts: tried,
    change,
    findings,
  }: Explanation,
  style: Style,
): string {
  const decided = (decision: Attempt['decision']) =>
    decision === 'allowed' ? style.green('allowed') : style.red('denied ');
  return [
    `${style.bold(inert(connection))}  ${style.dim(connectionId)}`,
    `  role      ${inert(roleArn)}`,
    `  state     ${change ? `${change.kind} (${change.cause}): ${inert(change.reason)}` : 'as it should be'}`,
    `  expected  ${inertJson(expectedTrust)}`,
    `  live      ${liveTrust ? inertJson(liveTrust) : roleState === 'unread' ? 'could not be read' : 'there is no such role'}`,
    ...(tried.length > 0 ? ['  who may assume it now'] : []),
    ...tried.map(
      ({ who, subject, decision, why }) =>
        `    ${decided(decision)}  ${inert(subject)}  ${style.dim(`${who}: ${inert(why)}`)}`,
    ),
    ...findings.map(({ code, message }) => `  ${style.yellow('!')} ${code}  ${inert(message)}`),
  ].join('\n');
}
