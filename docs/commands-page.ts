import { PassThrough } from 'node:stream';
import type { Outline } from '../functions/cli/command-line/command-outline.ts';
import { listOutlines } from '../functions/cli/command-line/command-outline.ts';
import { examples } from '../functions/cli/command-line/examples.ts';
import { loadCommand } from '../functions/cli/main.ts';
import { readEnvironment } from '../shared/config/environment.ts';

/** A section for each verb: what it does, what can be typed after it, examples. */
export async function commandSections(): Promise<readonly string[]> {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const environment = readEnvironment({});
  return listOutlines(await loadCommand(environment, streams)).map(section);
}

function section(outline: Outline): string {
  const { path, does, usage, verbs } = outline;
  const title = path === '' ? 'Everywhere' : `azfed ${path}`;
  const shown = Object.entries(examples[path] ?? {});
  return [
    `## ${title}`,
    path === '' ? 'Flags that every verb understands.' : sentence(does),
    ...(path === '' || verbs.length > 0 ? [] : ['```sh\n' + `azfed ${path} ${usage}`.trim() + '\n```']),
    ...table('verb', path === '' ? [] : verbs),
    ...table('argument', outline.arguments),
    ...table('flag', outline.options),
    ...(shown.length > 0
      ? ['```sh\n' + shown.flatMap(([typed, why]) => [`# ${why}`, `azfed ${typed}`]).join('\n') + '\n```']
      : []),
  ].join('\n\n');
}

function table(
  title: string,
  rows: readonly { readonly name: string; readonly does: string }[],
): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ name, does }) => `| \`${cell(name)}\` | ${cell(does)} |`);
  return [[`| ${title} | |`, '| --- | --- |', ...lines].join('\n')];
}

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
const cell = (text: string) => text.replaceAll('|', '\\|');
