import { fc } from '../builders/fast-check.ts';
import type { PauseScope } from '../../shared/domain/records/deployment-record.ts';
import { scopeKey } from '../../shared/domain/guard/controls.ts';
import { contoso } from '../builders/configuration.ts';
import { ACCOUNT, connectionId } from '../builders/domain-ids.ts';
import { Happening, fresh, number, role, short } from './happening.ts';
import {
  ANA,
  BEN,
  approve,
  ask,
  abandonConnection,
  getName,
  succeed,
  suspend,
  typeResume,
} from './operators.ts';

export const pauseScope: fc.Arbitrary<PauseScope> = fc.oneof(
  fc.constantFrom<PauseScope>(
    { of: 'everything' },
    { of: 'organization', id: contoso.id },
    { of: 'account', id: ACCOUNT },
    { of: 'grant', name: 'own' },
    { of: 'grant', name: 'shared' },
  ),
  number.map((n): PauseScope => ({ of: 'connection', id: connectionId(n) })),
);
export const person = fc.constantFrom(ANA, BEN);

/** What people do with azfed beside letting it run. */
export const byOperators = fc.oneof(
  fc
    .tuple(pauseScope, fc.constantFrom(1, 24))
    .map(
      ([scope, hours]) =>
        new Happening(`somebody suspends ${scopeKey(scope)} for ${hours} h`, (world) =>
          suspend(world, scope, hours),
        ),
    ),
  pauseScope.map(
    (scope) => new Happening(`somebody resumes ${scopeKey(scope)}`, (world) => typeResume(world, scope)),
  ),
  person.map(
    (by) =>
      new Happening(`${getName(by)} says yes to what waits for it`, (world, wiring) =>
        approve(world, by, { wiring }),
      ),
  ),
  fc
    .tuple(fc.constantFrom('adopt', 'restore'), role)
    .map(
      ([asks, arn]) =>
        new Happening(`somebody asks azfed to ${asks} ${short(arn)}`, (world, wiring) =>
          ask(world, asks, arn, { wiring }),
        ),
    ),
  fc
    .oneof(number, fresh)
    .map(
      (n) =>
        new Happening(`somebody says that connection ${n} is the rightful one`, (world, wiring) =>
          succeed(world, connectionId(n), { wiring }),
        ),
    ),
  number.map(
    (n) =>
      new Happening(`somebody says that connection ${n} is gone for good`, (world) =>
        abandonConnection(world, connectionId(n)),
      ),
  ),
);
