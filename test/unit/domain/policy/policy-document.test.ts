import { parsePolicy, renderPolicy } from '../../../../shared/domain/policy/policy-document.ts';

describe('reading a policy', () => {
  const whole =
    '{"Version":"2012-10-17","Id":"x","Statement":[{"Effect":"Allow","Novelty":{"a":[1,null,true]}}],"Later":{}}';

  it('keeps everything, also what it does not know', () => {
    const parsed = parsePolicy(whole);
    expect(parsed.readable && renderPolicy(parsed.document)).toBe(whole);
  });

  it.each([
    ['nothing', '', 'it is not JSON'],
    ['a sign-in page', '<html>', 'it is not JSON'],
    ['half a document', '{"Statement":[', 'it is not JSON'],
    ['percent-encoded text', '%7B%22Statement%22%3A%5B%5D%7D', 'it is not JSON'],
    ['a list', '[{"Statement":[]}]', 'it is not an object'],
    ['null', 'null', 'it is not an object'],
    ['a text', '"Statement"', 'it is not an object'],
    ['no statement', '{"Version":"2012-10-17"}', 'it has no Statement'],
    [
      'a statement that is a text',
      '{"Statement":"Allow"}',
      'its Statement holds something that is no object',
    ],
    ['a list in the list', '{"Statement":[{},[]]}', 'its Statement holds something that is no object'],
  ])('refuses %s', (_what, text, reason) => {
    expect(parsePolicy(text)).toEqual({ readable: false, reason });
  });

  it.each([
    ['at the top', '{"Statement":[],"Statement":[{}]}', '"Statement"'],
    ['in a statement', '{"Statement":[{"Effect":"Deny","Effect":"Allow"}]}', '"Effect"'],
    [
      'in a condition',
      '{"Statement":{"Condition":{"StringEquals":{"a:sub":"x","b":[{}],"a:sub":"*"}}}}',
      '"a:sub"',
    ],
    [
      'behind an escape',
      String.raw`{"Statement":[{"Effect":"Deny","\u0045ffect":"Allow"}]}`,
      String.raw`"\u0045ffect"`,
    ],
    ['with a quote in it', String.raw`{"Statement":[],"a\"b":1,"a\"b":2}`, String.raw`"a\"b"`],
    ['named like a property of every object', '{"Statement":[],"__proto__":1,"__proto__":2}', '"__proto__"'],
  ])('refuses a key that stands twice %s', (_where, text, key) => {
    expect(parsePolicy(text)).toEqual({
      readable: false,
      reason: `the key ${key} stands twice in one object`,
    });
  });

  it.each([
    ['in two statements', '{"Statement":[{"Effect":"Allow"},{"Effect":"Allow"}]}'],
    ['at two depths', '{"Statement":{"Id":{"Id":{"Id":1}}},"Id":1}'],
    [
      'as key and as value',
      '{"Statement":[{"Effect":"Effect","a":"\\"Effect\\":","b":["Effect","Effect"]}]}',
    ],
    ['in another case', '{"Statement":[{"Effect":"Allow","effect":"Allow"}]}'],
  ])('takes a key that stands once an object: %s', (_where, text) => {
    expect(parsePolicy(text)).toMatchObject({ readable: true });
  });

  it('refuses what is nested deeper than any policy', () => {
    const nested = (depth: number) => `{"Statement":[],"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(parsePolicy(nested(31))).toMatchObject({ readable: true });
    expect(parsePolicy(nested(32))).toEqual({ readable: false, reason: 'it is nested more than 32 deep' });
    expect(parsePolicy(nested(60_000))).toMatchObject({ readable: false });
  });
});
