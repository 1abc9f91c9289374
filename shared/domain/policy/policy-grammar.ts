import { conditionOperator, readOperatorName } from './condition-operators.ts';
import type { Json, PolicyDocument, Statement } from './policy-document.ts';
import { isList, isObject, toList } from './policy-document.ts';
import { listIf } from '../kernel/group-by.ts';

/** `identity`: inline and session policies. `managed`: of a managed policy. `trust`: who may assume a role. */
export type PolicyKind = 'trust' | 'identity' | 'managed';

/** Something that IAM never takes. */
export interface GrammarProblem {
  /** Keys and indexes from the root of the document. */
  readonly path: readonly (string | number)[];
  /** As IAM says it. */
  readonly says: string;
  readonly fix: string;
}

interface GrammarOptions {
  /** Partitions of the accounts that get the policy; left out: any. */
  readonly partitions?: readonly string[];
}

/**
 * What IAM refuses in a policy, whoever attaches it. Sources: IAM User Guide, grammar of the JSON policy language and
 * elements reference; the sentences and cases that no page shows are those that moto's validator was checked with
 * against AWS (getmoto/moto, tests/test_iam/test_iam_policies.py), and public error reports (cfn-lint 708 on Sids,
 * terraform-provider-aws 3045 and terraform-aws-iam 39 on partitions, parliament 177 on ARNs of IAM).
 */
export function grammarProblems(
  kind: PolicyKind,
  document: PolicyDocument,
  options: GrammarOptions = {},
): readonly GrammarProblem[] {
  const statements = toList<Statement>(document.Statement);
  const isListed = isList(document.Statement);
  return [
    ...documentProblems(kind, document, statements),
    ...statements.flatMap((statement, index) =>
      statementProblems(kind, statement, options).map((problem) => ({
        ...problem,
        path: ['Statement', ...(isListed ? [index] : []), ...problem.path],
      })),
    ),
  ];
}

/** Of all inline policies of a role together (IAM User Guide, IAM and STS quotas). */
export const MOST_INLINE_CHARACTERS = 10_240;

/** Sizes count non-whitespace characters (IAM User Guide, IAM and STS quotas). */
export const policySize = (text: string): number => text.replace(/\s/g, '').length;

const SYNTAX = 'Syntax errors in policy.';
const elements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

function problem(path: GrammarProblem['path'], says: string, fix: string): GrammarProblem {
  return { path, says, fix };
}

function unknownKeys(map: object, known: readonly string[]): readonly GrammarProblem[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) =>
      problem([key], SYNTAX, `${key} is no element of a policy here. Known: ${known.join(', ')}.`),
    );
}

function documentProblems(
  kind: PolicyKind,
  document: PolicyDocument,
  statements: readonly Statement[],
): readonly GrammarProblem[] {
  const { Version: version, Id: id } = document;
  const isKnown = version === undefined || version === '2012-10-17' || version === '2008-10-17';
  return [
    ...unknownKeys(document, elements),
    ...(isKnown ? [] : [problem(['Version'], SYNTAX, 'Write Version: "2012-10-17".')]),
    ...listIf(
      kind === 'managed' && isKnown && version !== '2012-10-17',
      problem(
        ['Version'],
        'Policy document must be version 2012-10-17 or greater.',
        'Write Version: "2012-10-17".',
      ),
    ),
    ...(id === undefined || typeof id === 'string' ? [] : [problem(['Id'], SYNTAX, 'Id is a text.')]),
    ...(statements.length === 0
      ? [problem(['Statement'], SYNTAX, 'Write at least one statement, or take the policy out.')]
      : []),
    ...repeatedIds(document, statements),
  ];
}

/** Empty ids count as none: documents of Terraform hold one in every statement. */
function repeatedIds(
  { Statement: written }: PolicyDocument,
  statements: readonly Statement[],
): readonly GrammarProblem[] {
  const ids = statements.map(({ Sid: id }) => id);
  return ids.flatMap((id, index) =>
    listIf(
      typeof id === 'string' && id !== '' && ids.indexOf(id) < index && isList(written),
      problem(
        ['Statement', index, 'Sid'],
        'Statement IDs (SID) in a single policy must be unique.',
        'Give each statement its own Sid, or none.',
      ),
    ),
  );
}

function statementProblems(
  kind: PolicyKind,
  statement: Statement,
  options: GrammarOptions,
): readonly GrammarProblem[] {
  return [
    ...unknownKeys(statement, statementElements),
    ...idProblems(statement),
    ...effectProblems(statement),
    ...exclusive(statement, 'Action', 'NotAction'),
    ...conditionProblems(statement),
    ...(kind === 'trust' ? trustProblems(statement) : identityProblems(statement, options)),
  ];
}

