import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Template } from '../../infra/aws/template-values.ts';

/**
 * What a template says that CloudFormation does not know, by the resource specification that AWS publishes for the CDK
 * (npm, @aws-cdk/aws-service-spec): types of resources, names of properties, required ones, types of values, attributes.
 */
export function listSpecificationProblems(template: Template): readonly string[] {
  const resources = Object.entries(template.Resources);
  return [
    ...resources.flatMap(([id, { Type: type, Properties, ...rest }]) => {
      const known = findSpecification(type);
      if (!known) return [`${id}: there is no ${type}.`];
      const unknown = Object.keys(rest).filter((key) => !resourceAttributes.has(key));
      return [
        ...unknown.map((key) => `${id}: a resource has no ${key}.`),
        ...checkMembers(id, Properties, known.properties),
      ];
    }),
    ...listReferences(template).flatMap((reference) => checkReference(reference, template)),
  ];
}

const database = loadAwsServiceSpecSync();

const findSpecification = (type: string) =>
  database.lookup('resource', 'cloudFormationType', 'equals', type)[0];

type Property = NonNullable<ReturnType<typeof findSpecification>>['properties'][string];
type PropertyType = Property['type'];

/** AWS CloudFormation User Guide, resource attribute reference. */
const resourceAttributes: ReadonlySet<string> = new Set([
  ...['Condition', 'CreationPolicy', 'DeletionPolicy', 'DependsOn', 'Metadata', 'UpdatePolicy'],
  'UpdateReplacePolicy',
]);

type Members = Readonly<Record<string, unknown>>;

function checkMembers(
  where: string,
  value: Members,
  properties: Readonly<Record<string, Property>>,
): readonly string[] {
  const missing = Object.entries(properties).filter(
    ([name, { required }]) => required && isAbsent(value[name]),
  );
  return [
    ...missing.map(([name]) => `${where}: ${name} is missing.`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const property = properties[name];
      return property
        ? checkValue(`${where}.${name}`, inner, property.type)
        : [`${where}: ${name} is not known; known are ${Object.keys(properties).join(', ')}.`];
    }),
  ];
}

const isAbsent = (value: unknown) =>
  value === undefined || (isObject(value) && value['Ref'] === 'AWS::NoValue');

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a function returns is known only when it is deployed; both values of Fn::If are looked at. */
function checkValue(where: string, value: unknown, type: PropertyType): readonly string[] {
  const choice = isObject(value) ? value['Fn::If'] : undefined;
  if (Array.isArray(choice)) return choice.slice(1).flatMap((one) => checkValue(where, one, type));
  if (isFunction(value)) return [];
  if (type.type === 'union') return checkUnion(where, value, type.types);
  if (type.type === 'array')
    return Array.isArray(value)
      ? value.flatMap((one, index) => checkValue(`${where}[${index}]`, one, type.element))
      : [`${where} is not a list.`];
  if (isObjectType(type))
    return isObject(value) ? checkObject(where, value, type) : [`${where} is not an object.`];
  return fitsPrimitive(value, type.type) ? [] : [`${where} is not of type ${type.type}: ${String(value)}.`];
}

type ObjectType = Extract<PropertyType, { readonly type: 'map' | 'ref' | 'tag' }>;

const isObjectType = (type: PropertyType): type is ObjectType => ['map', 'ref', 'tag'].includes(type.type);

function checkObject(where: string, value: Members, type: ObjectType): readonly string[] {
  if (type.type === 'map')
    return Object.entries(value).flatMap(([key, one]) => checkValue(`${where}.${key}`, one, type.element));
  if (type.type === 'tag') return 'Key' in value && 'Value' in value ? [] : [`${where} is not a tag.`];
  return checkMembers(where, value, database.get('typeDefinition', type.reference.$ref).properties);
}

const isFunction = (value: unknown) => {
  const [name, ...others] = isObject(value) ? Object.keys(value) : [];
  return name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
};

/** Says about the member that has least against the value; free JSON beside a described form excuses nothing. */
function checkUnion(where: string, value: unknown, types: readonly PropertyType[]): readonly string[] {
  const described = types.filter(({ type }) => ['array', 'map', 'ref'].includes(type));
  const all = (described.length > 0 ? described : types).map((one) => checkValue(where, value, one));
  return all.reduce((least, one) => (one.length < least.length ? one : least));
}

/** CloudFormation converts between texts, numbers and booleans. */
function fitsPrimitive(value: unknown, type: string): boolean {
  if (type === 'json') return typeof value === 'object' && value !== null;
  if (!['string', 'number', 'boolean'].includes(typeof value)) return false;
  if (type === 'boolean') return ['true', 'false'].includes(String(value));
  if (type === 'integer') return /^-?\d+$/.test(String(value));
  return type !== 'number' || Number.isFinite(Number(value));
}

interface Reference {
  readonly where: string;
  readonly id: string;
  readonly attribute?: string;
}

function listReferences({ Resources: resources, Outputs: outputs }: Template): readonly Reference[] {
  const walk = (where: string, value: unknown): readonly Reference[] => {
    if (Array.isArray(value)) return value.flatMap((one) => walk(where, one));
    if (!isObject(value)) return [];
    const { Ref: id, 'Fn::GetAtt': attribute } = value;
    if (typeof id === 'string') return [{ where, id }];
    const [owner, ...path] =
      typeof attribute === 'string' ? attribute.split('.') : ((attribute ?? []) as string[]);
    if (owner !== undefined) return [{ where, id: owner, attribute: path.join('.') }];
    return Object.values(value).flatMap((one) => walk(where, one));
  };
  return Object.entries({ ...resources, ...outputs }).flatMap(([where, one]) => walk(where, one));
}

function checkReference({ where, id, attribute }: Reference, template: Template): readonly string[] {
  const resource = template.Resources[id];
  if (attribute === undefined)
    return resource || template.Parameters?.[id] || id.startsWith('AWS::')
      ? []
      : [`${where}: it refers to ${id}, which is not there.`];
  if (!resource) return [`${where}: it refers to ${id}, which is not there.`];
  const attributes = findSpecification(resource.Type)?.attributes ?? {};
  return attribute in attributes ? [] : [`${where}: ${resource.Type} has no attribute ${attribute}.`];
}
