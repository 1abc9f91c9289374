import { namesAccount, splitArn } from '../kernel/arn.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { matchesPattern } from '../kernel/glob.ts';
import {
  isObject,
  listMembers,
  toList,
  type Json,
  type PolicyDocument,
  type Statement,
} from './policy-document.ts';
import type { Lookup } from './policy-variable.ts';
import { conditionEntries, entryTruth, isAwsKey } from './statement-condition.ts';
import { all, any, not, toTruth, type Truth } from './condition-operators.ts';

/** A token whose signature, issuer and provider STS has already checked, asking for a role. */
export interface WebIdentityRequest {
  readonly providerArn: string;
  /** Host and path, without `https://`. */
  readonly issuer: string;
  /** Several: the key holds them all. */
  readonly audience?: string | readonly string[];
  readonly subject?: string;
  /** Other condition keys; an empty list says that the request surely lacks the key. */
  readonly extra?: Readonly<Record<string, string | readonly string[]>>;
  /** Keys that the request may hold, with whatever value. */
  readonly unspecified?: readonly string[];
  /** The token may hold claims that STS makes session tags, a source identity or an authorization of (STS, session tags). */
  readonly carriesTags?: boolean;
  /** Left out: `sts:AssumeRoleWithWebIdentity`. A token with session tags or a source identity asks for more than that. */
  readonly action?: string;
}

export type TrustDecision =
  /**
   * `isCertain` is false when something in the statement is not understood, so that it may or may not allow, or when a
   * Deny may apply. `doubt` then says what.
   */
  | {
      readonly decision: 'allowed';
      readonly statement: number;
      readonly isCertain: boolean;
      readonly doubt?: Doubt;
    }
  /** `statement` is the explicit Deny; without one, nothing allows. */
  | { readonly decision: 'denied'; readonly statement?: number; readonly reason: string };

/** The statement that cannot be decided. */
interface Doubt {
  readonly statement: number;
  readonly reason: string;
}

/** One thing that a statement asks for, and whether the request gives it. */
interface Ask {
  readonly what: string;
  readonly truth: Truth;
  /** Of what cannot be decided: what stands there. The same text is the same doubt in another document. */
  readonly doubt?: string;
}

/** What one statement makes of a request. */
export interface JudgedStatement {
  readonly index: number;
  readonly effect: Json | undefined;
  readonly asks: readonly Ask[];
  /** Whether it applies: everything that it asks for is given. */
  readonly truth: Truth;
}

const ACTION = 'sts:AssumeRoleWithWebIdentity';
const EXPANDING_VERSION = '2012-10-17';
const knownVersions: readonly (Json | undefined)[] = [undefined, '2008-10-17', EXPANDING_VERSION];
const knownElements = ['Version', 'Id', 'Statement'];
const knownStatementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
];

// Keys of AWS's own that a web identity's first call surely lacks unless the caller gives them: there is no principal
// yet, and tokens of a service connection carry no claim that STS maps to one. Any other key of AWS (an address, a
// time, a tag of the role) may be there, with a value that a token does not tell.
const lackingKeys =
  /^(?:aws:(?:principaltag\/.*|requesttag\/.*|tagkeys|username|multifactorauth.*)|sts:(?:externalid|sourceidentity|transitivetagkeys|roleauthorizedbyidp))$/;

/**
 * What a trust policy decides about a token: an explicit Deny wins, else one Allow is enough. It judges as a detector
 * does: an Allow that is not understood may allow, so it counts; a Deny that is not understood does not keep the token
 * out. It makes the answer uncertain: nobody may rely on being let in past it.
 */
