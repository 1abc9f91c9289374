import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';

const root = join(import.meta.dirname, '../../..');

interface Report {
  readonly diagnostics: readonly {
    readonly code?: string;
    readonly message: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

/** Rules whose terms and selectors are the project's own. */
const own = ['eslint-js(no-restricted-syntax)', 'eslint(no-warning-comments)'];

/** What the project's own rules say of each line of text in a file at its path. */
export async function lintLines(
  lines: readonly { readonly path: string; readonly text: string }[],
): Promise<(line: { readonly path: string; readonly text: string }) => readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-lint-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const configuration = JSON.stringify(join(root, 'oxlint.config.mjs'));
  writeFileSync(
    join(folder, 'oxlint.config.mjs'),
    `import all from ${configuration};\nexport default { ...all, options: { typeAware: false } };\n`,
  );
  const files = groupItems(lines, ({ path }) => path);
  for (const [path, texts] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), texts.map(({ text }) => text).join('\n'));
  }
  const command = [
    join(root, 'node_modules/oxlint/bin/oxlint'),
    '-c',
    'oxlint.config.mjs',
    '--format',
    'json',
  ];
  const printed = await new Promise<string>((resolve) => {
    execFile(process.execPath, [...command, ...files.keys()], { cwd: folder }, (_error, stdout) => {
      resolve(stdout);
    });
  });
  rmSync(folder, { recursive: true });
  const { diagnostics } = JSON.parse(printed) as Report;
  return ({ path, text }) => {
    const number = 1 + (files.get(path) ?? []).findIndex((one) => one.text === text);
    return diagnostics
      .filter(({ code = '', filename }) => own.includes(code) && filename === path)
      .filter(({ labels: [place] }) => place?.span.line === number)
      .map(({ message }) => message);
  };
}
