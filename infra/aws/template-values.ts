/** A synthesized template, as far as it is looked at here. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Rules?: unknown;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** What stands for everything that is known only once it is deployed. */
const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '111122223333',
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Intrinsic functions, as far as the templates use them; `Id.Arn` for an attribute of a resource. */
export function resolveReferences(template: Template, parameters: Readonly<Record<string, string>> = {}) {
  const lists = new Set(
    Object.entries(template.Parameters ?? {}).flatMap(([id, { Type: type }]) =>
      type === 'CommaDelimitedList' ? [id] : [],
    ),
  );
  const reference = (id: string): unknown => {
    const value = parameters[id] ?? pseudo[id] ?? template.Parameters?.[id]?.Default ?? id;
    return lists.has(id) ? value.split(',') : value;
  };
  const concrete = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(concrete);
    if (typeof value !== 'object' || value === null) return value;
    const [[name, argument] = ['', undefined], ...others] = Object.entries(value) as [string, unknown][];
    if (others.length === 0) {
      if (name === 'Ref') return reference(String(argument));
      if (name === 'Fn::GetAtt') return (argument as readonly string[]).join('.');
      if (name === 'Fn::Join') return joined(argument as readonly [string, readonly unknown[]]);
      if (name === 'Fn::Sub')
        return String(argument).replace(/\$\{([^}]+)\}/g, (_, id: string) => String(reference(id)));
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, concrete(inner)]));
  };
  const joined = ([separator, parts]: readonly [string, readonly unknown[]]) =>
    parts.map(concrete).join(separator);
  return concrete;
}
