import type { Permissions, TrustTerms } from '../../shared/domain/configuration/configuration.ts';
import { PLAIN_TRUST } from '../../shared/domain/configuration/trust-terms.ts';
import { fc } from '../builders/fast-check.ts';
import { Happening, grants, ownRoles, short } from './happening.ts';
import { restoreTable, writeImpostor } from './people.ts';

export const inTheTable = fc.oneof(
  fc
    .constantFrom(...ownRoles)
    .map(
      (arn) =>
        new Happening(`somebody writes an impostor into the record of ${short(arn)}`, (world) =>
          writeImpostor(world, arn),
        ),
    ),
  fc.constant(new Happening('the table is emptied', (world) => restoreTable(world, []))),
  fc.constant(
    new Happening('the table is set back by some hours', (world) =>
      restoreTable(world, [...world.table.items.values()].slice(1)),
    ),
  ),
);

/** A statement that the grant lists, beside the Deny of whoever puts one there. */
const breakGlass: TrustTerms = {
  ...PLAIN_TRUST,
  statements: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::{account}:role/break-glass' },
      Action: 'sts:AssumeRole',
    },
  ],
  expectDeny: 'any',
};

const grantFields = fc
  .record({
    mode: fc.constantFrom('enforce', 'enforce', 'repair', 'observe'),
    retire: fc.constantFrom('close', 'keep', 'delete'),
    revokeSessions: fc.boolean(),
    maxSessionDuration: fc.constantFrom(3_600, 7_200),
    permissions: fc.constantFrom<Permissions>('managed', 'managed', 'managed', 'unmanaged'),
    trust: fc.constantFrom(PLAIN_TRUST, { ...PLAIN_TRUST, expectDeny: 'any' as const }, breakGlass),
    managedPolicies: fc.constantFrom<readonly string[]>([], ['arn:aws:iam::aws:policy/ReadOnlyAccess']),
  })
  .map(
    (fields) =>
      new Happening(`the grants are now ${JSON.stringify(fields)}`, (world) => {
        world.configuration = { ...world.configuration, grants: grants(fields) };
      }),
  );

/** Of which people say something besides: nothing automatic is to be changed for a while. */
const denyWindows = fc.constantFrom(1, 24).map(
  (hours) =>
    new Happening(`for ${hours} h nothing is to be changed automatically`, (world) => {
      const now = world.clock.now();
      const [from, until] = [now, now + hours * 3_600_000].map((time) => new Date(time).toISOString());
      const windows = from && until ? [{ name: 'freeze', from, until }] : [];
      world.configuration = { ...world.configuration, denyWindows: windows };
    }),
);

export const inTheConfiguration = fc.oneof(
  { weight: 2, arbitrary: grantFields },
  { weight: 1, arbitrary: denyWindows },
);

export const waiting = fc.constantFrom(1, 5, 45, 31 * 24 * 60).map(
  (minutes) =>
    new Happening(minutes > 60 ? `${minutes / 1_440} days pass` : `${minutes} minutes pass`, ({ clock }) => {
      clock.advance(minutes * 60_000);
    }),
);