export function evaluateTrust(document: PolicyDocument, request: WebIdentityRequest): TrustDecision {
  const judged = judgeStatements(document, request);
  const denial = judged.find(({ effect, truth }) => effect === 'Deny' && truth === 'yes');
  if (denial)
    return {
      decision: 'denied',
      statement: denial.index,
      reason: `statement ${denial.index + 1} denies explicitly`,
    };

  const allows = judged.filter(({ effect }) => effect !== 'Deny');
  const allowing = allows.find(({ truth }) => truth === 'yes') ?? allows.find(({ truth }) => truth !== 'no');
  if (allowing) {
    const statement = allowing.index;
    const doubt = findDoubt(allowing, judged);
    return { decision: 'allowed', statement, isCertain: doubt === undefined, ...(doubt ? { doubt } : {}) };
  }

  const misses = allows.map(({ index, asks }) => `statement ${index + 1} ${describeMiss(asks)}`);
  return { decision: 'denied', reason: misses.join('; ') || 'no statement allows' };
}

/** What each statement of the trust makes of the request. */
export function judgeStatements(
  document: PolicyDocument,
  request: WebIdentityRequest,
): readonly JudgedStatement[] {
  const lookup = makeContext(request);
  const ofDocument = unknownInDocument(document).map((what) => judgeAsk(what, 'unknown', document[what]));
  return judgedStatements(document).map((statement, index) => {
    const asks = [...ofDocument, ...statementAsks(document, statement, request, lookup)];
    return { index, effect: statement.Effect, asks, truth: all(asks.map(({ truth }) => truth)) };
  });
}

/** An Effect that is spelled otherwise may deny. */
function findDoubt(allowing: JudgedStatement, judged: readonly JudgedStatement[]): Doubt | undefined {
  const denial = judged.find(({ effect, truth }) => effect !== 'Allow' && truth === 'unknown');
  const doubtful = allowing.truth === 'yes' ? denial : allowing;
  if (!doubtful) return undefined;
  const verb = doubtful === allowing ? 'may allow' : 'may deny';
  const unclear = doubtful.asks.filter(({ truth }) => truth === 'unknown').map(({ what }) => what);
  return {
    statement: doubtful.index,
    reason: `statement ${doubtful.index + 1} ${verb} it: ${unclear.join(', ')} cannot be told`,
  };
}

/** A document without statements (one that could not be read) is taken as one statement of which nothing is known. */
export function judgedStatements(document: PolicyDocument): readonly Statement[] {
  return document.Statement === undefined ? [{}] : toList<Statement>(document.Statement);
}

/** Elements of the document itself, or a Version, that may mean anything. */
export function unknownInDocument(document: PolicyDocument): readonly string[] {
  const elements = Object.keys(document).filter((element) => !knownElements.includes(element));
  return knownVersions.includes(document.Version) ? elements : ['Version', ...elements];
}

/** Elements of a statement that may mean anything; Resource has no place in a trust. */
export function unknownInStatement(statement: Statement): readonly string[] {
  const elements = Object.keys(statement).filter((element) => !knownStatementElements.includes(element));
  return statement.Effect === 'Allow' || statement.Effect === 'Deny' ? elements : ['Effect', ...elements];
}

/** Whether `${` begins a variable: only in old documents it is plain text. */
export function expandsVariables({ Version: version }: PolicyDocument): boolean {
  return version !== undefined && version !== '2008-10-17';
}

function makeContext(request: WebIdentityRequest): Lookup {
  const { issuer, audience, subject, extra = {}, unspecified = [], carriesTags = false } = request;
  const held = new Map<string, ReturnType<Lookup>>([
    // STS takes requests over HTTPS alone (STS API reference, making query requests).
    ['aws:securetransport', ['true']],
    ...Object.entries(extra).map(([key, value]) => [key.toLowerCase(), [value].flat()] as const),
    [`${issuer}:aud`.toLowerCase(), audience === undefined ? [] : [audience].flat()],
    [`${issuer}:sub`.toLowerCase(), subject === undefined ? [] : [subject]],
    ...unspecified.map((key) => [key.toLowerCase(), 'unknown'] as const),
  ]);
  return (key) => {
    const name = key.toLowerCase();
    return held.get(name) ?? (isAwsKey(name) && (carriesTags || !lackingKeys.test(name)) ? 'unknown' : []);
  };
}

const judgeAsk = (what: string, truth: Truth, asked: Json | undefined): Ask =>
  truth === 'unknown' ? { what, truth, doubt: `${what} ${canonicalJson(asked ?? null)}` } : { what, truth };

