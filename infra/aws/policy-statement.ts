import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A statement of a policy and why it is there. Values may be CDK tokens. */
export interface Right {
  /** For the documentation, and for whoever asks about a wildcard. */
  readonly reason: string;
  /** As IAM spells it. */
  readonly statement: Statement;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Conditions;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Rest {
  readonly reason: string;
  readonly condition?: Conditions;
}

export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  { reason, condition }: Rest,
): Right {
  const statement: Statement = { Sid: sid, Effect: 'Allow', Action: actions, Resource: resources };
  return { reason, statement: condition === undefined ? statement : { ...statement, Condition: condition } };
}

export function deny(sid: string, rest: Omit<Statement, 'Sid' | 'Effect'>, reason: string): Right {
  return { reason, statement: { Sid: sid, Effect: 'Deny', ...rest } };
}

export function buildPolicy(rights: readonly Right[]): object {
  return { Version: '2012-10-17', Statement: rights.map(({ statement }) => statement) };
}

/** Rules of cdk-nag that do not fit here, each with the reason why not. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** Every wildcard of a role has the reason of its right. */
export function acknowledgeWildcards(role: IConstruct, rights: readonly Right[]): void {
  for (const { reason, statement } of rights) {
    const resources = [...(statement.Resource ?? []), ...(statement.NotResource ?? [])];
    for (const resource of resources.filter((arn) => arn.includes('*'))) {
      const spelled = renderValue(Stack.of(role).resolve(resource));
      acknowledge(role, { [`AwsSolutions-IAM5[Resource::${spelled}]`]: reason });
    }
  }
}

/** As cdk-nag spells a value that is known only once it is deployed: `<table8235A42E.Arn>/index/*`. */
function renderValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    'Fn::Join': joined,
    'Fn::GetAtt': attribute,
    Ref: reference,
  } = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(joined))
    return (joined[1] as readonly unknown[]).map(renderValue).join(String(joined[0]));
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  return typeof reference === 'string' ? `<${reference}>` : '';
}
