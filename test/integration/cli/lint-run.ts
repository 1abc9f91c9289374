import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createTerminal } from '../../../functions/cli/console/terminal.ts';
import { readEnvironment } from '../../../shared/config/environment.ts';
import { lintVerb } from '../../../functions/cli/commands/lint/lint.ts';
import { writeCoordinates } from '../../../infra/local/coordinates.ts';
import type { LocalAws } from '../../../infra/local/aws/local-aws.ts';

export const ORGANIZATION_ID = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';

export interface Folder {
  /** Types `azfed lint --local` and the rest in it. */
  readonly lint: (...typed: readonly string[]) => Promise<{ readonly code: number; readonly output: string }>;
  leave(): void;
}

/** Goes to a folder in which the embedded AWS was started, with a configuration of these accounts. */
export function enterFolder(aws: LocalAws, accounts: readonly object[], more: object = {}): Folder {
  const [folder, before] = [mkdtempSync(join(tmpdir(), 'azfed-lint-')), process.cwd()];
  process.chdir(folder);
  const configuration = join(folder, 'federation.yaml');
  const organization = {
    name: 'contoso',
    id: ORGANIZATION_ID,
    credential: { type: 'pat', env: 'AZFED_NOT_SET' },
  };
  writeFileSync(
    configuration,
    JSON.stringify({
      version: 1,
      organizations: [organization],
      accounts,
      grants: [],
      webhooks: [],
      ...more,
    }),
  );
  // Nothing but AWS runs: lint needs no table, no Azure DevOps and no secret.
  const nowhere = 'http://127.0.0.1:9';
  writeCoordinates({
    azureDevOps: nowhere,
    aws: aws.url,
    dynamoDb: nowhere,
    receiver: nowhere,
    secretsManager: nowhere,
    entra: nowhere,
    hub: aws.hubCredentials,
    consoleUsers: {},
    secrets: {},
    projectAdmin: { organization: 'contoso', token: '' },
    configuration,
  });
  return {
    lint: (...typed) => run(configuration, typed),
    leave() {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    },
  };
}

async function run(configuration: string, typed: readonly string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = createTerminal({ stdin, stdout, stderr, isPlain: true, isQuiet: false });
  const environment = { ...readEnvironment({}), configuration };
  const options = {
    config: configuration,
    json: typed.includes('--json'),
    quiet: false,
    yes: false,
    local: true,
  };
  let code = -1;
  const program = new Command().option('--json').exitOverride();
  lintVerb(program.command('lint'), (work) => async (...args) => {
    code = await work({ version: '0.0.1', options, environment, terminal }, ...args);
  });
  await program.parseAsync(['lint', ...typed], { from: 'user' });
  stdout.end();
  return { code, output: await text(stdout) };
}