function idProblems({ Sid: id = '' }: Statement): readonly GrammarProblem[] {
  if (typeof id === 'string' && /^[A-Za-z0-9]*$/.test(id)) return [];
  return [
    problem(
      ['Sid'],
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      'Use letters and digits alone.',
    ),
  ];
}

function effectProblems({ Effect: effect }: Statement): readonly GrammarProblem[] {
  return listIf(
    effect !== 'Allow' && effect !== 'Deny',
    problem(effect === undefined ? [] : ['Effect'], SYNTAX, 'Effect is Allow or Deny, spelled like that.'),
  );
}

/** Both of two opposites, or one that is no text and no list of texts. */
function exclusive(
  statement: Statement,
  one: keyof Statement & string,
  other: keyof Statement & string,
): readonly GrammarProblem[] {
  const present = [one, other].filter((key) => statement[key] !== undefined);
  if (present.length === 2) return [problem([other], SYNTAX, `Give ${one} or ${other}, never both.`)];
  return present
    .filter((key) => !isTexts(statement[key]))
    .map((key) => problem([key], SYNTAX, `${key} is a text or a list of texts.`));
}

function conditionProblems({ Condition: condition }: Statement): readonly GrammarProblem[] {
  if (condition === undefined) return [];
  if (!isObject(condition))
    return [problem(['Condition'], SYNTAX, 'Condition is a map: operator, key, values.')];
  return Object.entries(condition).flatMap(([operator, block]) => operatorProblems(operator, block));
}

function operatorProblems(operator: string, block: Json | undefined): readonly GrammarProblem[] {
  const path = ['Condition', operator];
  if (!isOperator(operator))
    return [
      problem(path, SYNTAX, `${operator} is no condition operator; they are spelled as StringEquals is.`),
    ];
  if (!isObject(block)) return [problem(path, SYNTAX, 'An operator holds a map: key, values.')];
  return Object.entries(block).flatMap(([key, value]) => {
    const texts = toTexts(value);
    if (texts === undefined) return [problem([...path, key], SYNTAX, 'Give a text or a list of texts.')];
    if (!key.includes(':'))
      return [
        problem(
          [...path, key],
          'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
          'A condition key has a prefix, such as aws:SourceIp.',
        ),
      ];
    return listIf(
      isDateOperator(operator) && !texts.every(isDate),
      problem(
        [...path, key],
        'The policy failed legacy parsing',
        'Write a date such as 2026-12-31T00:00:00Z.',
      ),
    );
  });
}

/** Numbers and true and false are as good as texts (IAM User Guide, condition element). */
function toTexts(value: Json | undefined): readonly string[] | undefined {
  const texts = toList(value).flatMap((one) => (typeof one === 'object' ? [] : [String(one)]));
  return texts.length > 0 && texts.length === toList(value).length ? texts : undefined;
}

function isOperator(text: string): boolean {
  const { base } = readOperatorName(text);
  return base === 'Null' || conditionOperator(base) !== undefined;
}

const isDateOperator = (operator: string): boolean => readOperatorName(operator).base.startsWith('Date');

/** W3C dates, and seconds since 1970 (IAM User Guide, date condition operators); a policy variable may stand for one. */
const isDate = (text: string): boolean =>
  /^\d+$/.test(text) || text.includes('${') || !Number.isNaN(Date.parse(text));

function trustProblems(statement: Statement): readonly GrammarProblem[] {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Resource !== undefined || NotResource !== undefined)
    return [problem([], 'Has prohibited field Resource', 'A trust policy has no Resource.')];
  if ((Principal === undefined) === (NotPrincipal === undefined))
    return [problem([], 'Missing required field Principal', 'Give Principal or NotPrincipal.')];
  if (Action === undefined && NotAction === undefined)
    return [problem([], 'Missing required field Action', 'Give Action.')];
  const isSts = toList<Json>(Action).every(
    (action) => typeof action === 'string' && /^(?:sts:.+|\*)$/i.test(action),
  );
  return listIf(
    !isSts,
    problem(['Action'], 'AssumeRole policy may only specify STS AssumeRole actions.', 'Give actions of sts.'),
  );
}

function identityProblems(statement: Statement, options: GrammarOptions): readonly GrammarProblem[] {
  const principals = ['Principal', 'NotPrincipal'].filter((key) => statement[key] !== undefined);
  return [
    ...principals.map((key) =>
      problem([key], 'Policy document should not specify a principal.', `Take ${key} out.`),
    ),
    ...actionProblems(statement),
    ...exclusive(statement, 'Resource', 'NotResource'),
    ...resourceProblems(statement, options),
  ];
}

