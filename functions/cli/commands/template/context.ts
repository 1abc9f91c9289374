import { readFileSync } from 'node:fs';
import type { TemplateKind } from '../../../../infra/aws/templates.ts';
import { ConfigError, describeFailure } from '../../../../shared/domain/kernel/errors.ts';
import { loadSettings, type Invocation } from '../../command-line/command.ts';
import { nearestFile } from '../../command-line/text-file.ts';
import { inert } from '../../output/sanitize.ts';

type Context = Readonly<Record<string, unknown>>;

/**
 * The settings of a stack: those of the nearest cdk.json, as `cdk` reads them, and those that are typed. The configuration is
 * that of every other verb. Agents are no part of the service: only what is typed counts. Throws ConfigError.
 */
export function readContext(invocation: Invocation, kind: TemplateKind, typed: readonly string[]): Context {
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
