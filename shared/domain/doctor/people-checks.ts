import {
  identifyPerson,
  hasKind,
  isSsoRole,
  listPrincipals,
  openedTo,
  suggestPattern,
  type People,
} from '../configuration/people.ts';
import type { JsonObject, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, toList } from '../policy/policy-document.ts';
import type { Reading } from '../kernel/result.ts';
import type { Person } from '../records/deployment-record.ts';
import { judging, type Check, type Judge } from './check.ts';
import type { ExaminedSession } from './examination.ts';

/** Who runs the checks, and whom the configuration lists. */
export interface ExaminedPerson {
  readonly people: People | undefined;
  /** ARN as STS tells it; `undefined`: it could not be told. */
  readonly caller: Person | undefined;
}

export function peopleChecks({ people, caller }: ExaminedPerson): readonly Check[] {
  if (people === undefined) return [];
  const judge = judging('people');
  return [...checkListed(judge, people, caller), checkSecondPerson(judge, people)];
}

/** Whether there can be two: one who approves, and another who carries out. */
function checkSecondPerson(judge: Judge, people: People): Check {
  const code = 'people.second-person';
  const patterns = listPrincipals(people, openedTo.approve);
  const [first] = patterns;
  if (first === undefined) return judge.warning(code, 'No list names anybody who may approve.');
  const name = first.slice(first.lastIndexOf('/') + 1);
  const isOnePerson = !/[*?]/.test(first) && !isSsoRole(name);
  if (patterns.length > 1 || !isOnePerson)
    return judge.ok(code, `Patterns that name who may approve: ${patterns.length}.`);
  return judge.warning(
    code,
    `Only ${first} may approve, and a user, or everybody in one role, counts as one person: nobody else can apply what it has approved.`,
  );
}

function checkListed(judge: Judge, people: People, caller: Person | undefined): readonly Check[] {
  if (caller === undefined) return [];
  const listed = identifyPerson(people, caller);
  if (listed.length > 0) return [judge.ok('people.listed', `You are ${caller}: ${describeListed(listed)}.`)];
  const says = `You are ${caller}, and no list names you. Your pattern: ${suggestPattern(caller)}.`;
  return [judge.warning('people.listed', says)];
}

/** A function of the service, and what Lambda says to somebody who would start it. */
export interface ExaminedFunction {
  readonly name: string;
  readonly answer: Reading<void>;
}

/** Whoever is listed for less than that may not start it, and the check says so; a function that is missing is missing for everybody. */
export function functionChecks(
  functions: readonly ExaminedFunction[],
  { people = {}, caller }: ExaminedPerson,
): readonly Check[] {
  const listed = caller === undefined ? [] : identifyPerson(people, caller);
  const isForOthers = listed.length > 0 && !hasKind(listed, openedTo.write);
  return functions.map(({ name, answer }) => {
    const judge = judging(`function ${name}`);
    if (answer.state === 'complete') return judge.ok('functions.invocable', 'You may start it.');
    const { code, message } = answer;
    if (code === 'access-denied' && isForOthers)
      return judge.ok('functions.invocable', `Only ${openedTo.write} start it.`);
    return code === 'config'
      ? judge.failed('functions.invocable', message)
      : judge.unread('functions.invocable', answer);
  });
}

const describeListed = (listed: ReturnType<typeof identifyPerson>): string =>
  listed.map(({ kind, where }) => `one of the ${kind} (${where})`).join(', ');

/** Of a role that lets nobody in whom the caller could be: what it trusts, who the caller is, and what would change it. */
export function refusedCheck(
  judge: Judge,
  { role, duties, admits = [] }: ExaminedSession,
  message: string,
  { people = {}, caller }: ExaminedPerson,
): Check | undefined {
  const [duty = 'look'] = duties;
  if (caller === undefined) return undefined;
  const needed = openedTo[duty];
  const listed = identifyPerson(people, caller);
  if (listed.length > 0 && !hasKind(listed, needed))
    return judge.ok(
      'account.assumable',
      `${role ?? ''} is for ${needed}. You are ${caller}, ${describeListed(listed)}: people.${needed} in federation.yaml would change that.`,
    );
  const trusts = admits.length > 0 ? `The role trusts ${admits.join(', ')}; you are` : 'You are';
  const fix = listed.length > 0 ? fixOfListed(listed) : fixOfUnlisted(caller, needed);
  return judge.failed('account.assumable', `${message} ${trusts} ${caller}.`, fix);
}

const fixOfListed = (listed: ReturnType<typeof identifyPerson>): string =>
  `federation.yaml lists you as ${describeListed(listed)}. Deploy the roles of the account again, attach the policies of the stack, such as azfed-${listed[0]?.kind ?? ''} and -accounts, to your own role, and check \`externalId\`.`;

const fixOfUnlisted = (caller: string, needed: string): string =>
  `Check \`assumeRole\`, \`externalId\` and the trust of the role. For your own runs, add ${suggestPattern(caller)} to people.${needed} in federation.yaml, and deploy the stack and the StackSet (docs/reference/people.md).`;

/** Whom a trust lets assume the role: the ARNs that it asks for, or its principals. */
export function listTrustedPrincipals({ Statement: statements }: PolicyDocument): readonly string[] {
  const allowed = toList<Statement>(statements).filter(
    ({ Effect: effect, Action: actions }) =>
      effect === 'Allow' && actions !== undefined && toList(actions).includes('sts:AssumeRole'),
  );
  return [...new Set(allowed.flatMap(listNamed))];
}

function listNamed({ Principal: principal, Condition: condition }: Statement): readonly string[] {
  const operators = isObject(condition) ? Object.values(condition).filter(isObject) : [];
  const arns = operators.flatMap((operator: JsonObject) =>
    Object.entries(operator).flatMap(([key, value]) =>
      key.toLowerCase() === 'aws:principalarn' ? toList(value).map(String) : [],
    ),
  );
  if (arns.length > 0) return arns;
  return isObject(principal) ? Object.values(principal).flatMap((one) => toList(one).map(String)) : ['*'];
}
