import { readTextFile } from '../../../../shared/config/yaml-source.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { Json, JsonObject, PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { isList, isObject, toList, parsePolicy } from '../../../../shared/domain/policy/policy-document.ts';
import type { TokenDecision, TokenQuestion } from '../../../../shared/domain/policy/token-decision.ts';
import { decideToken, undecided } from '../../../../shared/domain/policy/token-decision.ts';
import { inert, inertJson, jsonText } from '../../output/sanitize.ts';
import { shortenArns, shortenClaims, type Layout } from '../../output/layout.ts';
import { indentLines, isTabular, statementLines } from '../../output/statement-text.ts';
import { wrapText } from '../../output/text.ts';
import { listIf } from '../../../../shared/domain/kernel/group-by.ts';
import { parseJson } from '../../../../shared/domain/kernel/json.ts';

/** Where a trust, a token and its request are written. */
export interface TrustQuestionOptions {
  readonly trust?: string;
  readonly claims?: string;
  readonly context?: string;
  readonly provider?: string;
}

export interface TrustAnswer extends TokenDecision {
  /** The statement that decides, as it stands in the document. */
  readonly decidingStatement: Json | null;
}

export function isTrustQuestion({ trust, claims, context, provider }: TrustQuestionOptions): boolean {
  return [trust, claims, context, provider].some((option) => option !== undefined);
}

/** What a trust document in a file says to the token in another. Throws ConfigError when a file is not what it must be. */
export function answerTrustQuestion({ trust, claims, context, provider }: TrustQuestionOptions): TrustAnswer {
  if (trust === undefined || claims === undefined) throw incomplete();
  const text = readText(trust, '--trust');
  if (parseJson(text) === undefined) throw notJson(trust, '--trust');
  const question: TokenQuestion = {
    ...splitClaims(readObject(claims, '--claims'), claims),
    ...(context === undefined ? {} : { context: readContext(readObject(context, '--context'), context) }),
    ...(provider === undefined ? {} : { providerArn: provider }),
  };
  const parsed = parsePolicy(text);
  if (!parsed.readable)
    return {
      ...undecided(`The document cannot be judged: ${parsed.reason}.`, question),
      decidingStatement: null,
    };
  const decision = decideToken(parsed.document, question);
  return { ...decision, decidingStatement: selectStatement(parsed.document, decision.statement) };
}

const selectStatement = ({ Statement: statements }: PolicyDocument, index: number | null): Json | null =>
  index === null ? null : (toList<Json>(statements)[index] ?? null);

/** The answer as a document for other programs. */
export function trustAnswerDocument(answer: TrustAnswer): string {
  const { decision, statement, decidingStatement, reason, request, statements } = answer;
  const { providerArn, issuer, audience = null, subject = null } = request;
  return jsonText({
    schemaVersion: 1,
    decision,
    statement,
    decidingStatement,
    reason,
    token: { providerArn, issuer, audience, subject },
    statements: statements.map(({ index, effect, truth, asks }) => ({
      statement: index,
      effect: effect ?? null,
      applies: truth,
      asks: asks.map((ask) => ({ what: ask.what, given: ask.truth })),
    })),
  });
}

/** The same for people. A question holds nobody who is expected, so that no colour judges the answer. */
export function trustAnswerText(answer: TrustAnswer, layout: Layout): string {
  const { decision, decidingStatement, reason, request, statement } = answer;
  const { style, columns } = layout;
  const { providerArn, subject = 'no subject' } = request;
  return [
    wrapText(inert(subject), columns, `${style.bold(decision)}  `, '  '),
    `  through   ${inert(shortenArns(providerArn, layout))}`,
    wrapText(inert(shortenClaims(reason, layout)), columns, '  because   '),
    ...(decidingStatement === null
      ? []
      : [`  statement ${(statement ?? 0) + 1}`, ...describeStatement(decidingStatement, layout)]),
    ...listIf(decision !== 'allowed', wrapText(DETAILS, columns, '  details   ')),
  ].join('\n');
}

const DETAILS = '--json shows what each statement asks for, and what the token has';

function describeStatement(statement: Json, layout: Layout): readonly string[] {
  if (layout.isWide || !isObject(statement) || !isTabular(statement)) return [`    ${inertJson(statement)}`];
  return indentLines(statementLines('trust', [{ mark: ' ', statement }], layout));
}

/** `context` and `providerArn` may stand in the file of the claims too: no token has claims of these names. */
function splitClaims(all: JsonObject, path: string): TokenQuestion {
  const { context, providerArn, ...claims } = all;
  const { iss: issuer } = claims;
  if (typeof issuer !== 'string' || issuer === '')
    throw new ConfigError({
      where: `--claims ${path}`,
      what: 'It has no iss: without the issuer nobody knows which keys the claims are.',
      fix: 'Write the payload of the token, for example {"iss": "https://vstoken.dev.azure.com/<organization id>", "aud": "api://AzureADTokenExchange", "sub": "sc://org/project/connection"}.',
    });
  return {
    claims,
    ...(isObject(context) ? { context: readContext(context, path) } : {}),
    ...(typeof providerArn === 'string' ? { providerArn } : {}),
  };
}

/** Values are texts, numbers, booleans, lists of them, or null where the request surely lacks the key. */
function readContext(context: JsonObject, path: string): JsonObject {
  const wrong = Object.entries(context).find(
    ([, value]) =>
      isObject(value) || (isList(value) && value.some((one) => typeof one === 'object' && one !== null)),
  );
  if (!wrong) return context;
  throw new ConfigError({
    where: `${path}, key ${wrong[0]}`,
    what: 'The value of a condition key is a text, a list of texts, or null.',
    fix: 'For example {"sts:RoleSessionName": "build-42", "aws:SourceIp": "203.0.113.9", "aws:SourceVpc": null}.',
  });
}

function readObject(path: string, option: string): JsonObject {
  const value = parseJson(readText(path, option)) as Json | undefined;
  if (value === undefined) throw notJson(path, option);
  if (isObject(value)) return value;
  throw new ConfigError({
    where: `${option} ${path}`,
    what: 'It is no JSON object.',
    fix: 'Write one object: { ... }.',
  });
}

function readText(path: string, option: string): string {
  const reading = readTextFile(path);
  if ('text' in reading) return reading.text;
  throw new ConfigError({ where: `${option} ${path}`, what: reading.what, fix: reading.fix });
}

const notJson = (path: string, option: string) =>
  new ConfigError({ where: `${option} ${path}`, what: 'It is not JSON.', fix: 'Write it as JSON in UTF-8.' });

const incomplete = () =>
  new ConfigError({
    where: 'azfed explain',
    what: 'A question about a trust needs --trust and --claims.',
    fix: 'azfed explain --trust trust.json --claims claims.json',
  });
