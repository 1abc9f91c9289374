import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { groupItems } from '../../shared/domain/kernel/group-by.ts';

/** A package whose code stands in the bundle. */
export interface BundledPackage {
  /** `name@version`, as a bill of materials names it. */
  readonly id: string;
  /** Of `package.json`; empty where it names none. */
  readonly license: string;
  /** The text that has to go with the code; empty where the package brings none. */
  readonly text: string;
}

/** Sorted by id; paths of the metafiles are relative to `root`. */
export function listPackages(metafiles: readonly Metafile[], root: string): readonly BundledPackage[] {
  const files = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(
    files.flatMap((file) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  return [...folders].map((folder) => readPackage(join(root, folder))).sort(compareIds);
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: unknown;
  };
  const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)/i.test(one));
  return {
    id: `${name}@${version}`,
    license: typeof license === 'string' ? license : '',
    text: file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim(),
  };
}

const compareIds = (one: BundledPackage, other: BundledPackage) => (one.id < other.id ? -1 : 1);

/** The notices of all packages as one text; packages with the same text share it. */
export function formatLicenses(packages: readonly BundledPackage[]): string {
  const byText = groupItems(packages, ({ text }) => text);
  return [...byText]
    .map(([text, some]) =>
      [...some.map(({ id, license }) => `${id} (${license})`), ...(text === '' ? [] : ['', text])].join('\n'),
    )
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n');
}