function statementAsks(
  document: PolicyDocument,
  statement: Statement,
  request: WebIdentityRequest,
  lookup: Lookup,
): readonly Ask[] {
  const { Principal, NotPrincipal, Action, NotAction } = statement;
  const expands = expandsVariables(document);
  return [
    ...unknownInStatement(statement).map((what) => judgeAsk(what, 'unknown', statement[what])),
    judgeAsk('Principal', principalsTruth(Principal, NotPrincipal, request), [
      Principal ?? null,
      NotPrincipal ?? null,
    ]),
    judgeAsk('Action', judgeAction(statement, request.action), [Action ?? null, NotAction ?? null]),
    ...conditionEntries(statement).map((entry) =>
      judgeAsk(
        `Condition ${entry.operator} ${entry.key}`,
        entryTruth(entry, lookup, expands),
        entry.values && [...entry.values].sort(),
      ),
    ),
  ];
}

/**
 * `NotPrincipal` with an account: whether the token of a provider is of its provider's account is not documented, so
 * that such an exception may or may not be of it.
 */
function principalsTruth(
  principal: Json | undefined,
  others: Json | undefined,
  request: WebIdentityRequest,
): Truth {
  const truth = judgeElement(principal, others, (value) => principalTruth(value, request));
  const { account } = splitArn(request.providerArn);
  const excepted = isObject(others) ? toList(others['AWS']) : [];
  const isOwnAccount = (member: Json) => typeof member === 'string' && namesAccount(member, account);
  return truth === 'yes' && account !== '' && excepted.some(isOwnAccount) ? 'unknown' : truth;
}

/** An element and its complement: exactly one of them may stand in a statement. */
function judgeElement(
  element: Json | undefined,
  complement: Json | undefined,
  judge: (value: Json) => Truth,
): Truth {
  if (element !== undefined) return complement === undefined ? judge(element) : 'unknown';
  return complement === undefined ? 'unknown' : not(judge(complement));
}

/** Whether a statement is about an action. A role's trust names actions with `*` and `?`, without regard to case. */
export function judgeAction({ Action, NotAction }: Statement, action = ACTION): Truth {
  return judgeElement(Action, NotAction, (value) =>
    any(
      toList(value).map((pattern) =>
        typeof pattern === 'string'
          ? toTruth(matchesPattern(pattern.toLowerCase(), action.toLowerCase()))
          : 'unknown',
      ),
    ),
  );
}

function principalTruth(value: Json, request: WebIdentityRequest): Truth {
  if (!isObject(value)) return value === '*' ? 'yes' : 'unknown';
  return any(listMembers(value).map(({ kind, member }) => memberTruth(kind, member, request)));
}

/** `{ "AWS": "*" }` is everybody, as `"*"` is; other members of AWS, Service and CanonicalUser are no web identity. */
function memberTruth(kind: string, member: Json, request: WebIdentityRequest): Truth {
  if (typeof member !== 'string') return 'unknown';
  switch (kind) {
    case 'AWS':
      return awsMemberTruth(member);
    case 'Service':
    case 'CanonicalUser':
      return 'no';
    case 'Federated':
      return federatedMemberTruth(member, request);
    default:
      return 'unknown';
  }
}

/** A wildcard inside of a principal is refused by IAM (IAM User Guide, principal element). */
function awsMemberTruth(member: string): Truth {
  if (member === '*') return 'yes';
  return /[*?]|\$\{/.test(member) ? 'unknown' : 'no';
}

/** IAM should refuse what is neither a provider nor a known domain; if it holds one, nobody knows whom it means. */
function federatedMemberTruth(member: string, request: WebIdentityRequest): Truth {
  if (member === request.providerArn) return 'yes';
  return member === request.issuer || /\*|\$\{/.test(member) ? 'unknown' : 'no';
}

function describeMiss(asks: readonly Ask[]): string {
  const missed = asks.filter(({ truth }) => truth === 'no').map(({ what }) => what);
  return `asks for another ${missed.join(', ')}`;
}
