import { matchesPattern, patternsMeet } from '../kernel/glob.ts';
import { partitions, splitArn, parseSession } from '../kernel/arn.ts';

/**
 * What a person may be to a deployment, and what for. Templates, checks and docs/reference/people.md follow from this
 * table: whoever is of a kind may do what its `includes` may, too.
 */
export const personKinds = {
  readers: {
    title: 'Reader',
    may: 'look at everything and change nothing',
    verbs: ['plan', 'status', 'history', 'explain', 'lint', 'verify', 'doors', 'doctor', 'report', 'version'],
    includes: [],
  },
  approvers: {
    title: 'Approver',
    may: 'look at everything, and approve what others or automatic runs then carry out',
    verbs: ['approve'],
    includes: ['readers'],
  },
  operators: {
    title: 'Operator',
    may: 'change trusts and roles within the grants, and decide about connections and runs',
    verbs: [
      'apply',
      'adopt',
      'bootstrap',
      'suspend',
      'resume',
      'release',
      'restore',
      'replay',
      'hooks',
      'publish',
    ],
    includes: ['approvers', 'readers'],
  },
  retirers: {
    title: 'Retirer',
    may: 'do what an operator does, and delete roles that are retired',
    verbs: ['retire'],
    includes: ['operators', 'approvers', 'readers'],
  },
} as const satisfies Record<string, PersonKindFacts>;

interface PersonKindFacts {
  readonly title: string;
  readonly may: string;
  /** Verbs of the command that need this kind, beside those of `includes`. */
  readonly verbs: readonly string[];
  readonly includes: readonly string[];
}

export type PersonKind = keyof typeof personKinds;

/** Patterns over the ARNs of IAM users and roles (`*`, `?`), as `toPrincipalPattern` gives them. */
export type People = Readonly<Partial<Record<PersonKind, readonly string[]>>>;

export const listPersonKinds = Object.keys(personKinds) as PersonKind[];

/** What of a deployment is opened to people, and the least kind that it is opened to. */
export const openedTo = {
  look: 'readers',
  write: 'operators',
  retire: 'retirers',
  approve: 'approvers',
} as const satisfies Record<string, PersonKind>;

/** Those that are of the kind or of one that includes it. */
export function listPrincipals(people: People | undefined, kind: PersonKind): readonly string[] {
  const kinds = listPersonKinds.filter((one) => includesKind(one, kind));
  return [...new Set(kinds.flatMap((one) => people?.[one] ?? []))];
}

export function includesKind(one: PersonKind, other: PersonKind): boolean {
  const { includes } = personKinds[one];
  return one === other || includes.some((name) => name === other);
}

const principal = /^arn:([a-z-]+):iam::([^:]*):(role|user)\/(.*)$/;
const ssoPath = 'aws-reserved/sso.amazonaws.com/';
const ssoPrefix = 'AWSReservedSSO_';
/** IAM Identity Center ends the name of each role with 16 characters, which change with the assignment. */
const SSO_SUFFIX = '_????????????????';

type Parts = Readonly<Record<'partition' | 'account' | 'name', string>>;

/** In the order in which a person should be told; in words that follow the text itself. */
const principalProblems: readonly (readonly [(parts: Parts, text: string) => boolean, string])[] = [
  [
    (_parts, text) => /^arn:[a-z-]+:sts:/.test(text),
    'is the ARN of a session: write that of its role, arn:aws:iam::<account>:role/<path and name>',
  ],
  [
    ({ partition }) => partition === '',
    'is not the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/ops',
  ],
  [({ partition }) => !partitions.some((known) => known === partition), 'is of no known partition'],
  [
    ({ account }) => !/^\d{12}$/.test(account),
    'has no account of twelve digits: it has to be written out, without wildcards',
  ],
  [({ name }) => !/^[\u0021-\u007e]{0,599}[^/]$/.test(name), 'has no name that IAM knows'],
  [
    ({ name }) => !/^[^*?]{3}/.test(name.slice(name.lastIndexOf('/') + 1).replace(ssoPrefix, '')),
    'is too wide: the first three characters of the name, or of the permission set, may be no wildcards',
  ],
];

