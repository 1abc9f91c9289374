import { readFileSync } from 'node:fs';
import { explainStsError, isNetworkError } from '../../../shared/domain/verify/failures.ts';
import { readTaskLog } from '../../../shared/domain/verify/task-log.ts';

const page = readFileSync('docs/reference/failures.md', 'utf8');

/** Rows of what a task logs of an error of STS: the text, and the code that the page leads to. */
const rows = [
  ...page.matchAll(/^\| `((?:Error \[\w+\]|AggregateError \[\w+\]|\w+): [^`]*)`.*\[(sts\.[\w-]+)\]/gm),
].map(([, line = '', code = '']) => ({ line, code }));

function explain(line: string): string | undefined {
  const { code, message } = readTaskLog([`Failed to assume role with OIDC: ${line}`]).oidcError ?? {
    code: '',
    message: '',
  };
  return explainStsError(code, message) ?? (isNetworkError(code, message) ? 'sts.unreachable' : undefined);
}

describe('the page of failures', () => {
  it('leads from each error of STS to what azfed itself takes it for', () => {
    expect(rows.length).toBeGreaterThan(12);
    expect(rows.map(({ line }) => [line, explain(line)])).toEqual(rows.map(({ line, code }) => [line, code]));
  });
});
