import { stripVTControlCharacters } from 'node:util';
import { table } from '../../../functions/cli/output/table.ts';

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
    expect(
      Math.max(...lines(columns).map((line) => stripVTControlCharacters(line).length)),
    ).toBeLessThanOrEqual(columns);
  });

  it('is cut nowhere when it fits', () => {
    expect(lines(200)).toEqual(lines());
  });
});
