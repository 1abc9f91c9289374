import { readdirSync, readFileSync } from 'node:fs';
import {
  ConfigError,
  ConflictError,
  InvariantError,
  PermissionError,
  TransientError,
  UpstreamError,
  isDefect,
  listProblems,
  rethrowDefect,
  rethrowUnlessConflict,
} from '../../../../shared/domain/kernel/errors.ts';
import { unreadBecause } from '../../../../shared/domain/kernel/result.ts';

const problem = { where: 'federation.yaml:1:1', what: 'It is empty.', fix: 'Write it.' };
const errors = {
  config: new ConfigError([problem]),
  permission: new PermissionError('iam:GetRole', 'Denied.'),
  transient: new TransientError('throttled', 'Too many requests.'),
  conflict: new ConflictError('moved', 'Somebody else was first.'),
  upstream: new UpstreamError('quota', 'There is no room.'),
  invariant: new InvariantError('impossible', 'This cannot be.'),
  type: new TypeError('x is undefined'),
  several: new AggregateError([
    new TransientError('throttled', 'Too many.'),
    new TypeError('x is undefined'),
  ]),
} as const;
type Named = keyof typeof errors;

const listEscaping = (policy: (error: unknown) => unknown): readonly Named[] =>
  (Object.keys(errors) as Named[]).filter((name) => {
    try {
      policy(errors[name]);
      return false;
    } catch (thrown) {
      expect(thrown).toBe(errors[name]);
      return true;
    }
  });

describe('the error policy', () => {
  it('takes a bug of azfed for a defect, and what the outside did for none', () => {
    const defects = (Object.keys(errors) as Named[]).filter((name) => isDefect(errors[name]));
    expect(defects).toEqual(['invariant', 'type', 'several']);
  });

  it.each([
    ['rethrowDefect', rethrowDefect, ['invariant', 'type', 'several']],
    ['unreadBecause', unreadBecause, ['invariant', 'type', 'several']],
    [
      'rethrowUnlessConflict',
      rethrowUnlessConflict,
      ['config', 'permission', 'transient', 'upstream', 'invariant', 'type', 'several'],
    ],
    [
      'listProblems',
      listProblems,
      ['permission', 'transient', 'conflict', 'upstream', 'invariant', 'type', 'several'],
    ],
  ] as const)('lets everything else escape from %s', (_name, policy, escaping) => {
    expect(listEscaping(policy)).toEqual(escaping);
  });

  it('gives the problems of the input', () => {
    expect(listProblems(errors.config)).toEqual([problem]);
  });
});

/** Classes of errors in the text that do not write out their own name: a bundle calls them as its minifier likes. */
const listNameless = (text: string): readonly string[] =>
  [...text.matchAll(/class (\w+) extends (?:\w*Error|UnknownEvent|FailedRun)\b([^]*?\n?)\}\n/g)].flatMap(
    ([, name = '', body = '']) =>
      body.includes(`name: string`) || body.includes(`name = '${name}'`) ? [] : [name],
  );

describe('the name of an error', () => {
  it('is written out by each class, for bundles keep no names', () => {
    const sources = ['functions', 'shared'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
    );
    expect(sources.flatMap(listNameless)).toEqual([]);
    expect(listNameless('class LostError extends UpstreamError {}\n')).toEqual(['LostError']);
    const renamed = "class LostError extends Error {\n  override readonly name = 'Error';\n}\n";
    expect(listNameless(renamed)).toEqual(['LostError']);
  });

  it('is that of the class', () => {
    const names = Object.values(errors).map(({ name, constructor }) => [name, constructor.name]);
    expect(names.filter(([name, own]) => name !== own)).toEqual([]);
  });
});
