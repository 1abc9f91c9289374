import type { PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { evaluatePolicies } from '../../infra/local/aws/iam/policy-verdict.ts';
import type { Resource, Template } from '../../infra/aws/template-values.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';

/** Values of condition keys; a key that is not there is absent from the request. */
export type Keys = Readonly<Record<string, string | readonly string[]>>;

export interface Principal {
  may(action: string, resource: string, keys?: Keys): boolean;
  /** With AdministratorAccess attached on top. */
  evenAsAdministrator(action: string, resource: string, keys?: Keys): boolean;
  /** Whether the trust lets this caller assume the role. */
  admits(root: string | readonly string[], keys: Keys): boolean;
  /** Every action that some statement allows, in order. */
  readonly actions: readonly string[];
}

const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** Managed policies of a template by their names, as one principal would have them. */
export function extractPolicies(
  template: Template,
  name: RegExp,
  parameters: Record<string, string> = {},
): Pick<Principal, 'may'> {
  const concrete = resolveReferences(template, parameters);
  const documents = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::ManagedPolicy' && name.test(String(concrete(Properties['ManagedPolicyName'])))
      ? [concrete(Properties['PolicyDocument']) as object]
      : [],
  );
  if (documents.length === 0) throw new Error(`There is no policy ${String(name)}.`);
  return { may: (action, resource, keys) => verdict(documents, action, resource, keys) === 'allows' };
}

const verdict = (policies: readonly object[], action: string, resource: string, keys: Keys = {}) =>
  evaluatePolicies(
    policies.map((policy) => JSON.stringify(policy)),
    { action, resource, lookup: buildLookup(keys) },
  );

/** A role of a template as IAM would judge it. The evaluator is that of the embedded IAM. */
export function extractPrincipal(
  template: Template,
  roleName: string,
  parameters: Record<string, string> = {},
): Principal {
  const concrete = resolveReferences(template, parameters);
  const role = Object.values(template.Resources).find(
    ({ Type, Properties }) => Type === 'AWS::IAM::Role' && concrete(Properties['RoleName']) === roleName,
  );
  if (!role) throw new Error(`There is no role ${roleName}.`);
  const documents = listDocuments(template, role).map(concrete) as readonly PolicyDocument[];
  const trust = concrete(role.Properties['AssumeRolePolicyDocument']) as PolicyDocument;
  return {
    may: (action, resource, keys) => verdict(documents, action, resource, keys) === 'allows',
    evenAsAdministrator: (action, resource, keys) =>
      verdict([...documents, everything], action, resource, keys) === 'allows',
    admits: (root, keys) =>
      evaluatePolicies(
        [JSON.stringify(trust)],
        { action: 'sts:AssumeRole', resource: '*', lookup: buildLookup(keys) },
        ({ Principal: principal }) => JSON.stringify(principal) === JSON.stringify({ AWS: root }),
      ) === 'allows',
    actions: listActions(documents),
  };
}

function buildLookup(keys: Keys) {
  const held = new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  return (key: string) => held.get(key.toLowerCase()) ?? [];
}

function listActions(documents: readonly PolicyDocument[]): readonly string[] {
  const statements = documents.flatMap(({ Statement: statement }) => toList<Statement>(statement));
  const allowed = statements.filter(({ Effect: effect }) => effect === 'Allow');
  return [...new Set(allowed.flatMap(({ Action: action }) => toList(action).map(String)))].sort();
}

/** Inline policies, and those of the template that are attached to it. */
function listDocuments(template: Template, { Properties: properties }: Resource): readonly unknown[] {
  const inline = (properties['Policies'] ?? []) as readonly { readonly PolicyDocument: unknown }[];
  const attached = ((properties['ManagedPolicyArns'] ?? []) as readonly { readonly Ref?: string }[]).map(
    ({ Ref: id = '' }) => template.Resources[id]?.Properties['PolicyDocument'],
  );
  return [...inline.map(({ PolicyDocument: document }) => document), ...attached].filter(
    (document) => document !== undefined,
  );
}
