import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { buildTemplates } from '../../infra/aws/templates.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { OTHER_SPOKE, SPOKE, federation, organizationContext, writeFederation } from './federation.ts';

const FOLDER = 'infra/terraform';
const modules = ['hub', 'spoke'] as const;

type Values = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, readonly Values[]>>;
/** As hcl2json gives it: expressions as text, blocks as lists. */
interface Hcl {
  readonly variable?: Blocks;
  readonly output?: Blocks;
  readonly locals?: readonly Values[];
  readonly data?: Readonly<Record<string, Blocks>>;
  readonly resource?: Readonly<Record<string, Blocks>>;
  readonly module?: Blocks;
}

const parseText = async (name: string, text: string) => (await parse(name, text)) as Hcl;

async function readModule(name: string): Promise<readonly Hcl[]> {
  const files = readdirSync(join(FOLDER, name)).filter((file) => file.endsWith('.tf'));
  return Promise.all(files.map((file) => parseText(file, readFileSync(join(FOLDER, name, file), 'utf8'))));
}

/** The names that stand behind the prefix in expressions: `var.` and `local.`. */
const listUsed = (files: readonly Hcl[], prefix: string) =>
  new Set(
    [...JSON.stringify(files).matchAll(new RegExp(`\\b${prefix}\\.(\\w+)`, 'g'))].map(([, name]) => name),
  );

const listKeys = (parts: readonly (object | undefined)[]) =>
  new Set(parts.flatMap((part) => Object.keys(part ?? {})));

/** Arguments as the provider documents them (terraform-provider-aws, website/docs), as far as they are used. */
const documented: Readonly<Record<string, readonly string[]>> = {
  'data.aws_s3_bucket': ['bucket'],
  aws_s3_object: ['bucket', 'key', 'source'],
  aws_cloudformation_stack: ['name', 'template_url', 'capabilities', 'parameters', 'tags'],
  aws_cloudformation_stack_set: [
    'name',
    'description',
    'permission_model',
    'call_as',
    'capabilities',
    'template_body',
    'template_url',
    'parameters',
    'tags',
    'auto_deployment',
  ],
  aws_cloudformation_stack_instances: ['stack_set_name', 'call_as', 'regions', 'deployment_targets'],
};
const ofEveryResource = ['count', 'for_each', 'depends_on', 'lifecycle'];

/** `aws_s3_object.asset`, with the arguments. */
function listResources(files: readonly Hcl[]): readonly (readonly [type: string, name: string, Values])[] {
  return files.flatMap(({ resource = {}, data = {} }) =>
    Object.entries({
      ...resource,
      ...Object.fromEntries(Object.entries(data).map(([type, blocks]) => [`data.${type}`, blocks])),
    }).flatMap(([type, blocks]) =>
      Object.entries(blocks).flatMap(([name, bodies]) => bodies.map((body) => [type, name, body] as const)),
    ),
  );
}

describe('the Terraform modules', () => {
  it.each(modules)('use the variables and locals that they declare, and no others: %s', async (name) => {
    const files = await readModule(name);
    expect(listUsed(files, 'var')).toEqual(listKeys(files.map(({ variable }) => variable)));
    expect(listUsed(files, 'local')).toEqual(listKeys(files.flatMap(({ locals = [] }) => locals)));
  });

  it.each(modules)('refer to resources that are there, with arguments of the provider: %s', async (name) => {
    const files = await readModule(name);
    const resources = listResources(files);
    const known = resources.map(([type, label]) => `${type}.${label}`);
    const used = [...JSON.stringify(files).matchAll(/\b(?:data\.)?aws_\w+\.\w+/g)].map(([one]) => one);
    expect(used.filter((one) => !known.includes(one))).toEqual([]);
    for (const [type, , body] of resources)
      expect([...(documented[type] ?? []), ...ofEveryResource]).toEqual(
        expect.arrayContaining(Object.keys(body)),
      );
  });

  const context = organizationContext(writeFederation(federation([SPOKE, OTHER_SPOKE])));

  it('put the assets where the template of the hub looks for them, and name its parameters', async () => {
    const text = JSON.stringify(await readModule('hub'));
    const { templates } = await buildTemplates('hub', context);
    const [hub] = templates;
    const template = JSON.parse(hub?.text ?? '{}') as Template;
    expect(Object.keys(template.Parameters ?? {})).toEqual(['AssetBucket']);
    expect(text).toContain('"parameters":{"AssetBucket":"${var.bucket}"}');
    expect(hub?.text).toMatch(/"azfed\/[0-9a-f]{64}\.zip"/);
    expect(text).toContain('"key":"azfed/${each.value}"');
    expect(text).toContain('"assets":"${var.templates}/assets"');
    expect(text).toContain('"file":"${var.templates}/${var.stack_name}.json"');
  });

  it('give every parameter of the template of an account a value', async () => {
    const { templates } = await buildTemplates('spoke', context);
    const [spoke] = templates;
    const { Parameters: parameters = {} } = JSON.parse(spoke?.text ?? '{}') as Template;
    const withoutDefault = Object.entries(parameters).filter(([, { Default: value }]) => value === undefined);
    expect(withoutDefault.map(([name]) => name)).toEqual(['HubAccountId']);
    const text = JSON.stringify(await readModule('spoke'));
    expect(text).toContain('merge(local.defaults, { HubAccountId = var.hub_account_id }, var.parameters)');
    expect(text).toContain('"file":"${var.templates}/azfed-spoke.json"');
    expect(spoke?.stack).toBe('azfed-spoke');
  });

  it('are called in the README with the variables that they have', async () => {
    const page = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const blocks = [...page.matchAll(/^ *```hcl\n([^]*?)^ *```/gm)].map(([, block = '']) => block);
    const calls = (await Promise.all(blocks.map((block) => parseText('README.md', block)))).flatMap(
      ({ module = {} }) => Object.values(module).flat(),
    );
    expect(calls).toHaveLength(modules.length);
    for (const { source, providers: _providers, ...given } of calls) {
      const name = String(source).split('/').at(-1) ?? '';
      expect(existsSync(join(FOLDER, name, 'main.tf'))).toBe(true);
      const variables = (await readModule(name)).flatMap(({ variable = {} }) => Object.entries(variable));
      const required = variables.filter(([, [body = {}]]) => !('default' in body)).map(([key]) => key);
      expect(variables.map(([key]) => key)).toEqual(expect.arrayContaining(Object.keys(given)));
      expect(Object.keys(given)).toEqual(expect.arrayContaining(required));
    }
  });
});