function actionProblems(statement: Statement): readonly GrammarProblem[] {
  const key = statement.NotAction === undefined ? 'Action' : 'NotAction';
  const actions = toList<Json>(statement[key]);
  if (actions.length === 0)
    return [problem([], 'Policy statement must contain actions.', 'Give Action, such as "s3:GetObject".')];
  return actions.flatMap((action) => {
    if (typeof action !== 'string') return [];
    const says = problemOfAction(action);
    return says === undefined
      ? []
      : [problem([key], says, `Correct ${action}: a service, a colon, an action.`)];
  });
}

function problemOfAction(action: string): string | undefined {
  if (action === '*') return undefined;
  const [vendor = '', name, ...others] = action.split(':');
  if (name === undefined) return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  if (others.length > 0) return 'Actions/Condition can contain only one colon.';
  if (vendor !== '*' && !/^[A-Za-z0-9.-]+$/.test(vendor)) return `Vendor ${vendor} is not valid`;
  return name === ''
    ? 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
    : undefined;
}

function resourceProblems(statement: Statement, { partitions }: GrammarOptions): readonly GrammarProblem[] {
  const key = statement.NotResource === undefined ? 'Resource' : 'NotResource';
  const resources = toList<Json>(statement[key]);
  if (resources.length === 0)
    return [problem([], 'Policy statement must contain resources.', 'Give Resource: "*" or ARNs.')];
  return resources.flatMap((resource) => {
    const found = typeof resource === 'string' ? problemOfResource(resource, partitions) : undefined;
    return found === undefined ? [] : [problem([key], found.says, found.fix)];
  });
}

const pathsOfIam = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
] as const;

type Found = Pick<GrammarProblem, 'says' | 'fix'>;

const correct = (resource: string): string =>
  `Correct ${resource}: arn:<partition>:<service>:<region>:<account>:<resource>, or "*".`;

/** Fields that are left out at the end count as `*` (IAM User Guide, resource element). */
function problemOfResource(resource: string, partitions: readonly string[] = []): Found | undefined {
  if (resource === '*') return undefined;
  const [prefix, partition, service = '', region, , ...rest] = resource.split(':');
  const fix = correct(resource);
  if (partition === undefined || prefix !== 'arn')
    return { says: `Resource ${resource} must be in ARN format or "*".`, fix };
  const where = problemOfPartition(partition, partitions);
  if (where !== undefined)
    return {
      says: `Partition "${partition}" is not valid for resource "${resource}".`,
      fix: `${where} ${fix}`,
    };
  return problemOfRest(resource, service, [region, rest.join(':')]);
}

function problemOfRest(
  resource: string,
  service: string,
  [region, path]: readonly [string | undefined, string],
): Found | undefined {
  const fix = correct(resource);
  if (!/^[^*?]+$/.test(service))
    return { says: 'Resource vendor must be fully qualified and cannot contain regexes.', fix };
  if (resource.includes('::') && resource.split(':').length < 6)
    return { says: 'The policy failed legacy parsing', fix };
  return service === 'iam' && region !== undefined ? problemOfIam(resource, region, path) : undefined;
}

/** Whether IAM takes a wildcard there is reported both ways; azfed leaves that to IAM. */
function problemOfPartition(partition: string, partitions: readonly string[]): string | undefined {
  if (/[*?]/.test(partition)) return undefined;
  const strange = partitions.find((one) => one !== partition);
  if (strange !== undefined) return `The account lies in ${strange}.`;
  return /^aws(?:-[a-z]+)*$/.test(partition)
    ? undefined
    : 'Partitions are aws, aws-us-gov, aws-cn and aws-eusc.';
}

/** A wildcard may stand for all of the path; one that begins it names no kind any more (parliament 177). */
function problemOfIam(resource: string, region: string, path: string): Found | undefined {
  if (region !== '')
    return {
      says: `IAM resource ${resource} cannot contain region information.`,
      fix: 'Leave the Region empty: arn:aws:iam::<account>:role/<name>.',
    };
  return path === '*' || pathsOfIam.some((start) => path.startsWith(start))
    ? undefined
    : {
        says: `IAM resource path must either be "*" or start with ${pathsOfIam.join(', ')}.`,
        fix: `Correct ${resource}.`,
      };
}

function isTexts(value: Json | undefined): boolean {
  return !isObject(value) && toList<Json>(value).every((member) => typeof member === 'string');
}
