import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentSettings } from './settings.ts';

/** What the first start of an instance runs: the settings, and the script as it stands in the repository. */
export function userData(
  settings: Omit<
    AgentSettings,
    'name' | 'size' | 'instanceType' | 'vpcId' | 'subnetIds' | 'availabilityZones'
  >,
  logGroup: string,
): string {
  const environment = {
    AGENT_ORGANIZATION: settings.organizationUrl,
    AGENT_POOL: settings.pool,
    AGENT_VERSION: settings.agentVersion,
    AGENT_SHA256: settings.agentSha256,
    AGENT_ARCHITECTURE: settings.architecture,
    AGENT_DISTRIBUTION: settings.distribution,
    AGENT_SECRET: settings.tokenSecret,
    AGENT_LOG_GROUP: logGroup,
    AGENT_CLI_VERSION: settings.awsCliVersion,
    AGENT_CLI_SHA256: settings.awsCliSha256,
    AWS_REGION: settings.region,
  };
  const exports = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`export ${name}='${value}'`],
  );
  const script = readFileSync(join(import.meta.dirname, 'agent.sh'), 'utf8');
  const [shebang = '', ...rest] = script.split('\n');
  return [shebang, ...exports, ...rest].join('\n');
}
