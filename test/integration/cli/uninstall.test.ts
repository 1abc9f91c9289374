import * as z from 'zod';
import { sample } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';

const Document = z.object({
  items: z.array(
    z.looseObject({
      what: z.string(),
      fate: z.enum(['goes', 'stays']),
      detail: z.string(),
      unread: z.string().optional(),
    }),
  ),
});

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

it('lists what azfed has made and what of it stays, changes nothing, and says what it could not read', async () => {
  const bare = await place.azfed(['uninstall', '--local']);
  expect(bare).toMatchObject({ code: 1, stdout: '' });
  expect(bare.stderr).toContain('azfed uninstall --plan');

  await place.azfed(['apply', '--yes', '--local']);
  const writes = listSpokeWrites(place.cloud).length;
  const whole = await place.azfed(['uninstall', '--plan', '--json', '--local']);
  expect(whole.code).toBe(0);
  const { items } = Document.parse(JSON.parse(whole.stdout));
  const [one, other] = sample.accounts;
  const find = (text: string) => items.find(({ what }) => what.includes(text));
  for (const account of [one, other]) {
    expect(find(`Federated roles in`)).toMatchObject({
      fate: 'stays',
      detail: expect.stringMatching(/^\d+ roles? and 1 OIDC provider/) as string,
    });
    expect(items.some(({ what }) => what.includes(`${account}:policy/`))).toBe(true);
  }
  expect(find('Table azfed')?.fate).toBe('stays');

  place.cloud.aws.faults.next(
    { operation: 'GetAccountAuthorizationDetails', account: other },
    'accessDenied',
    Infinity,
  );
  const partial = await place.azfed(['uninstall', '--plan', '--local']);
  expect(partial.code).toBe(3);
  expect(partial.stdout).toContain('Could not be read: ');
  expect(partial.stdout).toContain('azfed suspend everything --until 7d');
  expect(listSpokeWrites(place.cloud)).toHaveLength(writes);
});
