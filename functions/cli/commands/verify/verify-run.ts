import { createPipelineSession } from '../../../../shared/adapters/azure-devops/pipelines.ts';
import type { VerifySubject } from '../../../../shared/application/checks/verify.ts';
import type { RunOrder, RunVerdict } from '../../../../shared/application/checks/verify-run.ts';
import { findPipeline, runVerification } from '../../../../shared/application/checks/verify-run.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { Reading } from '../../../../shared/domain/kernel/result.ts';
import type { ConnectionReference } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { buildExpectation } from '../../../../shared/domain/verify/static-verdict.ts';
import { confirm } from '../../console/approval-notes.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { inert } from '../../output/sanitize.ts';
import type { Invocation } from '../../command-line/command.ts';

export interface VerifyRunOptions {
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
