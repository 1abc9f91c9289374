import { fitTable, table, whole } from '../../../functions/cli/output/table.ts';
import { cutText, measureWidth, wrapLines, wrapText } from '../../../functions/cli/output/text.ts';

const role = 'arn:aws:iam::123456789012:role/azure-devops/shop/shop-prod';
const rows = [
  ['Shop / aws-prod', 'converged', role],
  ['Shop / aws-staging', '\u001b[31mrepair\u001b[39m', role.replace('prod', 'staging')],
];
const lines = (columns?: number) => table(['CONNECTION', 'STATE', 'ROLE'], rows, columns).split('\n');

describe('a table', () => {
  it('is as wide as its cells where nobody says how wide it may be', () => {
    expect(lines()).toEqual([
      'CONNECTION           STATE       ROLE',
      `Shop / aws-prod      converged   ${role}`,
      `Shop / aws-staging   \u001b[31mrepair\u001b[39m      ${role.replace('prod', 'staging')}`,
    ]);
  });

  it('fits the screen: the widest column gives way, in its middle', () => {
    const fitted = lines(70);
    expect(Math.max(...fitted.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(fitted[1]).toMatch(/^Shop \/ aws-prod {6}converged {3}arn:aws:iam::\d+.*….*shop\/shop-prod$/);
    expect(fitted[1]).toHaveLength(70);
  });

  it('keeps enough to tell things apart, however narrow the screen', () => {
    expect(lines(48)[1]).toMatch(/^Shop .*prod +converged +arn.*….*prod$/);
    expect(lines(48)[0]).toContain('STATE');
  });

  it.each([20, 30, 48, 60, 80, 120])('has room on %i columns', (columns) => {
    expect(Math.max(...lines(columns).map(measureWidth))).toBeLessThanOrEqual(columns);
  });

  it('is cut nowhere when it fits', () => {
    expect(lines(200)).toEqual(lines());
  });

  const [time, command] = ['2026-11-22 09:00 UTC', `azfed migrate keys Shop/aws-legacy --role ${role}`];
  const columns = [
    'CONNECTION',
    { ...whole('TIME'), leaves: 2 },
    { heading: 'ROLE', leaves: 1 },
    whole('NEXT'),
  ];

  it('leaves out whole columns, the least important first, before it cuts one, and says so', () => {
    const seen = (width: number) => table(columns, [['Shop / aws-prod', time, role, 'azfed apply']], width);
    expect(seen(200).split('\n')[1]).toBe(`Shop / aws-prod   ${time}   ${role}   azfed apply`);
    expect(seen(100).split('\n').slice(1)).toEqual([
      `Shop / aws-prod   ${role}   azfed apply`,
      '(no room for TIME; -o wide shows all)',
    ]);
    expect(seen(50).split('\n').slice(1)).toEqual([
      'Shop / aws-prod   azfed apply',
      '(no room for TIME, ROLE; -o wide shows all)',
    ]);
    // A narrow column has room where a more important one has none.
    expect(seen(60).split('\n').slice(1)).toEqual([
      `Shop / aws-prod   ${time}   azfed apply`,
      '(no room for ROLE; -o wide shows all)',
    ]);
  });

  it('never cuts a time or a command: the row becomes a paragraph', () => {
    expect(table(['CONNECTION', whole('NEXT')], [['Shop / aws-legacy', command]], 60).split('\n')).toEqual([
      'CONNECTION  Shop / aws-legacy',
      'NEXT        azfed migrate keys Shop/aws-legacy --role',
      `            ${role}`,
    ]);
  });

  it('puts a cell that goes on below its row where the screen is narrow, and beside it elsewhere', () => {
    const cells = [whole(''), whole('CODE'), { heading: 'SAYS', wraps: true }] as const;
    const row = ['  ok', 'account.quotas', 'It has 5 of 1000 roles and 1 of 100 OIDC providers.'];
    const { lines } = fitTable(cells, [row], 40);
    expect(lines).toEqual([
      '  ok   account.quotas\n    It has 5 of 1000 roles and 1 of 100\n    OIDC providers.',
    ]);
    expect(fitTable(cells, [row], 60).lines[0]).toMatch(/^ {2}ok {3}account\.quotas {3}It has .*\n {24}\S/);
  });

  it('cuts no cell of a paragraph', () => {
    const note = 'It is of a release that does not say which one it is.';
    expect(table([whole('PART'), whole('STATE'), 'NOTE'], [['account 123456789012', 'lags', note]], 30)).toBe(
      'PART   account 123456789012\nSTATE  lags\nNOTE   It is of a release that\n       does not say which one\n       it is.',
    );
  });

  it('counts the columns that East Asian characters and emoji take', () => {
    const names = ['決済 / 本番環境', 'ショップ / aws', '결제 / aws', 'Shop / aws 🚀'];
    const [, ...rows] = table(
      ['CONNECTION', 'STATE'],
      names.map((name) => [name, 'ok']),
    ).split('\n');
    expect(rows.map((line) => measureWidth(line.slice(0, line.lastIndexOf('ok'))))).toEqual(
      rows.map(() => measureWidth('決済 / 本番環境   ')),
    );
    expect(names.map((name) => measureWidth(cutText(name, 9)) <= 9)).toEqual([true, true, true, true]);
    expect(cutText('決済 / 本番環境', 9)).toBe('決済…環境');
  });
});

it('a sentence hangs below its first words, and a command in it stays together', () => {
  expect(wrapText('Look at it, then run `azfed migrate keys --undo` and wait.', 40, '  fix  ')).toBe(
    '  fix  Look at it, then run\n       `azfed migrate keys --undo` and\n       wait.',
  );
});

it('keeps the indent of a line with colours, and a command on its line', () => {
  expect(wrapLines('\u001b[32m    + a value that is long\u001b[39m', 24)).toBe(
    '\u001b[32m    + a value that is\n    long\u001b[39m',
  );
  expect(wrapLines('  azfed migrate keys Shop/aws-legacy --local', 20)).toBe(
    '  azfed migrate keys Shop/aws-legacy --local',
  );
  expect(wrapLines('  azfed keeps this role already.', 20)).toBe('  azfed keeps this\n  role already.');
});
