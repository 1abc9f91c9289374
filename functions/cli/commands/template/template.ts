import { join } from 'node:path';
import { Argument } from 'commander';
import { quotas } from '../../../../infra/aws/quotas.ts';
import type { PlainTemplate, PlainTemplates, TemplateKind } from '../../../../infra/aws/templates.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { collectRepeated } from '../../arguments/repeated.ts';
import { type ExitCode, type Invocation, type Verb, loadSettings } from '../../command-line/command.ts';
import { makeFolder, writeText, nearestFile } from '../../command-line/text-file.ts';
import { inert, printResult, quoteWord } from '../../output/sanitize.ts';
import { readFileSync } from 'node:fs';
import { ConfigError, describeFailure } from '../../../../shared/domain/kernel/errors.ts';

interface TemplateOptions {
  readonly context?: readonly string[];
  readonly out: string;
}

const kinds = ['hub', 'spoke', 'agents'] as const satisfies readonly TemplateKind[];

export const templateVerb: Verb = (command, run) => {
  command
    .addArgument(
      new Argument('<what>', 'hub: where azfed runs; spoke: an account; agents: a pool of agents').choices(
        kinds,
      ),
    )
    .option('--out <folder>', 'where to write', 'azfed-templates')
    .option(
      '-c, --context <key=value>',
      'a setting as in the context of cdk.json, which is read, too; repeatable; infra/aws/README.md lists all',
      collectRepeated,
    )
    .action(run(writeTemplates));
};

async function writeTemplates(
  invocation: Invocation,
  kind: TemplateKind,
  { context = [], out }: TemplateOptions,
): Promise<ExitCode> {
  const { terminal, options } = invocation;
  const settings = readContext(invocation, kind, context);
  // The CDK takes a second to load; help and completion do without it.
  const { buildTemplates } = await import('../../../../infra/aws/templates.ts');
  const built = await buildTemplates(kind, settings);
  const assets = join(out, ASSETS);
  makeFolder(built.assets.length > 0 ? assets : out);
  for (const { name, content } of built.assets) writeText(join(assets, name), content);
  for (const { stack, text } of built.templates) writeText(locate(out, stack), `${text}\n`);
  const warnings = [...built.warnings, ...built.templates.flatMap((one) => warnLong(kind, out, one))];
  printResult(invocation, toDocument(kind, out, { ...built, warnings }), () => describeWritten(out, built));
  if (!options.json) for (const warning of warnings) terminal.problem(`Warning: ${inert(warning)}`);
  for (const line of suggestNext(kind, out, built)) terminal.note(line);
  return 0;
}

const ASSETS = 'assets';
const locate = (out: string, stack: string) => join(out, `${stack}.json`);

/** The hub goes through a bucket anyway. */
function warnLong(kind: TemplateKind, out: string, { stack, text }: PlainTemplate): readonly string[] {
  return kind === 'hub' || text.length <= quotas.templateBody
    ? []
    : [
        `${locate(out, stack)} has ${text.length} characters; --template-body takes ${quotas.templateBody}. Put it into a bucket and give --template-url (docs/deploy.md).`,
      ];
}

function toDocument(kind: TemplateKind, out: string, { templates, assets, warnings }: PlainTemplates) {
  return {
    schemaVersion: 1,
    kind,
    templates: templates.map(({ stack, text, account, region }) => ({
      file: locate(out, stack),
      stack,
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
      characters: text.length,
    })),
    assets: assets.map(({ name }) => join(out, ASSETS, name)),
    warnings,
  };
}

function describeWritten(out: string, { templates, assets }: PlainTemplates): string {
  return [
    ...templates.map(
      ({ stack, account, region }) =>
        `Wrote ${inert(locate(out, stack))}${region === undefined ? '' : ` for ${region}`}${account === undefined ? '' : ` of account ${account}`}.`,
    ),
    ...(assets.length === 0
      ? []
      : [`Wrote ${counted(assets.length, 'file')} in ${inert(join(out, ASSETS))}: code and configuration.`]),
  ].join('\n');
}

/** Commands to copy, in lines that a narrow screen does not break. */
function suggestNext(kind: TemplateKind, out: string, { templates }: PlainTemplates): readonly string[] {
  if (kind === 'spoke') return ['Next: create or update the StackSet azfed-spoke with it (docs/deploy.md).'];
  const isHub = kind === 'hub';
  return [
    'Next, with a bucket in the same Region:',
    ...(isHub ? [`  aws s3 cp --recursive ${quoteWord(join(out, ASSETS))} s3://BUCKET/azfed/`] : []),
    ...templates.flatMap(({ stack, region = '' }, index) => [
      `  aws cloudformation deploy --stack-name ${stack} --region ${region} \\`,
      `    --template-file ${quoteWord(locate(out, stack))} --s3-bucket BUCKET \\`,
      `    --capabilities CAPABILITY_NAMED_IAM${isHub && index === 0 ? ' \\' : ''}`,
      ...(isHub && index === 0 ? ['    --parameter-overrides AssetBucket=BUCKET'] : []),
    ]),
  ];
}

type Context = Readonly<Record<string, unknown>>;

/**
 * The settings of a stack: those of the nearest cdk.json, as `cdk` reads them, and those that are typed. The configuration is
 * that of every other verb. Agents are no part of the service: only what is typed counts. Throws ConfigError.
 */
function readContext(invocation: Invocation, kind: TemplateKind, typed: readonly string[]): Context {
  const given = Object.fromEntries(typed.map(parsePair));
  if (kind === 'agents') return given;
  const context = { ...readFile(invocation), ...given };
  const named = context['configuration'];
  const options =
    invocation.options.config === invocation.environment.configuration && typeof named === 'string'
      ? { ...invocation.options, config: named }
      : invocation.options;
  return { ...context, configuration: loadSettings({ ...invocation, options }).path };
}

function parsePair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new ConfigError({
    where: `-c ${pair}`,
    what: 'This is no setting.',
    fix: 'Write it as -c name=value.',
  });
}

function readFile({ terminal }: Invocation): Context {
  const file = nearestFile('cdk.json');
  if (file === undefined) return {};
  terminal.note(`Settings: ${inert(file)}`);
  try {
    const { context = {} } = JSON.parse(readFileSync(file, 'utf8')) as { readonly context?: Context };
    return context;
  } catch (error) {
    throw new ConfigError({
      where: file,
      what: `It cannot be read: ${describeFailure(error).message}.`,
      fix: 'It has to be JSON.',
    });
  }
}
