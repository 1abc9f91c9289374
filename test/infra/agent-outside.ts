import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOKEN = 'planted-token-of-the-pool';
export const VERSION = '5.278.0';

/** What is on the net beside Azure DevOps itself: the archive of the agent, and the pool that it leaves. */
export interface EndpointOverrides {
  readonly url: string;
  readonly sha256: string;
  /** Agents that were taken out of a pool, each with who asked for it. */
  readonly removals: { readonly url: string | undefined; readonly authorization: string | undefined }[];
  close(): void;
}

/** A stand-in for a program: it notes how it was called and the environment it saw, and does what `then` says. */
export const buildStub = (name: string, then: string) => `#!/usr/bin/env bash
{ echo "${name} $*"; env | sort | sed 's/^/  /'; } >> "$(dirname "$0")/${name}.log"
${then}
`;

/** `organizationUrl` is asked, by the agent that is configured, who the token belongs to. */
export async function serveEndpoints(organizationUrl: string): Promise<EndpointOverrides> {
  const bytes = packAgent(organizationUrl);
  const removals: EndpointOverrides['removals'] = [];
  const server = createServer(({ method, url, headers: { authorization } }, response) => {
    if (method === 'DELETE') {
      removals.push({ url, authorization });
      // A token that has ended is answered with a page to sign in.
      response.writeHead(url?.startsWith('/ended/') ? 203 : 204).end();
      return;
    }
    const isIt = url === `/${VERSION}/vsts-agent-linux-x64-${VERSION}.tar.gz`;
    response.writeHead(isIt ? 200 : 404).end(isIt ? bytes : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    removals,
    close: () => server.close(),
  };
}

/** The agent says where it stands as the real one does: UTF-8 with a mark. Its job is `job.sh`, where there is one. */
function packAgent(organizationUrl: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-agent-package-'));
  const programs = {
    'config.sh': `/usr/bin/curl --fail --silent --user ":$VSTS_AGENT_INPUT_TOKEN" ${organizationUrl}/_apis/connectionData > who.json
printf '\\xef\\xbb\\xbf{"agentId": 42, "poolId": 7}' > .agent`,
    'run.sh': 'if [[ -f job.sh ]]; then . ./job.sh; fi',
  };
  for (const [name, then] of Object.entries(programs)) {
    writeFileSync(join(folder, name), buildStub(name, then));
    chmodSync(join(folder, name), 0o755);
  }
  execFileSync('tar', ['-czf', 'agent.tar.gz', ...Object.keys(programs)], { cwd: folder });
  const bytes = readFileSync(join(folder, 'agent.tar.gz'));
  rmSync(folder, { recursive: true });
  return bytes;
}
