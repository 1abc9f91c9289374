import { requireJob } from './job-access.ts';
import { readableProject } from '../http/permissions.ts';
import type { RunRecord } from '../state/pipeline-state.ts';
import { getPipelines } from './pipelines.ts';
import { RefusedError } from '../state/refusal.ts';
import type { Route } from '../http/route.ts';
import type { SigningKeys } from '../../loopback/signing-keys.ts';
import type { OrganizationRecord } from '../state/state.ts';
import { mintToken } from '../tokens/token.ts';
import { sameName, type World } from '../state/world.ts';

interface TokenParts {
  readonly world: World;
  readonly keys: SigningKeys;
}

/**
 * What the toolkit's tasks call, with System.AccessToken as Bearer (aws-toolkit-azure-devops 1.24,
 * src/lib/awsConnectionParameters.ts, run for real). Nobody but the running job may.
 */
export function tokenRoute(world: World, keys: SigningKeys): Route {
  return {
    method: 'POST',
    template: '/:organization/:project/_apis/distributedtask/hubs/:hub/plans/:plan/jobs/:job/oidctoken',
    operation: 'oidctoken',
    isPreview: true,
    async handle({ organization, caller, http, parameter }) {
      const { id: project } = readableProject(organization, caller, parameter('project'));
      const [hub, plan, job] = [parameter('hub'), parameter('plan'), parameter('job')];
      const { planId } = requireJob(caller, { project, hub, plan, job });
      const connectionId = http.query.get('serviceConnectionId') ?? '';
      const oidcToken = await mintForJob({ world, keys }, organization, {
        project,
        planId,
        ...(connectionId === '' ? {} : { connectionId }),
      });
      return { status: 200, body: { oidcToken } };
    },
  };
}

/**
 * A token for a job. Where the plan is one of a run, its YAML has to reference the connection ("no explicit reference to
 * service connection"). @throws RefusedError
 */
export async function mintForJob(
  { world, keys }: TokenParts,
  organization: OrganizationRecord,
  job: { readonly project: string; readonly planId: string; readonly connectionId?: string },
): Promise<string> {
  const { project, planId, connectionId } = job;
  const run = getPipelines(organization).runs.find((known) => sameName(known.planId, planId));
  if (run && connectionId !== undefined && !run.connectionIds.some((id) => sameName(id, connectionId)))
    throw new RefusedError(
      403,
      'AccessCheckException',
      `The job has no explicit reference to service connection ${connectionId}.`,
    );
  const input = { organization: organization.name, project };
  if (connectionId !== undefined) return mintToken(world, keys, { ...input, connectionId });
  return mintToken(world, keys, run ? { ...input, pipeline: toPipelineRun(run) } : input);
}

const toPipelineRun = ({ id, pipeline, pipelineId, refName }: RunRecord) => ({
  name: pipeline,
  definitionId: pipelineId,
  runId: id,
  ref: refName,
});
