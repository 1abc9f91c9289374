import { decideOn } from '../../../shared/application/decide.ts';
import type { Sketch } from '../../../shared/application/look.ts';
import { sketch } from '../../../shared/application/look.ts';
import { parseRoleArn } from '../../../shared/domain/arn.ts';
import type { Configuration } from '../../../shared/domain/configuration.ts';
import { displayName } from '../../../shared/domain/desire.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import type { LookScope } from '../../../shared/domain/look-scope.ts';
import type { RecordedConnection, RecordedRole } from '../../../shared/domain/recorded.ts';
import { claimsOf } from '../../../shared/domain/usurpers.ts';
import { agree } from '../agreement.ts';
import { planPartByHand } from '../by-hand.ts';
import { carryOut } from '../carrying-out.ts';
import type { Choice } from '../connection-choice.ts';
import { chooseConnection } from '../connection-choice.ts';
import { openDeployment } from '../deployment.ts';
import { inert } from '../render/inert.ts';
import { unreadIn } from '../unread.ts';
import type { ExitCode, Invocation, Verb } from '../verb.ts';

interface RetireOptions {
  readonly reason?: string;
}

export const retireVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'one that is missing: id, project/name, or a name that only one connection has')
    .option('--reason <text>', 'how you know that it is gone for good')
    .action((typed: string, options: RetireOptions) =>
      run((invocation) => retire(invocation, typed, options)),
    );
};

/** A person's word that a missing connection is gone for good: azfed takes no absence for it. */
async function retire(
  invocation: Invocation,
  typed: string,
  { reason = '' }: RetireOptions,
): Promise<ExitCode> {
  const deployment = await openDeployment(invocation);
  const { ports, configuration } = deployment;
  const sketched = await sketch(ports, configuration);
  const chosen = chooseConnection(typed, sketched);
  const problems = [...notMissing(chosen, sketched), ...withoutReason(reason)];
  if (problems.length > 0) throw new ConfigError(problems);
  const item = sketched.recorded.find(({ connectionId }) => connectionId === chosen.connectionId);
  const open = item ? claimsOf(item).flatMap(({ role }) => (role.closed ? [] : [role])) : [];
  const [role] = open;
  if (!item || !role) throw new ConfigError([alreadyClosed(chosen)]);
  const proposal = {
    text: proposalText(item, open, configuration),
    question: 'Is it gone for good?',
  };
  if (!(await agree(invocation, proposal))) return 1;
  const by = (await ports.callers.caller()) ?? '';
  const at = new Date(ports.clock.now()).toISOString();
  await decideOn(ports.state, item, (known) => ({ ...known, retiring: { by, at, reason } }));
  // What is closed follows from the record as it is now.
  const again = await sketch(ports, configuration);
  return carryOut(invocation, deployment, await planPartByHand(deployment, again, scopeOf(role)), {
    isAgreed: true,
  });
}

function notMissing({ connectionId, references }: Choice, { draft }: Sketch): ConfigError['problems'] {
  const isMissing = draft.findings.some(
    (found) => found.code === 'connection.missing' && found.connectionId === connectionId,
  );
  if (isMissing) return [];
  const unread = unreadIn(draft.findings);
  const where = displayName(references);
  if (unread.length > 0)
    return [
      {
        where,
        what: `It cannot be said that it is gone: ${unread.map(inert).join(' ')}`,
        mend: 'Try again when everything can be read.',
      },
    ];
  return [
    {
      where,
      what: 'It is listed in Azure DevOps, or its role was retired before.',
      mend: 'Turn "Use OIDC" off in the connection, or delete it there; its role follows its grant.',
    },
  ];
}

const withoutReason = (reason: string): ConfigError['problems'] =>
  reason.trim() === ''
    ? [
        {
          where: '--reason',
          what: 'It is missing.',
          mend: 'Say how you know that the connection is gone for good.',
        },
      ]
    : [];

const alreadyClosed = ({ references }: Choice) => ({
  where: displayName(references),
  what: 'It has no role that is open.',
  mend: 'See: azfed status',
});

function proposalText(
  { references }: RecordedConnection,
  open: readonly RecordedRole[],
  { limits }: Configuration,
): string {
  const fates = open.map(({ arn, retire: fate }) =>
    fate === 'delete'
      ? `  ${inert(arn)}: closed, and deleted after ${limits.deletionWaitDays} days without use when a second person approves`
      : `  ${inert(arn)}: closed, and kept`,
  );
  return [`${inert(displayName(references))} is no longer listed. If it is gone for good:`, ...fates].join(
    '\n',
  );
}

function scopeOf({ arn, account }: RecordedRole): LookScope {
  const name = parseRoleArn(arn)?.name;
  return { account, ...(name === undefined ? {} : { roles: [name] }) };
}
