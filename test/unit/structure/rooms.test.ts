import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface SourceFile {
  /** From the top of the project. */
  readonly file: string;
  readonly text: string;
}

function readSources(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}

/** In the order of the table in the README, from which `.dependency-cruiser.cjs` takes its rules. */
function listRooms(folder: string): readonly string[] {
  const rows = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| `([a-z0-9-]+)\/`/gm);
  return [...rows].map(([, room = '']) => room);
}

const listFolders = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Which rooms a room imports. */
function readRoomGraph(
  folder: string,
  sources: readonly SourceFile[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const findRoom = (file: string) =>
    file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/', 1)[0] : undefined;
  const graph = new Map<string, Set<string>>();
  for (const { file, text } of sources) {
    const room = findRoom(file);
    if (room === undefined) continue;
    const imported = graph.get(room) ?? new Set();
    graph.set(room, imported);
    for (const [, path = ''] of text.matchAll(/ from '(\.[^']+)'/g)) {
      const other = findRoom(join(dirname(file), path));
      if (other !== undefined && other !== room) imported.add(other);
    }
  }
  return graph;
}

/** The longest way down from a room, itself included. */
function countFloors(graph: ReadonlyMap<string, ReadonlySet<string>>): number {
  const countBelow = (room: string, path: readonly string[]): number => {
    if (path.includes(room)) throw new Error(`A circle of rooms: ${[...path, room].join(' -> ')}`);
    return (
      1 + Math.max(0, ...[...(graph.get(room) ?? [])].map((other) => countBelow(other, [...path, room])))
    );
  };
  return Math.max(...[...graph.keys()].map((room) => countBelow(room, [])));
}

const exported = /^export (?:async )?(?:const|function\*?|interface|type|class) (\w+)/gm;

/** Names that several files export, each with its files. */
function listSharedNames(sources: readonly SourceFile[]): Readonly<Record<string, readonly string[]>> {
  const places = new Map<string, Set<string>>();
  for (const { file, text } of sources)
    for (const [, name = ''] of text.matchAll(exported))
      places.set(name, (places.get(name) ?? new Set()).add(file));
  return Object.fromEntries(
    [...places].flatMap(([name, files]) => (files.size > 1 ? [[name, [...files].sort()]] : [])),
  );
}

const clouds = ['infra/local', 'infra/local/aws', 'infra/local/azure-devops'];

describe.each(['shared/domain', 'shared/application', ...clouds])('the rooms of %s', (folder) => {
  it('are those that its README lists', () => {
    expect([...listRooms(folder)].sort()).toEqual([...listFolders(folder)].sort());
  });

  it('hold every file, but for those that start and fill a cloud', () => {
    const beside = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    expect(beside.filter(() => !clouds.includes(folder))).toEqual([]);
  });

  it('import rooms before them, and no file beside the rooms', () => {
    const rooms = listRooms(folder);
    const graph = readRoomGraph(folder, readSources(folder));
    const upward = rooms.flatMap((room, floor) =>
      [...(graph.get(room) ?? [])].filter((other) => !rooms.slice(0, floor).includes(other)),
    );
    expect(upward).toEqual([]);
  });

  it('form no circle, and have at most ten floors', () => {
    expect(countFloors(readRoomGraph(folder, readSources(folder)))).toBeLessThanOrEqual(10);
  });
});

describe('floors of rooms', () => {
  const write = (file: string, ...imports: readonly string[]): SourceFile => ({
    file: `top/${file}`,
    text: imports.map((path) => `import type { A } from '${path}';`).join('\n'),
  });

  it('are counted by imports between rooms, not within one', () => {
    const sources = [
      write('c/c.ts', '../b/b.ts', './other.ts'),
      write('b/b.ts', '../a/a.ts'),
      write('a/a.ts'),
    ];
    expect(countFloors(readRoomGraph('top', sources))).toBe(3);
  });

  it('of a circle are none', () => {
    const sources = [write('a/a.ts', '../b/b.ts'), write('b/b.ts', '../a/other.ts')];
    expect(() => countFloors(readRoomGraph('top', sources))).toThrow('a -> b -> a');
  });
});

describe('an exported name', () => {
  it('has one meaning', () => {
    const sources = ['shared', 'functions'].flatMap(readSources);
    // Each function in AWS has both, and nothing imports two of them.
    expect(Object.keys(listSharedNames(sources)).sort()).toEqual(['createHandler', 'handler']);
  });

  it('is found where two files export it', () => {
    const text = 'export const one = 1;\nexport type one = typeof one;';
    expect(listSharedNames([{ file: 'a.ts', text }])).toEqual({});
    expect(listSharedNames(['b.ts', 'a.ts'].map((file) => ({ file, text })))).toEqual({
      one: ['a.ts', 'b.ts'],
    });
  });
});

describe('an ARN', () => {
  const sources = ['shared', 'functions', 'infra'].flatMap(readSources);
  const own = 'shared/domain/kernel/arn.ts';
  const listFiles = (pattern: RegExp) =>
    sources.filter(({ file, text }) => file !== own && pattern.test(text)).map(({ file }) => file);

  it('is parsed at the edges that the README of the kernel lists', () => {
    const [, section = ''] = readFileSync('shared/domain/kernel/README.md', 'utf8').split(
      ' becomes an ARN\n',
    );
    const edges = [...section.matchAll(/`([\w./-]+(?:\/|\.ts))`/g)].map(([, path = '']) =>
      /^(?:shared|functions|infra)\//.test(path) ? path : `shared/domain/${path}`,
    );
    const parsing = listFiles(/\bparse(?:Role|Provider)Arn\(/);
    expect(parsing.filter((file) => !edges.some((edge) => file.startsWith(edge)))).toEqual([]);
    expect(parsing).toContain('shared/domain/desired/desire.ts');
  });

  it('is nowhere only said to be one', () => {
    expect(listFiles(/\bas (?:Role|Provider)Arn\b/)).toEqual([]);
  });
});
