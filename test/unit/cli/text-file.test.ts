import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeFolder,
  readEditedText,
  requireWritable,
  rewriteText,
  writeText,
} from '../../../functions/cli/command-line/text-file.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'azfed-text-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('replaces a file as a whole: who reads it meanwhile sees the old text to its end', () => {
  const path = join(folder, 'federation.yaml');
  writeFileSync(path, 'old text\n');
  chmodSync(path, 0o640);
  const reader = openSync(path, 'r');
  writeText(path, 'new\n');
  expect(readFileSync(reader, 'utf8')).toBe('old text\n');
  closeSync(reader);
  expect(readFileSync(path, 'utf8')).toBe('new\n');
  expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
  expect(readdirSync(folder)).toEqual(['federation.yaml']);
});

it('writes to what a link leads to, and to a place that is no file', () => {
  const [path, link] = [join(folder, 'federation.yaml'), join(folder, 'link.yaml')];
  writeFileSync(path, 'old\n');
  symlinkSync(path, link);
  writeText(link, 'new\n');
  writeText('/dev/null', 'gone\n');
  expect(readFileSync(path, 'utf8')).toBe('new\n');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

it('edits a text without its byte order mark, which stays in the file, and says where there is no file', () => {
  const path = join(folder, 'deploy.json');
  for (const mark of ['\uFEFF', '']) {
    writeFileSync(path, `${mark}{}\r\n`);
    expect(readEditedText(path)).toBe('{}\r\n');
    rewriteText(path, '{ }\r\n');
    expect(readFileSync(path, 'utf8')).toBe(`${mark}{ }\r\n`);
  }
  rewriteText(join(folder, 'new.json'), '{}');
  expect(readFileSync(join(folder, 'new.json'), 'utf8')).toBe('{}');
  expect(() => readEditedText(join(folder, 'none.yaml'))).toThrow(/not there.*azfed init/);
});

it('makes a folder with those above it, and says at once where none can be made', () => {
  makeFolder(join(folder, 'a', 'b'));
  makeFolder(join(folder, 'a', 'b'));
  expect(statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true);
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'absent'), join(folder, 'dangling'));
  for (const path of ['/proc/x', '/proc/x/y', join(folder, 'file', 'x'), join(folder, 'dangling', 'x')])
    expect(() => {
      makeFolder(path);
    }).toThrow(/cannot be written/);
});

it.each<[string, (folder: string) => string, RegExp]>([
  ['no path', () => '', /^output file: It cannot be written: the path is empty\./],
  ['a folder', (above) => above, /it is a folder, not a file\./],
  ['below a file', (above) => join(above, 'file', 'x'), /a part of its path is a file, not a folder\./],
  ['below nothing', (above) => join(above, 'none', 'x'), /its folder is not there\./],
  ['a full disk', () => '/dev/full', /the disk is full\./],
  ['a name that is too long', (above) => join(above, 'x'.repeat(300)), /its name is too long\./],
  ['a NUL character', (above) => join(above, 'a\0b'), /no path holds a NUL character\./],
])('says why it cannot write to %s', (_what, place, why) => {
  writeFileSync(join(folder, 'file'), '');
  const fail = () => {
    writeText(place(folder), 'text');
  };
  expect(fail).toThrow(ConfigError);
  expect(fail).toThrow(why);
});

it('says before any work whether a new file can be written, and leaves nothing of it', () => {
  const path = join(folder, 'federation.yaml');
  requireWritable(path);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(path, 'is there');
  requireWritable(path);
  expect(readFileSync(path, 'utf8')).toBe('is there');
  for (const place of ['', '/proc/x', join(folder, 'none', 'x'), join(path, 'x')])
    expect(() => {
      requireWritable(place);
    }).toThrow(/cannot be written/);
});

it('leaves what is there where it is to make a new one, and says where it cannot write', () => {
  const path = join(folder, 'federation.yaml');
  writeText(path, 'first\n', 'wx');
  expect(() => {
    writeText(path, 'second\n', 'wx');
  }).toThrow(ConfigError);
  expect(readFileSync(path, 'utf8')).toBe('first\n');
  expect(() => {
    writeText(join(folder, 'absent', 'x.yaml'), '');
  }).toThrow(/cannot be written/);
});
