import * as z from 'zod';
import type { EntraCredential } from '../../domain/configuration/configuration.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { describeUnreached } from '../../domain/kernel/unreached.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';

/** What a federated credential has to hold, to the letter, for Entra to believe the assertion. */
export interface AssertionClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

const ACTION = 'sts:GetWebIdentityToken';

/** Only a person can fix these; the SDK has no class for the first, just words. */
const stsProblems: Readonly<Record<string, readonly [where: string, what: string, fix: string]>> = {
  'Region is missing': [
    'AWS region',
    'It is not set, and web identity tokens come from a regional STS endpoint.',
    'Set AWS_REGION.',
  ],
  OutboundWebIdentityFederationDisabledException: [
    'AWS account of azfed',
    'It gives out no web identity tokens: outbound web identity federation is disabled.',
    'Enable it once, as an administrator of the account: aws iam enable-outbound-web-identity-federation',
  ],
  SessionDurationEscalationException: [
    'AWS session of azfed',
    'It ends sooner than the web identity token that it asks for.',
    'Sign in again.',
  ],
};

/** What asking STS threw. What did not come of it is our own bug, and comes out as it is. */
export function translateSts(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const [where, what, fix] = stsProblems[name] ?? stsProblems[message] ?? [];
  if (where !== undefined) return new ConfigError({ where, what: what ?? '', fix: fix ?? '' });
  if (classifyCommonFailure(name, message) === 'refused')
    return new PermissionError(ACTION, `${ACTION} was refused: ${message}`, { cause: error });
  if (name === 'AbortError') return tooLate('STS');
  return '$fault' in error ? translateAnswer(error, error.$fault) : translateSilence(error);
}

function translateAnswer({ name, message }: Error, fault: unknown): Error {
  return fault === 'server' || classifyCommonFailure(name, message) !== undefined
    ? new TransientError('entra.sts-unavailable', `STS is not available (${name}).`)
    : new UpstreamError('entra.sts-refused', `${ACTION}: ${name}: ${message}`);
}

/** An answer that cannot be read may be the assertion, and the parser's message quotes from it: neither goes further. */
function translateSilence(error: Error): Error {
  return '$metadata' in error || isOfTheWay(error)
    ? new TransientError(
        'entra.sts-unreachable',
        `STS gave no readable answer (${readCode(error)})${formatCheck(error)}.`,
      )
    : error;
}

/** Node's network errors carry the code of the system; the SDK wraps what another realm threw without it. */
const isOfTheWay = (error: Error): boolean =>
  error.name === 'TimeoutError' ||
  error.message.startsWith('AWS SDK error wrapper for') ||
  /^E[A-Z]/.test(readCode(error));

export function unreadableAssertion(): UpstreamError {
  return new UpstreamError(
    'entra.assertion-unreadable',
    'STS gave a web identity token without issuer and subject.',
  );
}

export function refusedAuthority(problem: string): ConfigError {
  const fix = 'Use https://login.microsoftonline.com, or leave it out.';
  return new ConfigError({ where: 'credential.authority', what: `It ${problem}.`, fix });
}

/** No whole answer came. The message of the error is left out: it may quote what was sent. */
export function noAnswer(authority: string, error: unknown): TransientError {
  const name = readWord(error, 'name');
  if (name === 'TimeoutError' || name === 'AbortError') return tooLate('Entra');
  return new TransientError(
    'entra.unreachable',
    `Entra (${authority}) could not be reached (${readCode(error)})${formatCheck(error, new URL(authority).host)}.`,
  );
}

export const unreadableToken = (): UpstreamError =>
  new UpstreamError('entra.token-unreadable', 'Entra answered with something that is not an access token.');

function tooLate(who: string): TransientError {
  return new TransientError(
    'entra.timed-out',
    `${who} gave no whole answer in time; check the network, the firewall and the proxy.`,
  );
}

/** What to check, where the error says anything of the way there. */
function formatCheck(error: unknown, host?: string): string {
  const unreached = describeUnreached(error, host);
  return unreached ? `: ${unreached.says}` : '';
}

function readCode(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return readWord(cause, 'code') ?? readWord(error, 'code') ?? readWord(error, 'name') ?? 'no reason given';
}

