import { sampleConfiguration } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

/** The sample names addresses of this machine. */
const loopback = { AZFED_ALLOW_LOOPBACK: '1' };

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  place.write('federation.yaml', sampleConfiguration(place.cloud));
});
afterAll(() => place.leave());

it('finds the configuration in the nearest folder above, and says which one it took', async () => {
  const here = await place.azfed(['validate'], loopback);
  expect(here).toMatchObject({ code: 0, stderr: '' });
  const below = await place.runAzfed('some/where', ['validate'], loopback);
  expect(below).toMatchObject({
    code: 0,
    stdout: here.stdout.replace('federation.yaml', '../../federation.yaml'),
  });
  expect(below.stderr).toBe('Configuration: ../../federation.yaml\n');
  expect((await place.runAzfed('some/where', ['validate', '--quiet'], loopback)).stderr).toBe('');
});

it('prefers the one of its own folder, and takes a path for what it says', async () => {
  place.write('nearer/federation.yaml', 'version: 2\n');
  expect(await place.runAzfed('nearer/still', ['validate'])).toMatchObject({ code: 1 });
  expect(await place.runAzfed('nearer', ['validate', '--config', './federation.json'])).toMatchObject({
    code: 1,
  });
  expect(
    await place.runAzfed('nearer', ['validate', '--config', '../federation.yaml'], loopback),
  ).toMatchObject({
    code: 0,
  });
});

it('finds the embedded cloud that was started in a folder above', async () => {
  const { code, stdout } = await place.runAzfed('some/where', ['status', '--local']);
  expect(code).toBe(0);
  expect(stdout).toContain('Shop / aws-prod');
});

it('asks whether a connection that is known was meant', async () => {
  const { code, stderr } = await place.azfed(['explain', 'Shop/aws-prd', '--local']);
  expect(code).toBe(1);
  expect(stderr).toContain('Did you mean Shop/aws-prod?');
});

it('explains a code where there is no configuration at all', async () => {
  const { code, stdout } = await place.runAzfed('../elsewhere', ['explain', 'role.not-owned']);
  expect(code).toBe(0);
  expect(stdout).toContain('role.not-owned  finding, high');
  expect(stdout).toContain('What to do: ');
  const slip = await place.runAzfed('../elsewhere', ['explain', 'setling']);
  expect(slip.stderr).toMatch(/^code setling\n {2}azfed has no such code\.\n {2}Did you mean settling\?\n/);
});

it('warns of grants that overlap, as text and as JSON, and the configuration is valid all the same', async () => {
  const text = sampleConfiguration(place.cloud);
  const [, shop = ''] = /\n {2}- (name: shop\n[^]*?)(?=\n {2}- |\n\w)/.exec(text) ?? [];
  const twin = shop.replace('name: shop', 'name: twin');
  place.write('overlap/federation.yaml', text.replace(shop, `${shop}\n  - ${twin}`));
  const warning = expect.stringMatching(/^The grants shop and twin overlap: .*grant\.ambiguous/) as string;
  const json = await place.runAzfed('overlap', ['validate', '--json'], loopback);
  expect(json.code).toBe(0);
  expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, warnings: [warning] });
  const said = await place.runAzfed('overlap', ['validate'], loopback);
  expect(said).toMatchObject({ code: 0 });
  expect(said.stdout).toMatch(/^Warning: The grants shop and twin overlap/m);
  const alone = await place.azfed(['validate', '--json'], loopback);
  expect(JSON.parse(alone.stdout)).not.toHaveProperty('warnings');
});
