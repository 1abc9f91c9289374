import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnParameter, DefaultStackSynthesizer, type IReusableStackSynthesizer } from 'aws-cdk-lib';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import { createAgentsStack } from './agents/agents-stack.ts';
import { readAgentSettings } from './agents/settings.ts';
import { prepareFunctionCode } from './function-code.ts';
import { listQuotaProblems, quotas } from './quotas.ts';
import { describeWidened, spokeDefaults } from './spoke/scope.ts';
import { createSpokeTemplate } from './spoke/template-stack.ts';
import { addStacks, readService } from './stacks.ts';
import type { Template } from './template-values.ts';

export type TemplateKind = 'hub' | 'spoke' | 'agents';
type Context = Readonly<Record<string, unknown>>;

/** A template that needs neither the CDK nor its bootstrap. */
export interface PlainTemplate {
  readonly stack: string;
  /** Without indentation: CloudFormation counts it. */
  readonly text: string;
  /** Where it has to be deployed; `undefined` where any account and Region will do. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** What lies in a bucket while the stack is deployed and used. */
interface Asset {
  /** Without the prefix that the template expects in the bucket. */
  readonly name: string;
  readonly content: Buffer;
}

export interface PlainTemplates {
  readonly templates: readonly PlainTemplate[];
  readonly assets: readonly Asset[];
  readonly warnings: readonly string[];
}

/** The parameter that names the bucket with the assets, and what their keys begin with. */
const assetPlace = { parameter: 'AssetBucket', prefix: 'azfed/' } as const;

/** The templates that `cdk synth` shows, for whoever does without the CDK. Throws ConfigError with every problem. */
export async function buildTemplates(kind: TemplateKind, context: Context): Promise<PlainTemplates> {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-template-'));
  try {
    return await builders[kind](context, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const builders: Readonly<
  Record<TemplateKind, (context: Context, folder: string) => Promise<PlainTemplates>>
> = {
  async hub(context, folder) {
    const service = readService(context);
    const app = createApp(folder);
    const stack = addStacks(app, service, await prepareFunctionCode(join(folder, 'functions')));
    new CfnParameter(stack, assetPlace.parameter, {
      description: `Bucket in this Region with the files of the folder assets; their keys begin with ${assetPlace.prefix}`,
      minLength: 3,
    });
    const assembly = app.synth();
    return {
      ...readTemplates(assembly, service.settings.managedPoliciesPerRole),
      // The synthesizer is one for all stacks, and so is its list of assets.
      assets: listAssets(assembly.getStackArtifact(stack.artifactId)),
      warnings: assembly.stacks.flatMap(listWarnings),
    };
  },
  spoke(context, folder) {
    // Mode small has no other account.
    const service = readService({ ...context, mode: 'organization' });
    const app = createApp(folder);
    const defaults = spokeDefaults(service);
    createSpokeTemplate(app, defaults);
    const built = readTemplates(app.synth(), service.settings.managedPoliciesPerRole);
    return Promise.resolve({ ...built, warnings: describeWidened(defaults.scope) });
  },
  agents(context, folder) {
    const app = createApp(folder);
    createAgentsStack(app, readAgentSettings(context));
    return Promise.resolve(readTemplates(app.synth(), quotas.managedPolicies));
  },
};

function createApp(folder: string): App {
  return new App({
    outdir: join(folder, 'out'),
    analyticsReporting: false,
    // `npm run synth` and the tests have validated the stacks; the validator weighs as much as all else of the CDK.
    builtinCloudFormationValidation: false,
    defaultStackSynthesizer: new DefaultStackSynthesizer({
      generateBootstrapVersionRule: false,
      fileAssetsBucketName: `\${${assetPlace.parameter}}`,
      bucketPrefix: assetPlace.prefix,
      // Its getters disagree with the interface about `undefined`; nothing else does.
    }) as IReusableStackSynthesizer,
  });
}

/** Throws ConfigError where AWS would not take one of them. */
function readTemplates(assembly: CloudAssembly, mostPolicies: number): PlainTemplates {
  const { stacks } = assembly;
  const problems = stacks.flatMap(({ stackName, template }) =>
    listQuotaProblems(template as Template, mostPolicies).map((what) => ({
      where: `The template of ${stackName}`,
      what,
      fix: 'Nothing was written.',
    })),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    templates: stacks.map(({ stackName, template, environment: { account, region } }) => ({
      stack: stackName,
      text: JSON.stringify(template),
      account: isKnown(account) ? account : undefined,
      region: isKnown(region) ? region : undefined,
    })),
    assets: [],
    warnings: [],
  };
}

/** The CDK writes `unknown-account` and `unknown-region`. */
const isKnown = (text: string) => !text.startsWith('unknown-');

function listAssets({ assembly, stackName }: CloudFormationStackArtifact): readonly Asset[] {
  const file = join(assembly.directory, `${stackName}.assets.json`);
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as { readonly files: AssetFiles };
  return Object.values(files).flatMap(({ source: { path }, destinations }) => {
    const [{ objectKey } = { objectKey: '' }] = Object.values(destinations);
    const name = objectKey.slice(assetPlace.prefix.length);
    return path.endsWith('.template.json')
      ? []
      : [{ name, content: readFileSync(join(assembly.directory, path)) }];
  });
}

/** As far as it is looked at here (cloud-assembly-schema, asset manifest). */
type AssetFiles = Readonly<
  Record<
    string,
    {
      readonly source: { readonly path: string };
      readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
    }
  >
>;

/** azfed's own; `[ack: azfed:widened]` at their end is for the CDK. */
function listWarnings({ messages }: CloudFormationStackArtifact): readonly string[] {
  return messages.flatMap(({ entry: { data } }) => {
    const [, sentence] = /^(.*) \[ack: azfed:[\w-]+\]$/s.exec(typeof data === 'string' ? data : '') ?? [];
    return sentence === undefined ? [] : [sentence];
  });
}
