import { readableProject } from './permissions.ts';
import type { Route } from './route.ts';
import type { SigningKeys } from '../signing-keys.ts';
import { mintToken } from './token.ts';
import type { World } from './world.ts';

/** What the toolkit's tasks call (aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts). */
export function tokenRoute(world: World, keys: SigningKeys): Route {
  return {
    method: 'POST',
    template: '/:organization/:project/_apis/distributedtask/hubs/:hub/plans/:plan/jobs/:job/oidctoken',
    operation: 'oidctoken',
    isPreview: true,
    async handle({ organization, caller, http, parameter }) {
      const project = readableProject(organization, caller, parameter('project'));
      const connectionId = http.query.get('serviceConnectionId') ?? '';
      const input = { organization: organization.name, project: project.id };
      const oidcToken = await mintToken(
        world,
        keys,
        connectionId === '' ? input : { ...input, connectionId },
      );
      return { status: 200, body: { oidcToken } };
    },
  };
}
