import { parseJson } from '../kernel/json.ts';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * One statement, exactly as it was read. Elements that azfed does not know are kept, so that they can be compared:
 * a new element of IAM's language may decide who gets in.
 */
export interface Statement extends JsonObject {
  readonly Sid?: Json;
  readonly Effect?: Json;
  readonly Principal?: Json;
  readonly NotPrincipal?: Json;
  readonly Action?: Json;
  readonly NotAction?: Json;
  readonly Resource?: Json;
  readonly NotResource?: Json;
  readonly Condition?: Json;
}

/** An IAM policy (IAM User Guide, grammar of the JSON policy language), exactly as it was read. */
export interface PolicyDocument extends JsonObject {
  readonly Version?: Json;
  readonly Id?: Json;
  readonly Statement?: Statement | readonly Statement[];
}

export type ParsedPolicy =
  | { readonly readable: true; readonly document: PolicyDocument }
  /** `reason` says what is wrong with the text, without quoting more than one key of it. */
  | { readonly readable: false; readonly reason: string };

// A policy needs six levels. The limit keeps what reads documents recursively from overflowing on 128 kB of brackets.
const DEEPEST = 32;

/**
 * Reads a policy strictly. Whether IAM refuses an object that holds a key twice, and which of the two it would obey,
 * is not documented; `JSON.parse` silently takes the last. Such a text is not readable.
 * The text is JSON: decode what IAM percent-encoded first.
 */
export function parsePolicy(text: string): ParsedPolicy {
  const value = parseJson(text) as Json | undefined;
  if (value === undefined) return { readable: false, reason: 'it is not JSON' };
  const reason = structuralProblem(text) ?? shapeProblem(value);
  return reason === undefined
    ? { readable: true, document: value as PolicyDocument }
    : { readable: false, reason };
}

/** Compact JSON, in the key order of the document. */
export const renderPolicy = (document: PolicyDocument): string => JSON.stringify(document);

/** IAM writes a list of one as a scalar, and back, as it likes. */
export function toList<T extends Json>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? (value as readonly T[]) : [value];
}

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** One of those that a Principal names. */
export interface PrincipalMember {
  /** Such as `AWS`; empty where the element is no map, as `"*"`. */
  readonly kind: string;
  readonly member: Json;
}

export function listMembers(principal: Json | undefined): readonly PrincipalMember[] {
  if (!isObject(principal)) return toList(principal).map((member) => ({ kind: '', member }));
  return Object.entries(principal).flatMap(([kind, members]) =>
    toList(members).map((member) => ({ kind, member })),
  );
}

/** Its providers: ARNs, and names such as `accounts.google.com`. */
export const listFederated = (principal: Json | undefined): readonly string[] =>
  isObject(principal) ? listStrings(principal['Federated']) : [];

/** For people: a text stands as it is. */
export const formatValue = (value: Json): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/** Walks the tokens of a text that is known to be JSON: outside of strings, a colon follows nothing but a key. */
function structuralProblem(text: string): string | undefined {
  const open: Set<string>[] = [];
  let latestString = '""';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') latestString = token;
    else if (isRepeated(open.at(-1), latestString))
      return `the key ${latestString} stands twice in one object`;
    if (open.length > DEEPEST) return `it is nested more than ${DEEPEST} deep`;
  }
  return undefined;
}

/** Keys are compared as what they say: an escaped letter is the letter. */
function isRepeated(keys: Set<string> | undefined, token: string): boolean {
  const key = JSON.parse(token) as string;
  if (keys?.has(key)) return true;
  keys?.add(key);
  return false;
}

function shapeProblem(value: Json): string | undefined {
  if (!isObject(value)) return 'it is not an object';
  const statements = value['Statement'];
  if (statements === undefined) return 'it has no Statement';
  return toList(statements).every(isObject) ? undefined : 'its Statement holds something that is no object';
}

/**
 * Policies of service-linked roles: AWS attaches them itself, and refuses everybody else (IAM API reference,
 * AttachRolePolicy, PolicyNotAttachable).
 */
export const isServiceLinkedPolicy = (arn: string): boolean => arn.includes(':policy/aws-service-role/');

/**
 * Policies of AWS that give their holder everything, or the right to give it to oneself: administrators of the account,
 * and of IAM (AWS Managed Policy Reference; what iam:* is worth: IAM User Guide, delegating with boundaries).
 */
const administrators: ReadonlySet<string> = new Set([
  'AdministratorAccess',
  'AdministratorAccess-Amplify',
  'AdministratorAccess-AWSElasticBeanstalk',
  'IAMFullAccess',
]);

export function isAdministratorPolicy(arn: string): boolean {
  return administrators.has(/:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? '');
}

/** Whether a document allows every action, or every action of IAM, on everything, under no condition. */
export function allowsAdministration({ Statement: statements }: PolicyDocument): boolean {
  return toList<Statement>(statements).some(
    ({ Effect: effect, Action: actions, NotAction: others, Resource: resources, Condition: condition }) =>
      effect === 'Allow' &&
      condition === undefined &&
      listStrings(resources).some((resource) => /^(?:\*|arn:[^:]*:iam::\*:\*)$/.test(resource)) &&
      (others !== undefined
        ? !listStrings(others).some((action) => /^(?:iam:)?\*(?::\*)?$/i.test(action))
        : listStrings(actions).some((action) => /^(?:\*|\*:\*|iam:\*)$/i.test(action))),
  );
}

const listStrings = (value: Json | undefined): readonly string[] =>
  toList<Json>(value).filter((member) => typeof member === 'string');
