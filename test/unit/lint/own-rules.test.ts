import { lintLines } from './lint-lines.ts';

const edge = /^Parse text once, .+ carry the Instant\.$/;
const word = /^Use the word of the glossary in CONTRIBUTING\.md/;
const verb = /^Name a function by what it does, verb first/;
const comment = /^Unexpected '.+' comment/;
const pure = /^The domain is pure/;
const waits = /^What was read at once may be from before the last action/;

const timeEdges = [
  'shared/adapters/dynamodb/stored-fields.ts',
  'shared/config/joint-checks.ts',
  'functions/cli/commands/suspend.ts',
  'shared/domain/verify/uses.ts',
];

/** A text, where it stands, and what is said of it. */
const refused: readonly (readonly [text: string, path: string, message: RegExp])[] = [
  ['const settled = 1;', 'test/a.ts', word],
  ['const isSettled = 1;', 'infra/a.ts', word],
  // Where text becomes an instant, the other rules hold.
  ...timeEdges.map((path) => ['const settled = 1;', path, word] as const),
  ['const { standing } = row;', 'shared/application/run/a.ts', word],
  ['read(row.standing);', 'shared/domain/plan/a.ts', word],
  ['interface Row { readonly sightings: number }', 'functions/a.ts', word],
  ['const tellAll = 1;', 'shared/adapters/a.ts', word],
  ['function findingsOf() {}', 'shared/domain/plan/a.ts', verb],
  ['const roleOf = () => 1;', 'shared/config/a.ts', verb],
  ['interface Port { listRolesIn(account: string): void }', 'shared/ports/a.ts', verb],
  ['/** Whom it shuts out. */', 'shared/domain/plan/a.ts', comment],
  ['// It is settled later.', 'test/a.ts', comment],
  ['await read();', 'shared/domain/verify/uses.ts', pure],
  ['new Date();', 'shared/domain/guard/controls.ts', pure],
  ...['Date.parse(item.at);', 'new Date(item.at);'].flatMap((text) =>
    ['shared/domain/guard/controls.ts', 'shared/application/run/a.ts', 'functions/deliver/a.ts'].map(
      (path) => [text, path, edge] as const,
    ),
  ),
  ['expect(await page.url()).toBe(address);', 'test/browser/a.test.ts', waits],
];

const allowed: readonly (readonly [text: string, path: string])[] = [
  ['const unsettled = 1;', 'test/a.ts'],
  ['const document = { standing: 1, shutsOut: 2 };', 'shared/domain/plan/a.ts'],
  ['Promise.allSettled([]);', 'functions/a.ts'],
  ['const { standing: status } = row;', 'shared/application/run/a.ts'],
  ['function listFindings() {}', 'shared/domain/plan/a.ts'],
  ['// It is outstanding.', 'test/a.ts'],
  ...timeEdges.map((path) => ['Date.parse(text);', path] as const),
];

describe('the rules of the project', () => {
  let listMessages: Awaited<ReturnType<typeof lintLines>>;
  beforeAll(async () => {
    listMessages = await lintLines([...refused, ...allowed].map(([text, path]) => ({ text, path })));
  });

  it.each(refused)('refuse `%s` in %s', (text, path, message) => {
    expect(listMessages({ text, path })).toEqual([expect.stringMatching(message)]);
  });

  it.each(allowed)('allow `%s` in %s', (text, path) => {
    expect(listMessages({ text, path })).toEqual([]);
  });
});
