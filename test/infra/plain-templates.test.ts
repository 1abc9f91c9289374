import type { PlainTemplates } from '../../infra/aws/templates.ts';
import { buildTemplates } from '../../infra/aws/templates.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';
import { readConfigurationText } from '../../shared/config/configuration-text.ts';
import { HUB, OTHER_SPOKE, SPOKE, federation, organizationContext, writeFederation } from './federation.ts';
import { listSpecificationProblems } from './resource-specification.ts';
import { agents, synthesize, synthesizeAgents, synthesizeSpoke } from './synthesis.ts';

const organization = organizationContext(writeFederation(federation([SPOKE, OTHER_SPOKE])));
const small = { mode: 'small', configuration: writeFederation(federation([HUB])) };

const readTemplates = ({ templates }: PlainTemplates): Readonly<Record<string, Template>> =>
  Object.fromEntries(templates.map(({ stack, text }) => [stack, JSON.parse(text) as Template]));

/** What is deployed, but for where the assets lie: the bucket of the bootstrap, or the one that a parameter names. */
function describeContent(template: Template): unknown {
  const { Resources: resources, Outputs: outputs, Parameters: parameters = {} } = template;
  const { BootstrapVersion: _version, AssetBucket: _bucket, ...others } = parameters as Parameters;
  const resolve = resolveReferences(template, { AssetBucket: 'bucket' });
  const text = JSON.stringify(resolve({ resources, outputs, parameters: others }), (key, value: unknown) =>
    key === 'Metadata' ? undefined : value,
  );
  const alike = text
    .replaceAll(/cdk-hnb659fds-assets-\d{12}-(?:us-east-1|eu-west-1)/g, 'bucket')
    .replaceAll(/(?:azfed\/)?[0-9a-f]{64}(?=\.(?:zip|json))/g, 'key');
  return JSON.parse(alike) as unknown;
}

type Parameters = Readonly<Record<string, unknown>>;

describe('templates for whoever does without the CDK', () => {
  const contexts = { organization, away: { ...small, region: 'eu-west-1' } };
  let hubs: Readonly<Record<keyof typeof contexts, PlainTemplates>>;
  beforeAll(async () => {
    hubs = {
      organization: await buildTemplates('hub', contexts.organization),
      away: await buildTemplates('hub', contexts.away),
    };
  });

  it.each<readonly [string, keyof typeof contexts, readonly string[]]>([
    ['in mode organization', 'organization', ['azfed']],
    ['away from the home Region', 'away', ['azfed', 'azfed-home']],
  ])('are those of cdk synth: the hub %s', (_name, key, stacks) => {
    const templates = readTemplates(hubs[key]);
    const expected = synthesize(contexts[key]);
    expect(Object.keys(templates).sort()).toEqual(stacks);
    for (const [stack, template] of Object.entries(templates)) {
      expect(describeContent(template)).toEqual(describeContent(expected[stack] ?? { Resources: {} }));
      expect(listSpecificationProblems(template)).toEqual([]);
      expect(template).not.toHaveProperty('Rules');
      expect(JSON.stringify(template)).not.toContain('cdk-');
    }
    expect(templates['azfed']?.Parameters).toMatchObject({ AssetBucket: { Type: 'String' } });
    expect(hubs[key].warnings).toEqual([]);
  });

  it('have every asset that the template of the hub names beside it, the configuration among them', () => {
    const { templates, assets } = hubs.away;
    const [hub] = templates.filter(({ stack }) => stack === 'azfed');
    const keys = [...(hub?.text ?? '').matchAll(/azfed\/([0-9a-f]{64}\.\w+)/g)].map(([, key]) => key);
    expect([...new Set(keys)].sort()).toEqual(assets.map(({ name }) => name).sort());
    const configuration = assets.find(({ name }) => name.endsWith('.json'));
    expect(configuration?.content.toString()).toBe(readConfigurationText(small.configuration).text);
    expect(hub).toMatchObject({ account: HUB, region: 'eu-west-1' });
  });

  it('have the same code each time, so that the deployment of another configuration leaves it', () => {
    const [one, other] = [hubs.organization, hubs.away].map(({ assets }) =>
      assets.map(({ name }) => name).filter((name) => name.endsWith('.zip')),
    );
    expect(other?.sort()).toEqual(one?.sort());
    expect(one).toHaveLength(6);
  });

  it('are those of cdk synth: an account, whatever mode the settings name', async () => {
    const built = await buildTemplates('spoke', { ...organization, mode: 'small' });
    const { 'azfed-spoke': template = { Resources: {} } } = readTemplates(built);
    expect(template).toEqual(synthesizeSpoke(organization));
    expect(built.assets).toEqual([]);
  });

  it('are those of cdk synth: agents', async () => {
    const { 'azfed-agents': template = { Resources: {} } } = readTemplates(
      await buildTemplates('agents', agents),
    );
    expect(describeContent(template)).toEqual(describeContent(synthesizeAgents({})));
    expect(listSpecificationProblems(template)).toEqual([]);
    expect(template).not.toHaveProperty('Rules');
  });

  it('are not there where AWS would not take them, or where a setting is wrong', async () => {
    await expect(buildTemplates('spoke', { ...organization, organizationId: undefined })).rejects.toThrow(
      '`organizationId` is missing',
    );
    await expect(buildTemplates('agents', { ...agents, size: 'many' })).rejects.toMatchObject({
      problems: [
        { where: 'The context in cdk.json or -c', what: expect.stringContaining('`size`') as string },
      ],
    });
  });
});
