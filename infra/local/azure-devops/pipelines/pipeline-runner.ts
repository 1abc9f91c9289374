import { maskStep, listSecrets } from './agent-mask.ts';
import { connectionParameters, runAwsTask } from './aws-task.ts';
import type { RunRecord, StepRecord } from '../state/pipeline-state.ts';
import { listAwaited, changePipelines, connectionCalled } from './pipelines.ts';
import { runPowerShellTask } from './powershell-task.ts';
import type { AgentNode } from './task-errors.ts';
import { mintForJob } from './token-route.ts';
import type { SigningKeys } from '../../loopback/signing-keys.ts';
import { organizationNamed, type World } from '../state/world.ts';

export interface RunnerParts {
  readonly world: World;
  readonly keys: SigningKeys;
  readonly stsUrl?: (() => string) | undefined;
  /** Which Node runs the tasks that are written in JavaScript. Default: 20, as their manifests say. */
  readonly agentNode?: AgentNode | undefined;
}

const nowhere = () => 'http://127.0.0.1:9';

/** Lets a run go on: it runs to its end, unless it waits for somebody to say that it may use a connection. */
export type PipelineRunner = (organization: string, run: RunRecord) => Promise<void>;

export function createPipelineRunner(parts: RunnerParts): PipelineRunner {
  const running = new Map<string, Promise<void>>();
  return (organization, run) => {
    const { world } = parts;
    const isWaiting = listAwaited(organizationNamed(world, organization), run).length > 0;
    if (run.result !== undefined || isWaiting) return Promise.resolve();
    const key = `${organization} ${run.id}`;
    const work = running.get(key) ?? runAll(parts, organization, run).finally(() => running.delete(key));
    running.set(key, work);
    return work;
  };
}

async function runAll(parts: RunnerParts, organization: string, run: RunRecord): Promise<void> {
  const steps: StepRecord[] = [];
  const { connections } = organizationNamed(parts.world, organization);
  const secrets = listSecrets(connections.filter(({ id }) => run.connectionIds.includes(id)));
  for (const step of run.steps)
    steps.push(maskStep({ ...step, ...(await runStep(parts, organization, run, step)) }, secrets));
  const result = steps.every((step) => step.result === 'succeeded') ? 'succeeded' : 'failed';
  const ended: RunRecord = { ...run, steps, result, finishedAt: parts.world.now() };
  changePipelines(parts.world, organization, ({ runs }) => ({
    runs: runs.map((known) => (known.id === run.id ? ended : known)),
  }));
}

async function runStep(
  { world, keys, stsUrl = nowhere, agentNode = 20 }: RunnerParts,
  organizationName: string,
  { projectId, planId, variables = {} }: RunRecord,
  step: StepRecord,
): Promise<Partial<StepRecord>> {
  const organization = organizationNamed(world, organizationName);
  const name = step.inputs['awsCredentials'] ?? '';
  const connection = connectionCalled(organization, projectId, name);
  if (!connection) return { result: 'failed', issues: [`There is no service connection ${name}.`] };
  const runTask = step.task === 'AWSPowerShellModuleScript' ? runPowerShellTask : runAwsTask;
  return runTask(
    {
      stsUrl: stsUrl(),
      connectionId: connection.id,
      parameters: connectionParameters(connection.parameters),
      variables,
      node: agentNode,
      requestToken: () =>
        mintForJob({ world, keys }, organization, {
          project: projectId,
          planId,
          connectionId: connection.id,
        }),
    },
    step,
  );
}
