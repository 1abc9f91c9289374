import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalAzureDevOps } from '../../infra/local/azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from '../../infra/local/azure-devops/local-azure-devops.ts';
import type { EndpointOverrides } from './agent-outside.ts';
import { serveEndpoints, buildStub, TOKEN, VERSION } from './agent-outside.ts';

const SCRIPT = 'infra/aws/agents/agent.sh';
/** The agent that the stand-in says it is, taken out by whoever holds the token. */
const REMOVAL = {
  url: '/contoso/_apis/distributedtask/pools/7/agents/42?api-version=7.1',
  authorization: `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}`,
};

/** An instance in a folder: programs that would change the machine are stand-ins, everything else is real. */
interface Instance {
  /** Runs the script as the first start does. */
  start(
    settings?: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number; readonly log: string }>;
  /** What a stand-in was called with, and the environment it saw. */
  calls(program: string): string;
  readonly agentFolder: string;
}

const folders: string[] = [];
let azureDevOps: LocalAzureDevOps;
let endpoints: EndpointOverrides;

beforeAll(async () => {
  azureDevOps = await startLocalAzureDevOps();
  azureDevOps.organizations.create({ name: 'contoso', pats: [{ token: TOKEN, access: 'read' }] });
  endpoints = await serveEndpoints(`${azureDevOps.url}/contoso`);
});
beforeEach(() => {
  endpoints.removals.length = 0;
});
afterAll(async () => {
  endpoints.close();
  await azureDevOps.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-agent-'));
  folders.push(folder);
  return folder;
}

function newInstance(programs: Readonly<Record<string, string>> = {}): Instance {
  const folder = newFolder();
  const [bin, agentFolder] = [join(folder, 'bin'), join(folder, 'agent')];
  mkdirSync(bin);
  const standIns = {
    aws: `case "$1" in --version) echo aws-cli/2.31.0 ;; secretsmanager) echo ${TOKEN} ;; esac`,
    useradd: '',
    chown: '',
    dnf: '',
    iptables: '',
    ip6tables: '',
    shutdown: '',
    id: 'exit 1',
    // The metadata does not answer the agent.
    curl: 'if [[ "$*" == *169.254.169.254* ]]; then exit 7; fi; exec /usr/bin/curl "$@"',
    runuser: 'while [[ "$1" != -- ]]; do shift; done; shift; exec "$@"',
    ...programs,
  };
  for (const [name, then] of Object.entries(standIns)) {
    writeFileSync(join(bin, name), buildStub(name, then));
    chmodSync(join(bin, name), 0o755);
  }
  return {
    agentFolder,
    calls: (program) => {
      const file = [join(bin, `${program}.log`), join(agentFolder, `${program}.log`)].find(existsSync);
      return file === undefined ? '' : readFileSync(file, 'utf8');
    },
    async start(settings = {}) {
      const environment = {
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
        AGENT_ORGANIZATION: `${endpoints.url}/contoso`,
        AGENT_POOL: 'linux pool',
        AGENT_VERSION: VERSION,
        AGENT_SHA256: endpoints.sha256,
        AGENT_ARCHITECTURE: 'x64',
        AGENT_DISTRIBUTION: 'al2023',
        AGENT_SECRET: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:agents-AbCdEf',
        AGENT_LOG_GROUP: '/azfed-agents',
        AGENT_DOWNLOADS: endpoints.url,
        AGENT_FOLDER: agentFolder,
        AGENT_PAUSE_SECONDS: '0',
        AWS_REGION: 'us-east-1',
        AWS_SECRET_ACCESS_KEY: 'planted-key-of-the-instance',
        ...settings,
      };
      const code = await promisify(execFile)('bash', [SCRIPT], { env: environment }).then(
        () => 0,
        (error: unknown) => Number((error as { readonly code?: unknown }).code),
      );
      return { code, log: readFileSync(`${agentFolder}.log`, 'utf8') };
    },
  };
}

describe('the first start of an agent', () => {
  it('registers unattended, takes one job, leaves the pool and ends the instance', async () => {
    const instance = newInstance();
    const { code, log } = await instance.start();
    expect({ code, log }).toMatchObject({ code: 0, log: expect.stringContaining('Done.') as string });
    expect(instance.calls('config.sh').match(/^config\.sh .*$/gm)).toEqual([
      expect.stringMatching(
        /^config\.sh --url http\S+\/contoso --pool linux pool --agent \S+ --replace --acceptTeeEula --work _work --unattended --auth pat$/,
      ),
    ]);
    expect(endpoints.removals).toEqual([REMOVAL]);
    expect(instance.calls('run.sh')).toMatch(/^run\.sh --once$/m);
    expect(instance.calls('shutdown')).toMatch(/^shutdown -h now$/m);
    expect(instance.calls('aws')).toMatch(/^aws logs put-log-events .*--log-group-name \/azfed-agents/m);
  });

  it('gives config.sh a token that Azure DevOps takes, in its environment alone', async () => {
    const instance = newInstance();
    await instance.start();
    const who = JSON.parse(readFileSync(join(instance.agentFolder, 'who.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(who).toHaveProperty('authenticatedUser');
    expect(instance.calls('config.sh')).toContain(`  VSTS_AGENT_INPUT_TOKEN=${TOKEN}`);
    // What the stand-in itself does with it is its own affair.
    for (const program of ['config.sh', 'run.sh', 'runuser', 'curl', 'aws', 'shutdown'])
      expect(new RegExp(`^${program} .*${TOKEN}`, 'm').exec(instance.calls(program))).toBeNull();
  });

  it('leaves neither the token nor credentials of the instance to the job', async () => {
    const instance = newInstance();
    await instance.start();
    const job = instance.calls('run.sh');
    expect(job).toContain('  HOME=');
    expect(job).not.toContain(TOKEN);
    expect(job).not.toMatch(/AWS_|AGENT_|VSTS_/);
    expect(instance.calls('iptables')).toMatch(
      /^iptables --insert OUTPUT --destination 169\.254\.169\.254 --match owner --uid-owner agent --jump REJECT$/m,
    );
    expect(instance.calls('ip6tables')).toContain('fd00:ec2::254');
  });

  it('runs and believes nothing that a job left behind', async () => {
    const instance = newInstance();
    mkdirSync(instance.agentFolder);
    const spoils = join(instance.agentFolder, 'spoils');
    const [program, module] = [`env > ${spoils}`, `import os; open("${spoils}", "w").write(str(os.environ))`];
    writeFileSync(
      join(instance.agentFolder, 'job.sh'),
      `echo '${program}' > config.sh; echo '${program}' > aws; echo '${module}' | tee json.py time.py > sys.py
       echo '{"agentId": 1, "poolId": 1}' > .agent`,
    );
    expect((await instance.start()).code).toBe(0);
    // It did leave them, and they would do what they are there for.
    expect(readFileSync(join(instance.agentFolder, '.agent'), 'utf8')).toContain('"agentId": 1,');
    expect(existsSync(spoils)).toBe(false);
    expect(endpoints.removals).toEqual([REMOVAL]);
    execFileSync('python3', ['-c', 'import json'], { cwd: instance.agentFolder });
    expect(existsSync(spoils)).toBe(true);
  });

  it('says that it stays in the pool when the token has ended', async () => {
    const { code, log } = await newInstance().start({ AGENT_ORGANIZATION: `${endpoints.url}/ended` });
    expect(log).toContain('could not be taken out of the pool');
    expect({ code, removals: endpoints.removals.length }).toEqual({ code: 0, removals: 1 });
  });

  it('takes a token out of a document that says when it ends', async () => {
    const document = JSON.stringify({ token: TOKEN, expires: '2027-01-01' });
    const aws = `case "$1" in --version) echo aws-cli/2.31.0 ;; secretsmanager) echo '${document}' ;; esac`;
    const instance = newInstance({ aws });
    expect((await instance.start()).code).toBe(0);
    expect(instance.calls('config.sh')).toContain(`  VSTS_AGENT_INPUT_TOKEN=${TOKEN}\n`);
  });

  it('unpacks nothing that is not what was configured, and ends', async () => {
    const instance = newInstance();
    const { code, log } = await instance.start({ AGENT_SHA256: '0'.repeat(64) });
    expect(code).toBe(1);
    expect(log).toContain('does not have the SHA-256 that was configured');
    expect(existsSync(join(instance.agentFolder, 'config.sh'))).toBe(false);
    expect(instance.calls('shutdown')).toContain('shutdown -h now');
  });

  it('takes no job while the metadata still answers the agent', async () => {
    const instance = newInstance({
      curl: 'if [[ "$*" == *169.254* ]]; then exit 0; fi; exec /usr/bin/curl "$@"',
    });
    const { code, log } = await instance.start();
    expect(code).toBe(1);
    expect(log).toContain('still open to the agent');
    expect(instance.calls('config.sh')).toBe('');
  });

  it.each([
    [
      'the secret cannot be read',
      { aws: 'case "$1" in --version) echo aws-cli/2.31.0 ;; *) exit 254 ;; esac' },
    ],
    ['a rule of the firewall cannot be made', { iptables: 'exit 4' }],
    ['packages cannot be installed', { dnf: 'exit 1' }],
  ])('takes no job, says so and ends when %s', async (_why, programs) => {
    const instance = newInstance(programs);
    const { code, log } = await instance.start();
    expect(code).not.toBe(0);
    expect(log).toContain('It failed with');
    expect(instance.calls('run.sh')).toBe('');
    expect(instance.calls('shutdown')).toContain('shutdown -h now');
  });

  it('installs on Ubuntu nothing but what was downloaded and checked', async () => {
    const instance = newInstance({ aws: 'exit 127' });
    const { code } = await instance.start({
      AGENT_DISTRIBUTION: 'ubuntu',
      AGENT_CLI_VERSION: '2.31.0',
      AGENT_CLI_SHA256: '0'.repeat(64),
      AGENT_CLI_DOWNLOADS: endpoints.url,
    });
    expect(code).not.toBe(0);
    expect(instance.calls('dnf')).toBe('');
    expect(instance.calls('run.sh')).toBe('');
  });

  it('says which setting is missing', async () => {
    const { code } = await newInstance()
      .start({ AGENT_POOL: '' })
      .catch(() => ({ code: 1 }));
    expect(code).toBe(1);
  });
});

const isShellcheckThere = spawnSync('shellcheck', ['--version']).status === 0;
const isShellcheckWanted = process.env['AZFED_SHELLCHECK'] === 'required';
if (!isShellcheckThere && !isShellcheckWanted)
  process.stderr.write(
    'There is no shellcheck (Debian: apt-get install shellcheck): the script is not checked.\n',
  );

(isShellcheckThere || isShellcheckWanted ? describe : describe.skip)('shellcheck', () => {
  it('finds nothing in the script', () => {
    const { stdout, status } = spawnSync('shellcheck', [SCRIPT], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});
