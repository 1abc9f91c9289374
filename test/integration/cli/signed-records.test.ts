import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { parsePlan } from './documents.ts';
import { withState } from './state.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { recordedConnection } from '../../builders/recorded-items.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--yes', '--local']);
});
afterEach(() => place.leave());

const AZFED_RECORD_KEY = `arn:aws:kms:us-east-1:${HUB_ACCOUNT}:key/records`;
const azfed = (...typed: readonly string[]) =>
  place.azfed([...typed, '--local'], { ...place.variables, AZFED_RECORD_KEY });

const pickKey = ({ organizationId, connectionId, home }: RecordedConnection) => ({
  organizationId,
  connectionId,
  ...(home === undefined ? {} : { home }),
});

it('azfed sign needs a key', async () => {
  const { code, stderr } = await place.azfed(['sign', '--local']);
  expect(code).toBe(1);
  expect(stderr).toContain('AZFED_RECORD_KEY');
});

it('what was recorded before is read again when a person has signed it, and a forged record is not', async () => {
  const id = findConnectionId(place.cloud, 'Shop', 'aws-prod');
  const unsigned = parsePlan((await azfed('plan', '--json')).stdout);
  expect(unsigned.findings).toContainEqual(
    expect.objectContaining({ code: 'record.unreadable', connectionId: id }),
  );
  const written = listSpokeWrites(place.cloud).length;
  const held = await azfed('apply', '--yes');
  expect({ code: held.code, writes: listSpokeWrites(place.cloud).length }).toEqual({
    code: 3,
    writes: written,
  });

  const asked = await azfed('sign');
  expect(asked.code).toBe(1);
  expect(asked.stderr).toContain(`Shop / aws-prod (${id})`);
  expect(asked.stderr).toContain('what people have decided');
  expect(asked.stderr).toContain('sc://contoso/Shop/aws-prod');
  const { code, stdout } = await azfed('sign', '--yes', '--json');
  expect({ code, isSigned: stdout.includes(id) }).toEqual({ code: 0, isSigned: true });
  expect((await azfed('sign')).stdout).toContain('Every record is signed.');
  const signed = parsePlan((await azfed('plan', '--json')).stdout);
  expect(signed.findings.map((found) => found.code)).not.toContain('record.unreadable');

  const keyless = parsePlan((await place.azfed(['plan', '--json', '--local'])).stdout);
  expect(keyless.findings.map((found) => found.code)).toContain('record.unreadable');

  // Whoever can write the table and not use the key.
  await withState(place.cloud, async (state, organization) => {
    const [item] = await state.readConnections(organization);
    if (item?.unreadable) await state.write(recordedConnection({ ...pickKey(item), version: item.version }));
  });
  const forged = parsePlan((await azfed('plan', '--json')).stdout);
  expect(forged.findings.map((found) => found.code)).toContain('record.unreadable');
  await azfed('sign', '--yes');
  expect((await azfed('sign', '--remove', '--yes')).stdout).toContain('signatures removed.');
  const off = parsePlan((await place.azfed(['plan', '--json', '--local'])).stdout);
  expect(off.findings.map((found) => found.code)).not.toContain('record.unreadable');
});
