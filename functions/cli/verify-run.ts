import { createPipelineDesk } from '../../shared/adapters/azure-devops/pipelines.ts';
import type { VerifySubject } from '../../shared/application/verify.ts';
import type { RunOrder, RunVerdict } from '../../shared/application/verify-run.ts';
import { findPipeline, runVerification } from '../../shared/application/verify-run.ts';
import { ConfigError } from '../../shared/domain/errors.ts';
import type { Reading } from '../../shared/domain/reading.ts';
import type { ConnectionReference } from '../../shared/domain/service-connection.ts';
import { expectedSignIn } from '../../shared/domain/verify/static-verdict.ts';
import { agree } from './agreement.ts';
import type { Deployment } from './deployment.ts';
import { inert } from './render/inert.ts';
import type { Invocation } from './verb.ts';

export interface RunOptions {
  readonly pipeline?: string;
  readonly ref?: string;
  readonly region: string;
}

/** Proves it by a run, after asking; `undefined` when nobody agreed. */
export async function verifyByRun(
  invocation: Invocation,
  { ports, operator }: Deployment,
  subject: VerifySubject,
  place: ConnectionReference,
  { pipeline: wanted = 'azfed-verify', ref, region }: RunOptions,
): Promise<Reading<RunVerdict> | undefined> {
  const { organization, connectionId, verdict } = subject;
  const desk = createPipelineDesk(operator);
  const where = { organization, project: place.projectId, connectionId };
  const found = await findPipeline(desk, where, wanted);
  if (found.state === 'unknown') return found;
  if (!found.value) throw withoutPipeline(place, wanted);
  const order: RunOrder = {
    ...where,
    ...found.value,
    connectionName: place.name,
    region,
    ...(ref === undefined ? {} : { ref }),
  };
  const proposal = { text: orderText(order, place), question: 'Queue the run?' };
  if (!(await agree(invocation, proposal))) return undefined;
  const expected = expectedSignIn(verdict, place.projectId);
  return runVerification(desk, ports.clock, order, expected, (said) => {
    invocation.terminal.note(inert(said));
  });
}

function withoutPipeline({ projectName }: ConnectionReference, wanted: string): ConfigError {
  return new ConfigError([
    {
      where: `project ${projectName}, pipeline ${wanted}`,
      what: 'There is none of this name or number.',
      mend: 'Commit docs/pipelines/azfed-verify.yml to a repository of the project, make a pipeline of it named azfed-verify, or say --pipeline; see docs/verify.md.',
    },
  ]);
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
