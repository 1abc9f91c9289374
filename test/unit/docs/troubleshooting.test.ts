import { readFileSync } from 'node:fs';
import { explainStsError } from '../../../shared/domain/verify/failures.ts';

const page = readFileSync('docs/troubleshooting.md', 'utf8');

/** Rows of errors of STS: the text, and the code that the page leads to. */
const rows = [...page.matchAll(/^\| `(\w+): ([^`]*)`.*\[(sts\.[\w-]+)\]/gm)].map(
  ([, error = '', message = '', code = '']) => ({ error, message, code }),
);

describe('the troubleshooting page', () => {
  it('leads from each error of STS to what azfed itself takes it for', () => {
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.map(({ error, message }) => [error, message, explainStsError(error, message)])).toEqual(
      rows.map(({ error, message, code }) => [error, message, code]),
    );
  });
});
