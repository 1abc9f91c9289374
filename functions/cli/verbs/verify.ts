import { createExecutionHistory } from '../../../shared/adapters/azure-devops/execution-history.ts';
import { lookWithin, sketch } from '../../../shared/application/look.ts';
import type { VerifySubject } from '../../../shared/application/verify.ts';
import { roleLastUsedIn, verifyPassively, verifyStatically } from '../../../shared/application/verify.ts';
import { displayName } from '../../../shared/domain/desire.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import type { PassiveEvidence } from '../../../shared/domain/verify/uses.ts';
import { chooseConnection } from '../connection-choice.ts';
import type { Deployment } from '../deployment.ts';
import { openDeployment } from '../deployment.ts';
import { inert, jsonText } from '../render/inert.ts';
import { passiveText, staticText } from '../render/verify-text.ts';
import { scopeOf } from '../role-scope.ts';
import { unreadIn } from '../unread.ts';
import type { ExitCode, Invocation, Verb } from '../verb.ts';

interface VerifyOptions {
  readonly region?: readonly string[];
}

export const verifyVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .option(
      '--region <region...>',
      'where pipelines call STS; default: us-east-1, or the home Region of the partition',
    )
    .action((typed: string, options: VerifyOptions) =>
      run((invocation) => verify(invocation, typed, options)),
    );
};

/** Everything that reads say: nothing was written anywhere. */
interface Verified {
  readonly name: string;
  readonly subject: VerifySubject;
  readonly passive: PassiveEvidence;
  /** What could not be read, in sentences. */
  readonly unread: readonly string[];
}

async function verify(invocation: Invocation, typed: string, options: VerifyOptions): Promise<ExitCode> {
  const deployment = await openDeployment(invocation);
  const verified = await readAll(deployment, typed, options.region ?? []);
  const outcome = outcomeOf(verified);
  const { terminal, options: flags } = invocation;
  const { subject, passive } = verified;
  terminal.result(
    flags.json
      ? jsonText(documentOf(verified, outcome))
      : [staticText(verified.name, subject, terminal.style), passiveText(passive, terminal.style)].join('\n'),
  );
  for (const message of verified.unread) terminal.problem(`Could not be read: ${inert(message)}`);
  return exitCodes[outcome];
}

async function readAll(
  { ports, configuration, operator }: Deployment,
  typed: string,
  regions: readonly string[],
): Promise<Verified> {
  const sketched = await sketch(ports, configuration);
  const chosen = chooseConnection(typed, sketched);
  const looked = await lookWithin(ports, sketched, scopeOf(chosen, sketched));
  const subject = verifyStatically(chosen.connectionId, looked);
  const name = displayName(chosen.references);
  if (!subject) throw new ConfigError([{ where: name, what: 'It has no role.', mend: 'See azfed plan.' }]);
  const lastUsed = roleLastUsedIn(looked, subject.verdict.roleArn);
  const sources = { uses: ports.uses, executions: createExecutionHistory(operator) };
  const passive = await verifyPassively(sources, subject, lastUsed, regions);
  const past = [passive.trail, passive.roleLastUsed, passive.executions];
  const unread = [
    ...subject.verdict.unread,
    ...unreadIn(looked.plan.findings),
    ...past.flatMap((reading) => (reading.state === 'unknown' ? [reading.message] : [])),
  ];
  return { name, subject, passive, unread: [...new Set(unread)] };
}

type Outcome = 'proven' | 'refused' | 'unread';

const exitCodes: Readonly<Record<Outcome, ExitCode>> = { proven: 0, refused: 1, unread: 3 };

function outcomeOf({ subject: { verdict }, unread }: Verified): Outcome {
  return verdict.outcome === 'proven' && unread.length > 0 ? 'unread' : verdict.outcome;
}

function documentOf({ name, subject, passive }: Verified, outcome: Outcome): object {
  const { connectionId, verdict } = subject;
  return {
    schemaVersion: 1,
    connectionId,
    connection: name,
    depth: 'passive',
    static: verdict,
    passive,
    outcome,
  };
}