/** A single word: nothing that was sent or came back fits into it. */
function readWord(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const word: unknown = Reflect.get(value, key);
  return typeof word === 'string' && /^\w{1,40}$/.test(word) ? word : undefined;
}

export interface Refusal {
  readonly status: number;
  readonly retryAfter: string;
  readonly document: unknown;
}

/** Entra protocol reference, error response. The description is for people and not kept; ids are what support asks for. */
const ErrorDocument = z.object({
  error: z.string().regex(/^[a-z_]{1,40}$/),
  error_codes: z.array(z.number()).catch([]),
  trace_id: z.guid().optional().catch(undefined),
});

/** What Entra's refusal means and what to do about it. */
export function explainRefusal(answer: Refusal, credential: EntraCredential, claims: AssertionClaims): Error {
  const { success, data } = ErrorDocument.safeParse(answer.document);
  const codes = success ? data.error_codes : [];
  const reported = success ? formatAnswer(answer.status, data) : `HTTP ${answer.status}`;
  const known = codes.map((code) => problems[code]).find((problem) => problem !== undefined);
  if (known) return createConfigError(known, reported, credential, claims);
  if (mayPass(answer.status, codes))
    return new TransientError(
      'entra.unavailable',
      `Entra is not available (${reported}).`,
      readRetryPause(answer),
    );
  const { clientId, tenantId } = credential;
  return new UpstreamError(
    'entra.refused',
    `Entra gives no token to application ${clientId} in tenant ${tenantId} (${reported}).`,
  );
}

function formatAnswer(
  status: number,
  { error, error_codes: codes, trace_id: trace }: z.infer<typeof ErrorDocument>,
): string {
  const support = trace === undefined ? [] : [`trace ${trace}`];
  return [`HTTP ${status}`, error, ...codes.map((code) => `AADSTS${code}`), ...support].join(', ');
}

/** 50166: Entra could not read the keys of AWS. 90033: a service of its own is out of order for the moment. */
function mayPass(status: number, codes: readonly number[]): boolean {
  return status === 429 || status >= 500 || codes.some((code) => code === 50_166 || code === 90_033);
}

function readRetryPause({ retryAfter }: Refusal): { readonly retryAfterMs?: number } {
  return /^\d{1,9}$/.test(retryAfter) ? { retryAfterMs: Number(retryAfter) * 1000 } : {};
}

interface Problem {
  readonly of: 'application' | 'tenant';
  readonly what: string;
  readonly fix: string | ((claims: AssertionClaims) => string);
}

const unmatched: Problem = {
  of: 'application',
  what: 'No federated credential of it matches what AWS says of azfed',
  fix: ({ issuer, subject, audience }) =>
    `Give it one with issuer ${issuer}, subject identifier ${subject} and audience ${audience}, each to the letter; a new one takes some minutes to be known.`,
};

// Entra authentication and authorization error codes.
const problems: Readonly<Record<number, Problem>> = {
  70021: unmatched,
  700211: unmatched,
  700212: unmatched,
  700213: unmatched,
  700016: {
    of: 'application',
    what: 'The tenant knows no application of this client id',
    fix: 'Correct `clientId` (not the object id) and `tenantId`.',
  },
  7000112: { of: 'application', what: 'It is disabled', fix: 'Enable it, or use another one.' },
  7000229: {
    of: 'application',
    what: 'It has no service principal in the tenant',
    fix: 'Create one: az ad sp create --id <client id>',
  },
  90002: {
    of: 'tenant',
    what: 'Entra knows no such tenant',
    fix: 'Correct `tenantId`, and `authority` in a national cloud.',
  },
  500011: {
    of: 'tenant',
    what: 'Azure DevOps is not known in it',
    fix: 'Use the tenant that the organization is connected to (Organization settings, Microsoft Entra).',
  },
};

function createConfigError(
  { of, what, fix }: Problem,
  reported: string,
  { tenantId, clientId }: EntraCredential,
  claims: AssertionClaims,
): ConfigError {
  const where =
    of === 'tenant' ? `Entra tenant ${tenantId}` : `Entra application ${clientId} in tenant ${tenantId}`;
  const advice = typeof fix === 'string' ? fix : fix(claims);
  return new ConfigError({ where, what: `${what} (${reported}).`, fix: advice });
}
