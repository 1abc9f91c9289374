import { parse } from 'yaml';
import { findActive, hostileText } from '../../builders/hostile.ts';
import { yamlText } from '../../../functions/cli/output/sanitize.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
});
afterAll(() => place.leave());

describe('-o', () => {
  it('json is --json, and yaml is the same document', async () => {
    const [json, asked, yaml] = [
      await place.azfed(['status', '--local', '--json']),
      await place.azfed(['status', '--local', '-o', 'json']),
      await place.azfed(['status', '--local', '--output', 'yaml']),
    ];
    expect(asked).toEqual(json);
    expect(yaml.stdout).toMatch(/^schemaVersion: 1\n/);
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  it('yaml leaves what is no document as it is', async () => {
    const [plain, yaml] = [
      await place.azfed(['completion', 'bash']),
      await place.azfed(['completion', 'bash', '-o', 'yaml']),
    ];
    expect(plain.code).toBe(0);
    expect(yaml).toEqual(plain);
  });

  it('refuses another form, and says which there are', async () => {
    const { code, stderr } = await place.azfed(['status', '--local', '-o', 'xml']);
    expect(code).toBe(1);
    expect(stderr).toContain('wide, json, yaml');
  });

  it('lets nothing in a YAML document act, and keeps every value', () => {
    const document = { names: [hostileText, 'plain'], [hostileText]: 1 };
    expect(findActive(hostileText)).not.toEqual([]);
    expect(findActive(yamlText(document))).toEqual([]);
    expect(parse(yamlText(document))).toEqual(document);
  });
});
