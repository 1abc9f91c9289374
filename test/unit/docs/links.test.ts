import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from './pages.ts';
import { pages, readFiles } from './pages.ts';

const INDEX = 'docs/README.md';

/** Links of a page that lead nowhere: to no file, or to no heading of it. */
function brokenLinks({ file, text }: Page): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !leadsSomewhere(file, target))
    .map((target) => `${file}: ${target}`);
}

function leadsSomewhere(from: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(file)) return false;
  return heading === undefined || listHeadings(readFileSync(file, 'utf8')).includes(heading);
}

/** As GitHub names them: lower case, without punctuation, a hyphen for each space. */
function listHeadings(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links between pages', () => {
  it('lead to a file or a heading that is there, on every page', () => {
    expect(pages().flatMap(brokenLinks)).toEqual([]);
  });

  it('are found out when they lead nowhere', () => {
    const text =
      '[there](safety.md) [a part](safety.md#invariants) [no file](gone.md) [no part](safety.md#gone)';
    expect(brokenLinks({ file: 'docs/page.md', text })).toEqual([
      'docs/page.md: gone.md',
      'docs/page.md: safety.md#gone',
    ]);
  });
});

/** Modules that a page names and nobody has: by their whole path, or the end of it. */
function listMissingModules({ file, text }: Page, modules: readonly string[]): readonly string[] {
  return [...text.matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.ts)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !modules.some((module) => `/${module}`.endsWith(`/${name}`)))
    .map((name) => `${file}: ${name}`);
}

/** Folders that a page names by their whole path and that nobody has. */
const listMissingFolders = ({ file, text }: Page): readonly string[] =>
  [...text.matchAll(/`((?:functions|infra|shared|test)(?:\/[\w-]+)+)\/?`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !existsSync(name))
    .map((name) => `${file}: ${name}`);

describe('modules that pages name', () => {
  const modules = readFiles(/\.ts$/).map(({ file }) => file);
  /** Of another project. */
  const elsewhere = ['docs/migrate-keys.md: src/lib/awsConnectionParameters.ts'];

  it('are there, on every page', () => {
    const missing = pages()
      .filter(({ file }) => file !== 'CHANGELOG.md')
      .flatMap((page) => [...listMissingModules(page, modules), ...listMissingFolders(page)]);
    expect(missing.filter((one) => !elsewhere.includes(one))).toEqual([]);
  });

  it('are found out when they are not', () => {
    const text = '`guard/guard.ts` `links.test.ts` `gone.ts` `docs/guard.ts`';
    expect(listMissingModules({ file: 'page.md', text }, modules)).toEqual([
      'page.md: gone.ts',
      'page.md: docs/guard.ts',
    ]);
    const folders = '`shared/domain/guard` `shared/domain/audit` `test/unit/gone/`';
    expect(listMissingFolders({ file: 'page.md', text: folders })).toEqual([
      'page.md: shared/domain/audit',
      'page.md: test/unit/gone',
    ]);
  });
});

describe('the index of the pages', () => {
  it('leads to every page of docs', () => {
    const index = readFileSync('docs/README.md', 'utf8');
    const missing = pages()
      .map(({ file }) => file.split('/'))
      .flatMap(([folder, name = '', ...rest]) => (folder === 'docs' && rest.length === 0 ? [name] : []))
      .filter((name) => name !== 'README.md' && !index.includes(`](${name})`));
    expect(missing).toEqual([]);
  });
});

describe('each page of docs', () => {
  it('begins with what its reader has at its end', () => {
    const silent = pages()
      .filter(({ file }) => /^docs\/[\w-]+\.md$/.test(file) && file !== INDEX)
      .filter(({ text }) => !/^# .+\n\nAt the end of this page /.test(text));
    expect(silent.map(({ file }) => file)).toEqual([]);
  });
});
