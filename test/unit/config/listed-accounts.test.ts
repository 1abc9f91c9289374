import { parseConfiguration } from '../../../shared/config/load-configuration.ts';
import { noPolicyFiles } from '../../../shared/config/inline-policies.ts';
import { parseShippedConfiguration } from '../../../shared/config/shipped-configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { listStackNeeds, listStackProblems } from '../../../shared/domain/configuration/stack-rules.ts';

const file = (accounts: unknown, fields: object = {}, granted: unknown = 'all') =>
  JSON.stringify({
    version: 1,
    organizations: [
      {
        name: 'contoso',
        id: '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01',
        credential: { type: 'pat', env: 'AZURE_DEVOPS_PAT' },
      },
    ],
    accountDefaults: { assumeRole: 'azfed-spoke', readRole: 'azfed-read' },
    accounts,
    grants: [
      {
        name: 'shop',
        mode: 'observe',
        connections: { organization: 'contoso', project: '*', name: '*' },
        accounts: granted,
        role: { path: '/azure-devops/', name: '*' },
        boundary: 'arn:{partition}:iam::{account}:policy/b',
        ...fields,
      },
    ],
  });
const load = (text: string) => parseConfiguration(text, 'federation.yaml', noPolicyFiles);
function listProblems(text: string): readonly string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ what }) => what);
    throw error;
  }
}

const unit = { organizationalUnits: ['ou-abcd-12345678', 'r-abcd'], except: ['111122223333'] };

it('reads accounts of AWS Organizations beside single ones, also as functions get them', () => {
  const single = { id: '444455556666', name: 'own' };
  const text = file([single, unit, 'organization']);
  const listing = {
    entries: [
      { units: unit.organizationalUnits, except: unit.except },
      { units: ['organization'], except: [] },
    ],
    partition: 'aws',
    assumeRole: '/azfed-spoke',
    readRole: '/azfed-read',
  };
  expect(load(text)).toMatchObject({ listing, accounts: [single] });
  expect(load(file('organization')).listing?.entries).toEqual([{ units: ['organization'], except: [] }]);
  expect(parseShippedConfiguration(file([unit]))).toMatchObject({
    accounts: [],
    listing: { partition: 'aws' },
  });
});

it.each<[string, string, readonly string[]]>([
  ['a grant of an account that is not named', file('organization', {}, ['999999999999']), []],
  [
    'an id that is of no unit',
    file([{ organizationalUnits: ['ou-x'] }]),
    ['`organizationalUnits[0]` is not the id of an organizational unit or of a root.'],
  ],
  [
    'a typing error in the key',
    file([{ organizationalUnit: ['r-abcd'] }]),
    ['`organizationalUnit` is not known here.', '`id` is missing.'],
  ],
  ['another word', file('all'), ['`accounts` is neither organization nor a list.']],
  [
    "a grant that covers azfed's own role",
    file('organization', { role: { path: '/', name: 'azfed-*' } }),
    [
      'It covers role/azfed-spoke, which azfed itself works with: no connection may have that role.',
      'azfed-* could match azfed-* (azfed’s own roles): no connection may have such a role.',
    ],
  ],
  [
    'a policy of one account',
    file('organization', { boundary: 'arn:aws:iam::444455556666:policy/b' }),
    ['The policy lies in account 444455556666, but the grant lists other accounts too.'],
  ],
  [
    'defaults without a role',
    file('organization').replace('"assumeRole":"azfed-spoke",', ''),
    ['Accounts that AWS Organizations lists need `accountDefaults.assumeRole`, which is missing.'],
  ],
])('judges %s', (_what, text, problems) => {
  expect(new Set(listProblems(text))).toEqual(new Set(problems));
});

it('needs one right for all of its accounts, and mode organization', () => {
  const configuration = load(file('organization'));
  expect(listStackNeeds(configuration)).toEqual(
    expect.arrayContaining([
      'the right to read accounts of AWS Organizations',
      'the right to assume arn:aws:iam::*:role/azfed-spoke',
      'the right to assume arn:aws:iam::*:role/azfed-read',
    ]),
  );
  const settings = { partition: 'aws', rolePath: '/azure-devops/hub/', ownRoles: ['azfed-discover'] };
  const judge = (mode: 'small' | 'organization') => listStackProblems(configuration, { mode, ...settings });
  expect(judge('small').join(' ')).toContain('Choose mode organization.');
  // The fence of azfed's own roles holds for accounts that nobody has named yet.
  expect(judge('organization').join(' ')).toContain('Grant shop covers role/azure-devops/hub/azfed-discover');
});
