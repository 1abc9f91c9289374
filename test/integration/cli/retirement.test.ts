import type { Place } from './command-line.ts';
import { enterPlace, writesIn } from './command-line.ts';
import { applicationIn } from './documents.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);

describe('azfed adopt', () => {
  it('shows the whole difference, and takes over nothing without a yes', async () => {
    const { code, stderr } = await azfed('adopt', 'Payments/aws-by-hand');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Payments \/ aws-by-hand +adopt, new/);
    expect(stderr).toMatch(/azfed takes over the role of Payments \/ aws-by-hand \(.*boundary.*\)\./);
    expect(stderr).toContain('Nothing was written.');
    expect(writesIn(place.cloud)).toEqual([]);
  });

  it('takes over the role with a yes, and then keeps it', async () => {
    const { code, stdout } = await azfed('adopt', 'Payments/aws-by-hand', '--yes', '--json');
    expect(code).toBe(0);
    const { changes, results } = applicationIn(stdout);
    expect(changes.map(({ kind }) => kind)).toContain('adopt');
    expect(results.every(({ result }) => result === 'done')).toBe(true);
    expect((await azfed('status')).stdout).toMatch(/^Payments \/ aws-by-hand +converged/m);
    const again = await azfed('adopt', 'Payments/aws-by-hand', '--yes');
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('azfed keeps its role already.') as string,
    });
  });

  it.each([
    ['Shop/aws-prod', 'Its role is not there yet.'],
    ['Payments/aws-admin', 'names a role outside its grant'],
    ['Shop/nothing', 'No AWS connection that is known has this name or id.'],
  ])('says why there is nothing to adopt for %s', async (connection, why) => {
    const { code, stderr } = await azfed('adopt', connection, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(why);
    expect(writesIn(place.cloud)).toEqual([]);
  });
});

describe('azfed retire', () => {
  it('believes a person about a connection that is missing, and closes its role', async () => {
    await azfed('apply', '--yes');
    await azfed('local', 'azdo', 'delete', 'Platform', 'aws-network');
    const asked = await azfed('retire', 'Platform/aws-network', '--reason', 'project sold');
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(/no longer listed[\s\S]+role\/azure-devops\/platform\/network: closed/);

    const { code, stdout } = await azfed(
      'retire',
      'Platform/aws-network',
      '--reason',
      'project sold',
      '--yes',
    );

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Pass changed: 1 done/) as string,
    });
    expect((await azfed('status')).stdout).toMatch(/^Platform \/ aws-network +closed/m);
  });

  it('says all that is wrong at once about one that is listed', async () => {
    await azfed('apply', '--yes');
    const written = writesIn(place.cloud).length;
    const { code, stderr } = await azfed('retire', 'Platform/aws-network', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('It is listed in Azure DevOps');
    expect(stderr).toContain('--reason');
    expect(writesIn(place.cloud)).toHaveLength(written);
  });
});

describe('azfed restore', () => {
  it('says that azfed has deleted no role of a connection', async () => {
    await azfed('apply', '--yes');
    const { code, stderr } = await azfed('restore', 'Shop/aws-prod', '--yes');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('azfed has deleted no role of it.') as string,
    });
  });
});
