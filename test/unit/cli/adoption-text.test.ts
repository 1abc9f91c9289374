import type { AdoptionItem } from '../../../shared/application/connections/adopt-roles.ts';
import { adoptionText } from '../../../functions/cli/output/adoption-text.ts';
import { createStyle } from '../../../functions/cli/output/style.ts';

const ACCOUNT = '123456789012';
const long = 'a-connection-with-a-name-that-is-rather-long-for-a-table';

function makeItem(role: string, more: object, item: object = {}, name = `aws-${role}`): AdoptionItem {
  const candidate = {
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
    account: ACCOUNT,
    bindings: [{ references: [{ projectName: 'Shop', name }] }],
    ...{ effect: 'trust', lost: [], lostConnections: [], neverWorks: [], ...more },
  };
  return { candidate, users: [], lostConnections: [], ...item } as unknown as AdoptionItem;
}

const show = (items: readonly AdoptionItem[], columns?: number) =>
  adoptionText(
    items,
    { managed: 0, missing: 0 },
    { style: createStyle(false), details: false, ...(columns === undefined ? {} : { columns }) },
  ).split('\n');

const others = Array.from({ length: 40 }, (_, at) => ({ project: 'Data Platform', name: `aws-other-${at}` }));
const narrowed = {
  lost: [
    { kind: 'pattern', value: '*' },
    { kind: 'principal', value: `arn:aws:iam::${ACCOUNT}:root` },
  ],
  lostConnections: others,
};

it('shows at 80 columns who loses access, how many, and whether one of them used it', () => {
  const lines = show([makeItem('loose', narrowed, { evidence: { state: 'unused' } })], 80);
  expect(lines).toEqual([
    'The trust narrows (1)',
    'CONNECTION         ROLE    LOSES ACCESS                  USED IT',
    `Account ${ACCOUNT}`,
    'Shop / aws-loose   loose   40 connections, 1 principal   no',
    '    loses access: Data Platform / aws-other-0, Data Platform / aws-other-1,',
    '      Data Platform / aws-other-2, Data Platform / aws-other-3 and 37 more',
    '      (--details)',
    '',
    '1 to adopt, 0 left as they are, 0 managed already',
  ]);
});

it.each([40, 60, 80, 120])('cuts no name where a line of its own has room: %i columns', (columns) => {
  const role = 'a-role-with-a-long-name';
  const used = { reason: 'in-use' };
  const lines = show(
    [
      makeItem(role, narrowed, { evidence: { state: 'unused' } }, long.slice(0, columns - 8)),
      makeItem(`${role}-2`, { ...narrowed, refusal: used }, { evidence: { state: 'used', by: [] } }),
    ],
    columns,
  );
  const whole = lines.map((line) => line.trim()).join(' ');
  expect(whole).toContain(`Shop / ${long.slice(0, columns - 8)}`);
  expect(whole).toContain(role);
  expect(whole).toContain('40 connections, 1 principal');
  expect(whole).toContain('somebody used it in the last 90 days whose access adoption would end');
  expect(whole).not.toContain('…');
  const rows = lines.slice(0, -1);
  expect(rows.filter((line) => line.length > columns)).toEqual([]);
});
