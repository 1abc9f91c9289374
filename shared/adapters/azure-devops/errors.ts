import {
  ConfigError,
  InvariantError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../domain/kernel/errors.ts';
import type { Organization } from '../../domain/configuration/configuration.ts';
import { PROXY_SIGN_IN } from '../../domain/kernel/unreached.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { complete, unknown, type Reading, type Unknown } from '../../domain/kernel/result.ts';
import type { Answer, TransportFailure } from './transport.ts';

/** Whose word a request carried, for a person who has to fix it. */
interface Signature {
  readonly who: string;
  readonly why: string;
  readonly fix: string;
}

function computeSignature({ name, credential }: Organization): Signature {
  if (credential.type === 'entra')
    return {
      who: `the Entra application ${credential.clientId} of tenant ${credential.tenantId} for ${name}`,
      why: 'it was not added to the organization, or the organization is connected to another tenant',
      fix: 'Add its service principal to the organization and let it read the projects: azfed access grant.',
    };
  const place = 'env' in credential ? `the variable ${credential.env}` : `the secret ${credential.secret}`;
  return {
    who: `the token in ${place} for ${name}`,
    // Azure DevOps blog, retirement of global personal access tokens: they end on 2026-12-01.
    why: 'it is expired, revoked, for another organization or for all of them (such tokens ended on 2026-12-01), or lacks Service Connections (read)',
    fix: 'Issue a new token for this organization with Service Connections (read) and Project and Team (read).',
  };
}

/** What the answer says, when it is one: 200, JSON, whole, and something. All else is unknown, never empty. */
export function readJson(answer: Answer | TransportFailure, organization: Organization): Reading<unknown> {
  if ('failure' in answer) return ofFailure(answer);
  const { status, headers, text } = answer;
  const sentAs = computeSignature(organization);
  if (status !== 200) return ofStatus(answer, sentAs);
  if (text.trim() === '')
    return unknown('empty-answer', `Nothing came back (HTTP ${status}). Try again later.`);
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    return unknown(
      'not-json',
      `A page came back instead of JSON (HTTP 200): a sign-in page, or the page of a proxy on the way. ${sentAs.fix}`,
    );
  return parse(text);
}

const done = [200, 201, 202, 204];

/** What came of a request that was to change something. */
export function readReply(answer: Answer | TransportFailure, organization: Organization): Reading<unknown> {
  if ('failure' in answer) return ofFailure(answer);
  const { status, text } = answer;
  if (!done.includes(status)) return ofRefusedWrite(answer) ?? readJson(answer, organization);
  return text.trim() === '' ? complete(undefined) : readJson({ ...answer, status: 200 }, organization);
}

function ofRefusedWrite(answer: Answer): Unknown | undefined {
  const { status } = answer;
  const http = `HTTP ${status}${readVendorCode(answer)}${formatKind(answer)}`;
  const conditional = ofConditionalAccess(answer, 'the identity');
  if (conditional) return conditional;
  if (status === 403)
    return unknown(
      'forbidden',
      `The identity may not do this (${http}): give it the right, or sign in with AZURE_DEVOPS_EXT_PAT as somebody who has it.`,
    );
  const isRefused = status === 400 || status === 409;
  return isRefused ? unknown('refused', `Azure DevOps refuses this (${http}).`) : undefined;
}

/** `ServiceEndpointNotFoundException` and the like. The message beside it may quote what was sent. */
function formatKind({ text }: Answer): string {
  const [, kind] = /"typeKey"\s*:\s*"([A-Za-z]{1,80})"/.exec(text) ?? [];
  return kind === undefined ? '' : `, ${kind}`;
}

function parse(text: string): Reading<unknown> {
  const value = parseJson(text);
  if (value === undefined)
    return unknown('cut-short', 'The answer breaks off in the middle of its JSON. Try again later.');
  return value === null
    ? unknown('null-answer', 'The answer is null: it is missing, or the token may not read it.')
    : complete(value);
}

function ofFailure({ failure, reason, says }: TransportFailure): Unknown {
  const messages: Readonly<Record<TransportFailure['failure'], string>> = {
    'timed-out': `No whole answer came in time (${reason})`,
    'cut-short': `The connection was closed in the middle of the answer (${reason})`,
    unreachable: `Azure DevOps could not be reached (${reason})`,
  };
  return unknown(failure, `${messages[failure]}: ${says ?? usualChecks[failure]}.`);
}

const usualChecks: Readonly<Record<TransportFailure['failure'], string>> = {
  'timed-out': 'try again later',
  'cut-short': 'try again later',
  unreachable: 'look at the address, the name service and the proxy',
};

/**
 * `VS403463`: a policy of the tenant refuses the caller's place, device or sign-in, whatever rights it has (azure-devops-docs,
 * conditional-access-policies). The header holds the text percent-encoded.
 */
function ofConditionalAccess(answer: Answer, who: string): Unknown | undefined {
  const { status, headers, text } = answer;
  const reported = `${String(headers['x-tfs-serviceerror'] ?? '')} ${text.slice(0, 2000)}`;
  if (status !== 401 && status !== 403) return undefined;
  if (!/\bVS403463\b|AADSTS53\d{3}\b|conditional(?: |\+|%20)access/i.test(reported)) return undefined;
  return unknown(
    'conditional-access',
    `A conditional access policy of the Entra tenant refuses ${who} (HTTP ${status}${readVendorCode(answer)}): no right in Azure DevOps helps. Let an administrator of the tenant find the policy in the sign-in logs (non-interactive, application Azure DevOps) and admit the addresses that azfed calls from, or exclude the identity.`,
  );
}

function ofStatus(answer: Answer, sentAs: Signature): Unknown {
  const { status } = answer;
  const http = `HTTP ${status}${readVendorCode(answer)}`;
  const conditional = ofConditionalAccess(answer, sentAs.who);
  if (conditional) return conditional;
  const refusal = refusals[status];
  if (refusal) return refusal(http, sentAs);
  if (status >= 300 && status < 400)
    return unknown(
      'redirected',
      `A redirect came back (${http}) and was not followed: probably to the sign-in page. ${sentAs.fix}`,
    );
  if (status >= 500)
    return unknown(
      'server-error',
      `Azure DevOps is out of order (${http}). See https://status.dev.azure.com.`,
    );
  const kind = formatKind(answer);
  return kind.includes('Version')
    ? unknown(
        'unexpected-status',
        `Azure DevOps does not answer the version of its API that azfed asks for (${http}${kind}): install the latest azfed.`,
      )
    : unknown(
        'unexpected-status',
        `Azure DevOps answered what it does not document (${http}${kind}). Try again later; where it stays, look at what stands between it and azfed.`,
      );
}

const refusals: Readonly<Record<number, (http: string, sentAs: Signature) => Unknown>> = {
  203: (http, { who, why, fix }) =>
    unknown('sign-in-page', `The sign-in page came back (${http}) for ${who}: ${why}. ${fix}`),
  407: (http) => unknown('proxy-sign-in', `Azure DevOps could not be reached (${http}): ${PROXY_SIGN_IN}.`),
  204: (http) => unknown('empty-answer', `Nothing came back (${http}). Try again later.`),
  401: (http, { who, why, fix }) =>
    unknown('unauthorized', `Azure DevOps does not take ${who} (${http}): ${why}. ${fix}`),
  403: (http) =>
    unknown(
      'forbidden',
      `The identity may not read this (${http}): let it read the project and its service connections.`,
    ),
  404: (http) =>
    unknown(
      'not-found',
      `It is not there, or the identity may not see it (${http}): look at the name, and at what the identity may read.`,
    ),
  429: (http) =>
    unknown(
      'throttled',
      `Azure DevOps still holds requests back (${http}): use an identity that nobody else uses, or look less often.`,
    ),
};

/** What is answered then is what the public may see, and not what the credential would show. */
export function takenForAnonymous(organization: Organization): Unknown {
  const { who, why, fix } = computeSignature(organization);
  return unknown(
    'unauthorized',
    `Azure DevOps answers as to an anonymous caller, so it does not take ${who}: ${why}. ${fix}`,
  );
}

/** `TF400813` and the like: the one part of an error's text that is surely no secret. */
function readVendorCode({ headers, text }: Answer): string {
  const reported = `${String(headers['x-tfs-serviceerror'] ?? '')} ${text.slice(0, 2000)}`;
  const [code] = /\b(?:TF|VS)\d{5,7}\b/.exec(reported) ?? [];
  return code === undefined ? '' : `, ${code}`;
}

export function exhausted(maxWaitMs: number): Unknown {
  return unknown(
    'throttled',
    `Azure DevOps asked to wait for longer than the ${maxWaitMs / 1000} s that a look may. Try again later.`,
  );
}

/** What a look did not come to. The next one begins there. */
export const outOfTime: Unknown = unknown(
  'out-of-time',
  'The time for this look was over before it was asked. The next look begins with it.',
);

/** A look that has lost its patience asks for nothing more: the trouble that took it stands for what was left out. */
export function notAsked({ code, message }: Unknown): Unknown {
  return unknown(code, `It was not asked for any more, after this: ${message}`);
}

/** Only where it is: the value may be a secret. */
export function unexpectedShape(path: readonly PropertyKey[]): Unknown {
  const where = path.length === 0 ? 'as a whole' : `at ${path.map(String).join('.')}`;
  return unknown('unexpected-shape', `The answer is not of the documented shape (${where}).`);
}

/** A connection that is listed, and kept back where it says what it signs in with. */
export function notShown(path: readonly PropertyKey[]): Unknown {
  return unknown(
    'not-shown',
    `It is listed, but \`${path.map(String).join('.')}\` is not shown: the identity lacks ViewAuthorization, which the role User on the connection gives.`,
  );
}

/** Names the entry where it says its name; of its other members only the place of the one that is odd. */
export function unreadableEntry(
  what: string,
  name: string | null | undefined,
  path: readonly PropertyKey[],
): Unknown {
  const which = typeof name === 'string' ? `The ${what} "${name}"` : `A ${what} without a name`;
  const where = path.length === 0 ? 'it is no object' : `\`${path.map(String).join('.')}\` is missing or odd`;
  return unknown(
    'unreadable-entry',
    `${which} in the list does not say which one it is: ${where}. The others count, and none is called missing.`,
  );
}

export function countMismatch(said: number, came: number): Unknown {
  return unknown('count-mismatch', `The list says that it holds ${said}, but ${came} came. Try again later.`);
}

export const duplicateIds = (what: string): Unknown =>
  unknown('duplicate-ids', `The list holds a ${what} twice: it changed while it was read. Try again later.`);

export const repeatedContinuationToken: Unknown = unknown(
  'repeated-continuation-token',
  'The pages of the list lead in a circle: its end was not found. Try again later.',
);

export function refusedAddress(problem: string): Unknown {
  return unknown(
    'refused-address',
    `The token is not sent to the organization's address: ${problem}. Use https://dev.azure.com/{organization}.`,
  );
}

export const identityMismatch: Unknown = unknown(
  'identity-mismatch',
  'Another organization answers under this name, so it was not read.',
);

/** What the credential's source threw. Our own bugs are thrown on; messages of others may hold the secret. */
export function withoutCredential(error: unknown): Unknown {
  if (error instanceof InvariantError) throw error;
  return unknown('no-credential', `The organization's token could not be had: ${safeText(error)}`);
}

const ours = [ConfigError, PermissionError, TransientError, UpstreamError];

function safeText(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given.';
  return ours.some((kind) => error instanceof kind) ? error.message : `${error.name}.`;
}
