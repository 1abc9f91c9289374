import { errorText, usageErrorText } from '../../../functions/cli/output/error-text.ts';
import { measureWidth } from '../../../functions/cli/output/text.ts';

const said =
  "error: option '-o, --output <form>' argument 'xml' is invalid. Allowed choices are wide, json, yaml, markdown.\n";

it('a word of many pages is shown in short', () => {
  const long = 'x'.repeat(5_000);
  const said = `error: unknown command '${long}'\n`;
  expect(usageErrorText(said, ['plan', long], 'plan').length).toBeLessThan(400);
});

it('an option that is not taken is explained in lines that fit the screen', () => {
  const text = usageErrorText(said, ['plan', '-o', 'xml'], 'plan', 80);
  expect(text.split('\n').filter((line) => measureWidth(line) > 80)).toEqual([]);
  expect(text.split(/\s+/)).toEqual(usageErrorText(said, ['plan', '-o', 'xml'], 'plan').split(/\s+/));
});

it('a file that is missing somewhere below is not called a missing folder', () => {
  const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT', path: '/a/b.pem', syscall: 'open' });
  expect(errorText(missing)).toMatch(/^\/a\/b\.pem\n {2}.*: it is not there, or its folder is not\.\n/);
});
