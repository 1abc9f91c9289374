import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { HUB_ACCOUNT } from '../../infra/local/aws/state/accounts.ts';
import type { Place } from '../integration/cli/command-line.ts';
import { enterPlace, listSpokeWrites } from '../integration/cli/command-line.ts';
import { getAccount } from '../integration/local-play/playground.ts';
import { readBlocks } from './deploying/page-commands.ts';
import type { Tools } from './deploying/tools.ts';
import { startTools } from './deploying/tools.ts';

const UNIT = 'ou-abcd-12345678';
const Plan = z.object({
  items: z.array(
    z.object({
      step: z.string(),
      what: z.string(),
      fate: z.enum(['goes', 'stays']),
      commands: z.array(z.string()),
    }),
  ),
});

let place: Place;
let tools: Tools;
let deployments = 0;

beforeAll(async () => {
  place = await enterPlace();
  place.write('federation.yaml', place.read('.azfed/federation.yaml'));
  place.write('spoke.json', '{}');
  tools = await startTools({
    cloud: place.cloud,
    folder: place.path,
    tenantId: '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a02',
    getHub: () => undefined,
    deployAccounts() {
      deployments += 1;
      return Promise.resolve();
    },
  });
  await tools.runAws('aws cloudformation activate-organizations-access', getVariables());
  await tools.runAws(
    `aws organizations register-delegated-administrator --account-id ${HUB_ACCOUNT} --service-principal member.org.stacksets.cloudformation.amazonaws.com`,
    getVariables(),
  );
});
afterAll(async () => {
  await tools.close();
  await place.leave();
});

function getVariables() {
  const { accessKeyId, secretAccessKey } = getAccount(place.cloud, HUB_ACCOUNT).credentials;
  return { ...place.variables, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

const azfed = (line: string) =>
  place.azfed([...[...line.matchAll(/"([^"]*)"|(\S+)/g)].map((found) => found[1] ?? found[2] ?? '')], {
    ...getVariables(),
    AZURE_DEVOPS_EXT_PAT: 'sample-admin',
  });

const deploy = (unit: string) =>
  tools.run(
    `sh ${resolve('docs/examples/deploy/accounts.sh')} spoke.json ${HUB_ACCOUNT} ${unit}`,
    getVariables(),
  );

it('is followed to its end: what goes is gone, and nothing is written in the accounts', async () => {
  expect((await azfed('apply --yes')).code).toBe(0);
  // A second time, because an operation that failed may have left accounts of a listed unit out.
  for (const times of [1, 3]) {
    expect(await deploy(UNIT)).toMatchObject({ code: 0 });
    expect(deployments).toBe(times);
  }
  const writes = listSpokeWrites(place.cloud).length;

  const [block = ''] = readBlocks(readFileSync('docs/uninstall.md', 'utf8'), 'sh');
  const listed = await azfed(`${block.trim().replace(/^azfed /, '')} --json`);
  expect(listed.code).toBe(0);
  const { items } = Plan.parse(JSON.parse(listed.stdout));
  const commands = [...new Set(items.filter(({ fate }) => fate === 'goes').flatMap((item) => item.commands))];
  const failed: string[] = [];
  for (const command of commands) {
    if (command === 'npx cdk destroy --all') continue;
    const typed = command.replace('<each of these units>', UNIT);
    const { code, said } = typed.startsWith('azfed ')
      ? await azfed(`${typed.slice('azfed '.length)} --yes`).then((end) => ({
          code: end.code,
          said: end.stdout + end.stderr,
        }))
      : await tools.run(typed, getVariables());
    if (code !== 0) failed.push(`${command}: ${said}`);
  }
  expect(failed).toEqual([]);
  expect(commands.filter((command) => command.includes('delete-stack-set'))).toHaveLength(1);
  expect(
    (await tools.run(commands.find((one) => one.includes('describe-stack-set')) ?? '', getVariables())).said,
  ).toContain('StackSetNotFound');
  expect(listSpokeWrites(place.cloud)).toHaveLength(writes);
  const again = await azfed('uninstall --plan');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Suspended until') as string });
});
