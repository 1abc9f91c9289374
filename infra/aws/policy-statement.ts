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

export function policyOf(rights: readonly Right[]): object {
  return { Version: '2012-10-17', Statement: rights.map(({ statement }) => statement) };
}
