import { parse } from 'yaml';
import { editGrant } from '../../../shared/config/grant-edit.ts';
import { rewriteYaml } from '../../../shared/config/yaml-rewrite.ts';
import type { AcceptedTerms } from '../../../shared/domain/adoption/accepted-terms.ts';
import type { Split } from '../../../shared/domain/adoption/grant-split.ts';
import type { Json } from '../../../shared/domain/policy/policy-document.ts';

const text = `# Ours.
version: 1   # kept
grants:
  - name:   one   # aligned
    mode: 'repair'\t# a tab
    managedPolicies: &shared
        -  "arn:aws:iam::aws:policy/ReadOnlyAccess"   # why
    maxSessionDuration: 3600 # an hour
    tags: { team: 'pay',   stage: "prod" }
    inlinePolicies:
      deploy: { file: policies/deploy.json }
    trust: { statements: { file: trust/one.json } }
    roles:
      - { project: P1, connection: a, role: arn:aws:iam::123456789012:role/a }
      # Loose: no subject.
      - { project: P1, connection: b, role: arn:aws:iam::123456789012:role/b }
    # of one

  # The second.
  - name: two
    managedPolicies: *shared
    inlinePolicies: {}
# At the end.`;

const files: Readonly<Record<string, string>> = {
  'policies/deploy.json': '{\n\t"Version": "2012-10-17",\n\t"Statement": []\n}\n',
  'trust/one.json': '[]',
};
const readFile = (path: string) => ({ text: files[path] ?? '' });
const whole: Split = { as: 'whole' };
const document = { Version: '2012-10-17', Statement: [] };

function listChanged(before: string, after: string) {
  const [old, now] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  return {
    gone: old.filter((line) => !now.includes(line)),
    come: now.filter((line) => !old.includes(line)),
  };
}

const edits: readonly (readonly [
  what: string,
  terms: AcceptedTerms,
  gone: readonly string[],
  come: readonly string[],
])[] = [
  [
    'a number',
    { maxSessionDuration: 7200 },
    ['    maxSessionDuration: 3600 # an hour'],
    ['    maxSessionDuration: 7200 # an hour'],
  ],
  ['a field that is new', { boundary: 'none' }, [], ['    boundary: none']],
  [
    'a tag',
    { tags: { team: 'ops', stage: 'prod', owner: 'a, b' } },
    ['    tags: { team: \'pay\',   stage: "prod" }'],
    ['    tags: { team: \'ops\',   stage: "prod", owner: "a, b" }'],
  ],
  ['all tags', { tags: {} }, ['    tags: { team: \'pay\',   stage: "prod" }'], []],
  [
    'a list that another grant refers to',
    {
      managedPolicies: [
        'arn:aws:iam::aws:policy/ReadOnlyAccess',
        'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
      ],
    },
    ['    managedPolicies: *shared'],
    [
      '        - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
      '    managedPolicies:',
      '      - arn:aws:iam::aws:policy/ReadOnlyAccess',
    ],
  ],
];