/** `undefined`: nothing is wrong with the pattern. */
export function findPrincipalProblem(text: string): string | undefined {
  const [, partition = '', account = '', , name = ''] = principal.exec(text) ?? [];
  return principalProblems.find(([applies]) => applies({ partition, account, name }, text))?.[1];
}

/**
 * The pattern as policies compare it. The suffix of a role of IAM Identity Center is taken for exactly 16 characters: `_*`
 * would also match the permission set `Reader_Admin` where `Reader` is meant (IAM Identity Center User Guide, referencing
 * permission sets).
 */
export function toPrincipalPattern(text: string): string {
  const name = text.slice(text.lastIndexOf('/') + 1);
  if (!text.includes(`:role/${ssoPath}`) || !name.startsWith(ssoPrefix)) return text;
  if (name.endsWith('_*')) return text.slice(0, -2) + SSO_SUFFIX;
  const hasSuffix = /_(?:[0-9a-f]{16}|\?{16})$/.test(name) || name.includes('*');
  return hasSuffix ? text : text + SSO_SUFFIX;
}

/** Account of a pattern: it is always written out. */
export const getPrincipalAccount = (pattern: string): string => splitArn(pattern).account;

/**
 * Whether the caller, as STS tells it, is meant. Of a session STS leaves out the path of its role: where a pattern has one, the
 * name decides here, and the path in IAM.
 */
function matchesCaller(pattern: string, caller: string): boolean {
  const { account, role } = parseSession(caller) ?? {};
  if (!role) return matchesPattern(pattern, caller);
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  return getPrincipalAccount(pattern) === account && pattern.includes(':role/') && matchesPattern(name, role);
}

/** Which kinds the caller is listed as, each with the place in the configuration. */
export function identifyPerson(
  people: People,
  caller: string,
): readonly { readonly kind: PersonKind; readonly where: string }[] {
  return listPersonKinds.flatMap((kind) => {
    const index = (people[kind] ?? []).findIndex((pattern) => matchesCaller(pattern, caller));
    return index < 0 ? [] : [{ kind, where: `people.${kind}[${index}]` }];
  });
}

/** Whether one of the kinds that somebody is listed as is enough. */
export function hasKind(listed: readonly { readonly kind: PersonKind }[], needed: PersonKind): boolean {
  return listed.some(({ kind }) => includesKind(kind, needed));
}

/** Whether a yes of theirs counts: where nobody is listed as anything, AWS alone decides who may give one. */
export const canApprove = (people: People | undefined, caller: string): boolean =>
  people === undefined || hasKind(identifyPerson(people, caller), openedTo.approve);

/** A role that IAM Identity Center has made; it names each session after its user (its User Guide, permission sets). */
const ssoRole = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;
export const isSsoRole = (name: string): boolean => ssoRole.test(name);

/** What somebody writes into a list to be meant by it: of a session of IAM Identity Center without the suffix. */
export function suggestPattern(caller: string): string {
  const session = parseSession(caller);
  if (!session?.role) return caller;
  const { account, role } = session;
  const beginning = `arn:${splitArn(caller).partition}:iam::${account}:role/`;
  const [, set] = ssoRole.exec(role) ?? [];
  return set === undefined ? `${beginning}${role}` : `${beginning}${ssoPath}*/${ssoPrefix}${set}_*`;
}

/** Whether some role on the path, or below it, with a name like that is meant by the pattern. */
export function coversRoles(
  pattern: string,
  { account, path, name }: { readonly account: string; readonly path: string; readonly name: string },
): boolean {
  const { partition } = splitArn(pattern);
  const beginning = `arn:${partition}:iam::${account}:role${path}`;
  // Nothing below the root path is on it.
  const places = path === '/' ? [name] : [name, `*/${name}`];
  return places.some((place) => patternsMeet(`${beginning}${place}`, pattern));
}
