import { parseProviderIssuer } from '../kernel/arn.ts';
import type { Json, JsonObject, PolicyDocument, Statement } from './policy-document.ts';
import { isList, isObject, listFederated, toList } from './policy-document.ts';
import type { JudgedStatement, WebIdentityRequest } from './trust-evaluator.ts';
import { evaluateTrust, judgeStatements } from './trust-evaluator.ts';

/** What a token says, and what else is known of the request that it comes with. */
export interface TokenQuestion {
  /** The payload of the token. `iss` is needed; `https://` in front of it makes no difference. */
  readonly claims: JsonObject;
  /** Condition keys such as `sts:RoleSessionName`; null: the request surely lacks the key. */
  readonly context?: JsonObject;
  /** Of the provider through which the token comes; left out: the one that the trust names for the issuer. */
  readonly providerArn?: string;
}

export interface TokenDecision {
  readonly decision: 'allowed' | 'denied' | 'uncertain';
  /** The statement that decides, from 0; `null`: none does, as where nothing allows. */
  readonly statement: number | null;
  readonly reason: string;
  /** What each statement makes of the token. */
  readonly statements: readonly JudgedStatement[];
  readonly request: WebIdentityRequest;
}

/** The claims of a token that become condition keys of their own, under whatever name IAM knows them. */
const AWS_CLAIMS = 'https://aws.amazon.com/';

/**
 * What the trust says to the token. Where STS's choice is not documented (which of several audiences it compares, which
 * of several providers of the issuer is meant), every choice is tried, and only what all of them agree on is certain.
 */
export function decideToken(document: PolicyDocument, question: TokenQuestion): TokenDecision {
  const [first, ...others] = buildRequests(document, question).map((request) =>
    decideRequest(document, request),
  );
  if (!first) throw new RangeError('A question stands for one request at least.');
  const other = others.find(({ decision }) => decision !== first.decision);
  const reason = other
    ? `It depends on which audience or provider STS compares: ${first.reason}; or ${other.reason}`
    : undefined;
  if (reason !== undefined) return { ...first, decision: 'uncertain', reason };
  if (first.decision !== 'allowed' || !carriesTags(question.claims)) return first;
  const tagged = 'The token carries session tags or a source identity; those need actions of their own.';
  return { ...first, decision: 'uncertain', reason: tagged };
}

/** A document that cannot be read says nothing. */
export function undecided(reason: string, question: TokenQuestion): TokenDecision {
  const [request] = buildRequests({}, question);
  if (!request) throw new RangeError('A question stands for one request at least.');
  return { decision: 'uncertain', statement: null, reason, statements: [], request };
}

function decideRequest(document: PolicyDocument, request: WebIdentityRequest): TokenDecision {
  const verdict = evaluateTrust(document, request);
  const shared = { statements: judgeStatements(document, request), request };
  if (verdict.decision === 'denied')
    return { decision: 'denied', statement: verdict.statement ?? null, reason: verdict.reason, ...shared };
  const { doubt, statement } = verdict;
  return doubt
    ? { decision: 'uncertain', ...doubt, ...shared }
    : { decision: 'allowed', statement, reason: `statement ${statement + 1} allows it`, ...shared };
}

const carriesTags = (claims: JsonObject): boolean =>
  Object.keys(claims).some((name) => name.startsWith(AWS_CLAIMS));

function buildRequests(
  document: PolicyDocument,
  { claims, context = {}, providerArn }: TokenQuestion,
): readonly WebIdentityRequest[] {
  const issuer = toTexts(claims['iss'])[0]?.replace(/^https:\/\//, '') ?? '';
  const [subject] = toTexts(claims['sub']);
  const providers = providerArn === undefined ? listProviderArns(document, issuer) : [providerArn];
  const extra = { ...claimKeys(claims, issuer), ...contextKeys(context) };
  return providers.flatMap((arn) =>
    listAudiences(claims).map((audience) => ({
      providerArn: arn,
      issuer,
      ...(audience === undefined ? {} : { audience }),
      ...(subject === undefined ? {} : { subject }),
      extra,
      carriesTags: carriesTags(claims),
    })),
  );
}

/** What the key `aud` may hold: `azp` where the token has one (IAM User Guide, keys for OIDC federation). */
function listAudiences({ aud, azp }: JsonObject): readonly (string | readonly string[] | undefined)[] {
  const [party] = toTexts(azp);
  if (party !== undefined) return [party];
  const audiences = toTexts(aud);
  return audiences.length > 1 ? [...audiences, audiences] : [audiences[0]];
}

/** Every claim is a key of its issuer; `oaud` is the audience of a token that has an `azp`. */
function claimKeys(claims: JsonObject, issuer: string): Readonly<Record<string, readonly string[]>> {
  const own = Object.entries(claims).flatMap(([name, value]) => {
    const texts = toTexts(value);
    const isKey = !['iss', 'aud', 'sub'].includes(name) && !name.startsWith(AWS_CLAIMS);
    return isKey && texts.length > 0 ? [[`${issuer}:${name}`, texts] as const] : [];
  });
  const original = claims['azp'] === undefined ? [] : [[`${issuer}:oaud`, toTexts(claims['aud'])] as const];
  return Object.fromEntries([...own, ...original]);
}

const contextKeys = (context: JsonObject): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(context).map(([key, value]) => [key, toTexts(value)]));

/** Scalars as text; what is neither a scalar nor a list of them is no value of a key. */
function toTexts(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null || isObject(value)) return [];
  if (!isList(value)) return [String(value)];
  return value.flatMap((member) => (typeof member === 'object' ? [] : [String(member)]));
}

/** Those that the trust names for this very issuer; one that nothing names, where it names none. */
function listProviderArns({ Statement: statements }: PolicyDocument, issuer: string): readonly string[] {
  const named = toList<Statement>(statements).flatMap(({ Principal, NotPrincipal }) =>
    [Principal, NotPrincipal].flatMap(listFederated),
  );
  const fitting = [...new Set(named)].filter((arn) => parseProviderIssuer(arn) === issuer);
  return fitting.length > 0 ? fitting : [`arn:aws:iam::000000000000:oidc-provider/${issuer}`];
}
