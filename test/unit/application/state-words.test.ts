import { selectStateWord } from '../../../shared/application/reporting/state-words.ts';

it.each([
  ['repair', 'drift', null, 'drifted'],
  ['repair', 'conflict', 'conflict', 'drifted'],
  ['create', 'gone', 'second-look', 'drifted'],
  ['failing', 'drift', null, 'drifted'],
  ['repair', 'change', null, 'pending'],
  ['create', 'new', null, 'pending'],
  ['create', 'new', 'limit-changes', 'blocked'],
  ['failing', 'new', null, 'blocked'],
  ['converged', undefined, null, 'ok'],
  ['converged', undefined, 'paused', 'ok'],
  ['no provider', undefined, null, 'pending'],
  ['closed', undefined, null, 'closed'],
  ['deleted', undefined, null, 'closed'],
  ['left alone', undefined, null, 'unmanaged'],
  ['settling', undefined, null, 'settling'],
  ['missing', undefined, null, 'unknown'],
  ['as recorded', undefined, null, 'unknown'],
  ['not read', undefined, null, 'unknown'],
] as const)('%s by %s, held because of %s, is %s', (state, cause, held, word) => {
  expect(selectStateWord({ state, held, ...(cause ? { cause } : {}) })).toBe(word);
});
