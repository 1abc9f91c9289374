import { objectionToEditing } from '../../../functions/cli/commands/migrate/key-migration.ts';
import type { ServiceConnection } from '../../../shared/domain/azure-devops/service-connection.ts';
import { connection, reference } from '../../builders/connection.ts';

const seen = connection(1, {
  oidc: 'off',
  hasAccessKey: true,
  references: [reference(1, 'a'), reference(2, 'b')],
});

function objection(fields: Partial<ServiceConnection>, isManageable = true): string | undefined {
  const shown = { ...seen, ...fields };
  return objectionToEditing(
    seen,
    { connection: shown, accessKeyEnding: 'MPLE', isManageable, revision: '' },
    true,
  )?.what;
}

it('lets a connection be changed that is shown whole to somebody who may', () => {
  expect(objection({})).toBeUndefined();
});

it.each<readonly [string, Partial<ServiceConnection>, boolean, RegExp]>([
  ['may not change it', {}, false, /may not change it/],
  ['is shown another credential than the look was', { oidc: 'on' }, true, /was changed/],
  ['is shown another role than the look was', { requestedRoleArn: '' }, true, /was changed/],
  [
    'is shown a part of the projects that share it',
    { references: [reference(1, 'a')] },
    true,
    /1 of the 2 projects/,
  ],
])('refuses an identity that %s', (_what, fields, isManageable, expected) => {
  expect(objection(fields, isManageable)).toMatch(expected);
});
