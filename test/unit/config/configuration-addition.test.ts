import {
  addToItem,
  addToList,
  listMarked,
  removeItems,
} from '../../../shared/config/configuration-addition.ts';

const text = `# Ours.
version: 1
accounts: # all of them
  - id: "111111111111" # the hub
    # assumeRole: arn:aws:iam::111111111111:role/azfed-spoke
  - { id: '222222222222' }
grants:
  - name: one   # kept
    # Proposed.
    mode: observe
    # inlinePolicies: {}

  - name: two
    mode: repair
    # of two
# Behind.
limits: { changesPerPass: 5 }
`;

describe('an addition to the configuration', () => {
  it.each([
    [
      'behind the last item',
      text,
      text.replace('    # of two\n', '    # of two\n  - name: three\n    mode: x\n'),
    ],
    [
      'to an empty list',
      'grants: [] # none\nend: 1\n',
      'grants: # none\n  - name: three\n    mode: x\nend: 1\n',
    ],
    ['to a key without a value', 'grants:\nend: 1\n', 'grants:\n  - name: three\n    mode: x\nend: 1\n'],
    ['where there is no list', 'end: 1\n', 'end: 1\n\ngrants:\n  - name: three\n    mode: x\n'],
    [
      'at the end of a text without a line break',
      'grants:\n- name: one',
      'grants:\n- name: one\n- name: three\n  mode: x\n',
    ],
    ['to a list in one line: not as lines', 'grants: [{ name: one }]\n', undefined],
    ['to JSON: not as lines', '{"grants":[]}', undefined],
  ])('is made %s', (_where, before, after) => {
    expect(addToList(before, 'grants', ['- name: three', '  mode: x'])).toBe(after);
  });

  it('gives an item a field, in the place of the hint for it', () => {
    const role = 'assumeRole: "arn:aws:iam::111111111111:role/azfed-spoke"';
    expect(addToItem(text, 'accounts', '111111111111', role)).toBe(
      text.replace('# assumeRole: arn:aws:iam::111111111111:role/azfed-spoke', role),
    );
    expect(addToItem(text, 'accounts', '222222222222', 'assumeRole: "x"')).toBe(
      text.replace("'222222222222' }", `'222222222222', assumeRole: "x" }`),
    );
    expect(addToItem(text, 'accounts', '333333333333', 'assumeRole: "x"')).toBe(text);
  });

  it('takes out items with their own comments alone', () => {
    expect(listMarked(text, 'grants', '# Proposed.')).toEqual(['one']);
    expect(removeItems(text, 'grants', ['one'])).toBe(
      text.replace(/ {2}- name: one[^]*?inlinePolicies: \{\}\n/, ''),
    );
    expect(removeItems(text, 'grants', ['one', 'two'])).toContain('grants: []\n\n# Behind.');
    expect(removeItems(text, 'grants', ['none'])).toBe(text);
  });
});