describe.each([
  ['as it is', (of: string) => of],
  ['with the line breaks of Windows', (of: string) => of.replaceAll('\n', '\r\n')],
  ['with a last line break', (of: string) => `${of}\n`],
  ['with a byte order mark', (of: string) => `\uFEFF${of}`],
])('an edit of a grant, in a file %s', (_how, write) => {
  it.each(edits)('changes the lines of %s alone', (_what, terms, gone, come) => {
    const before = write(text);
    const { text: after, files: edited } = editGrant(before, 'one', whole, terms, readFile);
    expect(listChanged(before, after)).toEqual({ gone, come });
    expect(after.includes('\r\n')).toBe(before.includes('\r\n'));
    expect(/[^\r]\n/.test(after)).toBe(/[^\r]\n/.test(before));
    expect(edited).toEqual({});
    expect(parse(after)).toMatchObject({
      grants: [terms.tags && Object.keys(terms.tags).length === 0 ? {} : terms, {}],
    });
  });

  it('takes the pair of a role out, with the note about it', () => {
    const split: Split = {
      as: 'pairs',
      indexes: [1],
      role: 'arn:aws:iam::123456789012:role/b',
      name: 'one-b',
    };
    const { text: after } = editGrant(write(text), 'one', split, { maxSessionDuration: 7200 }, readFile);
    const { grants } = parse(after) as { grants: Record<string, Json>[] };
    expect(grants.map(({ name }) => name)).toEqual(['one', 'one-b', 'two']);
    expect(grants[0]).toMatchObject({ maxSessionDuration: 3600, roles: [{ connection: 'a' }] });
    expect(grants[1]).toMatchObject({ maxSessionDuration: 7200, roles: [{ connection: 'b' }] });
    for (const [comment] of text.matchAll(/#[^\n]*/g)) expect(after).toContain(comment);
    expect(after.replaceAll('\r', '')).toContain(
      '# Loose: no subject.\n      - project: P1\n        connection: b',
    );
  });
});

it('edits a file of this grant alone in its own style, and no file that others name', () => {
  const deploy = { ...document, Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const terms = { inlinePolicies: { deploy } };
  const alone = editGrant(text, 'one', whole, terms, readFile);
  expect(alone.text).toBe(text);
  expect(JSON.parse(alone.files['policies/deploy.json'] ?? '')).toEqual(deploy);
  expect(alone.files['policies/deploy.json']).toContain('{\n\t"Version": "2012-10-17",\n');
  expect(alone.unusedFiles).toEqual([]);
  const shared = text.replace('inlinePolicies: {}', 'inlinePolicies: { x: { file: policies/deploy.json } }');
  const edited = editGrant(shared, 'one', whole, terms, readFile);
  expect(edited).toMatchObject({ files: {}, unusedFiles: [] });
  expect(parse(edited.text)).toMatchObject({
    grants: [{ inlinePolicies: { deploy: { document: deploy } } }, {}],
  });
});

it.each<readonly [what: string, terms: AcceptedTerms, unusedFiles: readonly string[]]>([
  ['of a policy that goes', { inlinePolicies: { deploy: undefined } }, ['policies/deploy.json']],
  [
    'of statements that go',
    { trust: { statements: [], conditions: {}, expectDeny: 'none' } },
    ['trust/one.json'],
  ],
  ['of nothing, where another field changes', { maxSessionDuration: 7200 }, []],
])('says that no grant names a file any more: %s', (_what, terms, unusedFiles) => {
  expect(editGrant(text, 'one', whole, terms, readFile)).toMatchObject({ files: {}, unusedFiles });
});

describe('a text that is rewritten', () => {
  it.each<readonly [what: string, before: string, wanted: Json, after: string]>([
    ['a list of odd indentation', 'a:\n-   x # ex\n-   y\n', { a: ['y', 'z'] }, 'a:\n-   y\n- z\n'],
    [
      'a list that empties',
      'a: # why\n  - x\n  # end\nb: 1\n',
      { a: [], b: 1 },
      'a: [] # why\n  # end\nb: 1\n',
    ],
    [
      'a list in brackets',
      'a: [\n  1, # one\n  2 # two\n]\n',
      { a: [1, 2, 3] },
      'a: [\n  1, # one\n  2, # two\n  3\n]\n',
    ],
    ['the last of a list in brackets', 'a: [\n  1, # one\n  2\n]\n', { a: [1] }, 'a: [\n  1 # one\n]\n'],
    ['a comma at the end', 'a: [1, 2,]\n', { a: [1, 2, 3] }, 'a: [1, 2, 3,]\n'],
    ['JSON in one line', '{"a":[1],"b":{}}', { a: [1, 2], b: { c: 'd' } }, '{"a":[1,2],"b":{"c":"d"}}'],
    [
      'JSON of several lines',
      '{\n  "a": [\n    {\n      "b": 1\n    }\n  ]\n}\n',
      { a: [{ b: 1 }, { c: [2] }], d: {} },
      '{\n  "a": [\n    {\n      "b": 1\n    },\n    {\n      "c": [\n        2\n      ]\n    }\n  ],\n  "d": {}\n}\n',
    ],
    ['an anchor that goes', 'a: &x [1]\nb: *x\n', { b: [1] }, 'b: [1]\n'],
    ['a value that was left out', 'a:\nb: 1\n', { a: { c: 1 }, b: 1 }, 'a:\n  c: 1\nb: 1\n'],
    [
      'a text of several lines before',
      'a: |\n  x\n  y\nb: 1\n',
      { a: 'x\ny\n', b: 1, c: 2 },
      'a: |\n  x\n  y\nb: 1\nc: 2\n',
    ],
    ['a first field', '- a: 1\n  b: 2\n', [{ b: 2 }], '- b: 2\n'],
  ])('changes %s where it changes', (_what, before, wanted, after) => {
    expect(rewriteYaml(before, wanted)).toBe(after);
  });
});
