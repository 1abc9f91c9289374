import { resolveReferences, type Template } from './template-values.ts';

/** Characters and numbers, from the quota pages of IAM and CloudFormation; none but the last two can be raised. */
export const quotas = {
  /** All inline policies of a role together. */
  inlinePolicies: 10_240,
  managedPolicy: 6_144,
  /** The value of a parameter. */
  parameter: 4_096,
  parameters: 200,
  resources: 500,
  outputs: 200,
  /** A template in a bucket. */
  template: 1_000_000,
  /** A template in the request itself: `--template-body`. */
  templateBody: 51_200,
  /** A role's trust policy; 8,192 at most. */
  trustPolicy: 2_048,
  /** Of a role; 25 at most. */
  managedPolicies: 10,
} as const;

/** As IAM counts at most: it leaves out white space. */
export const countCharacters = (document: unknown): number => JSON.stringify(document).length;

/** Sentences with the number, the quota and what to do; none where everything fits. */
export function listQuotaProblems(template: Template, mostPolicies: number): readonly string[] {
  const { Parameters: parameters = {}, Resources: resources, Outputs: outputs = {} } = template;
  return [
    ...exceeds('The template', countCharacters(template), 'characters', quotas.template, fewer),
    ...exceeds('The template', Object.keys(parameters).length, 'parameters', quotas.parameters, fewer),
    ...exceeds('The template', Object.keys(resources).length, 'resources', quotas.resources, fewer),
    ...exceeds('The template', Object.keys(outputs).length, 'outputs', quotas.outputs, fewer),
    ...Object.entries(parameters).flatMap(([id, { Default: value }]) =>
      exceeds(`The parameter ${id}`, (value ?? '').length, 'characters', quotas.parameter, shorter),
    ),
    ...listPolicyProblems(template, mostPolicies),
  ];
}

const fewer = 'Deploy azfed twice, each with a part of federation.yaml and a name of its own (-c name=).';
const shorter =
  'Let grants share boundaries and managed policies, give their roles a common path, or deploy azfed twice.';
const raised =
  'Ask AWS for more managed policies per role and say -c managedPoliciesPerRole=20, or deploy azfed twice.';

interface RoleProperties {
  readonly RoleName?: unknown;
  readonly AssumeRolePolicyDocument?: unknown;
  readonly Policies?: readonly { readonly PolicyDocument: unknown }[];
  readonly ManagedPolicyArns?: readonly unknown[];
}

function listPolicyProblems(template: Template, mostPolicies: number): readonly string[] {
  const resolve = resolveReferences(template);
  return Object.entries(template.Resources).flatMap(([id, { Type: type, Properties: properties }]) => {
    if (type === 'AWS::IAM::ManagedPolicy') {
      const count = countCharacters(resolve(properties['PolicyDocument']));
      return exceeds(`The managed policy ${id}`, count, 'characters', quotas.managedPolicy, shorter);
    }
    if (type !== 'AWS::IAM::Role') return [];
    const { Policies: inline = [], ManagedPolicyArns: attached = [], ...rest } = properties as RoleProperties;
    const role = `The role ${String(resolve(rest.RoleName ?? id))}`;
    const sizes = inline.map(({ PolicyDocument: document }) => countCharacters(resolve(document)));
    const sum = sizes.reduce((one, other) => one + other, 0);
    const trust = countCharacters(resolve(rest.AssumeRolePolicyDocument));
    return [
      ...exceeds(role, sum, 'characters of inline policies', quotas.inlinePolicies, shorter),
      ...exceeds(role, attached.length, 'managed policies', mostPolicies, raised),
      ...exceeds(role, trust, 'characters of trust policy', quotas.trustPolicy, shorter),
    ];
  });
}

function exceeds(what: string, count: number, unit: string, most: number, fix: string): readonly string[] {
  return count > most ? [`${what} has ${count} ${unit}; AWS takes ${most} at most. ${fix}`] : [];
}

/** Quotation marks and a comma. */
const AROUND = 3;

/** The list in portions of at most so many characters as JSON; a value that is too long is a portion of its own. */
export function cutPortions(values: readonly string[], room: number): readonly (readonly string[])[] {
  const portions: string[][] = [];
  let left = 0;
  for (const value of values) {
    const latest = portions.at(-1);
    const length = value.length + AROUND;
    if (latest && left >= length) latest.push(value);
    else {
      portions.push([value]);
      left = room;
    }
    left -= length;
  }
  return portions;
}
