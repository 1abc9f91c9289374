import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { RefusedError } from '../state/refusal.ts';

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** As much of the YAML schema of Azure Pipelines as is run here: parameters, and the tasks of one job. */
const Template = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), default: Text.optional() })).default([]),
});
/** Names and values, or a list of both (YAML schema reference, variables). */
const Variables = z.union([
  z.record(z.string(), Text),
  z
    .array(z.looseObject({ name: z.string(), value: Text }))
    .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value]))),
]);
const Expanded = z.looseObject({
  variables: Variables.default({}),
  steps: z.array(
    z.looseObject({
      task: z.string().optional(),
      displayName: z.string().optional(),
      inputs: z.record(z.string(), Text).default({}),
    }),
  ),
});

export interface ExpandedPipeline {
  readonly finalYaml: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly tasks: readonly {
    readonly task: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, string>>;
  }[];
}

/** Expands the template expressions, value by value, as happens before anything runs. @throws RefusedError 400 */
export function expandPipeline(text: string, given: Readonly<Record<string, string>>): ExpandedPipeline {
  const { parameters, ...body } = Template.parse(parse(text));
  const unexpected = Object.keys(given).find((name) => parameters.every((known) => known.name !== name));
  if (unexpected !== undefined) throw invalid(`Unexpected parameter '${unexpected}'`);
  const values = new Map(
    parameters.map(({ name, default: standard }) => {
      const value = given[name] ?? standard;
      if (value === undefined) throw invalid(`A value for the '${name}' parameter must be provided.`);
      return [name, value];
    }),
  );
  const expanded = expand(body, values);
  const { steps, variables } = Expanded.parse(expanded);
  return {
    finalYaml: stringify(expanded),
    variables,
    tasks: steps.flatMap(({ task, displayName, inputs }) => {
      const [name = ''] = task?.split('@') ?? [];
      return task === undefined ? [] : [{ task: name, name: displayName ?? name, inputs }];
    }),
  };
}

function expand(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replace(
      /\$\{\{\s*parameters\.(\w+)\s*\}\}/g,
      (all, name: string) => values.get(name) ?? all,
    );
  if (Array.isArray(value)) return value.map((item) => expand(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expand(member, values)]));
}

export function invalid(message: string): RefusedError {
  return new RefusedError(400, 'PipelineValidationException', message);
}
