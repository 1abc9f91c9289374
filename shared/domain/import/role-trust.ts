import type { RoleArn } from '../kernel/ids.ts';
import type { ConnectionReference, ServiceConnection } from '../azure-devops/service-connection.ts';
import type { Organization } from '../configuration/configuration.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { IssuerProfile } from '../issuers/issuer.ts';
import { providerArn, readIssuer, splitRoleArn } from '../kernel/arn.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { formatConditions } from '../policy/canonical-policy.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import { denialTruth, splitFence } from '../policy/live-trust.ts';
import type { JsonObject, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, listFederated, listMembers, toList } from '../policy/policy-document.ts';
import { conditionEntries, isAwsKey } from '../policy/statement-condition.ts';
import { evaluateTrust } from '../policy/trust-evaluator.ts';
import { judgeLiveness, type DeadEntry, type LivenessFacts } from '../policy/trust-liveness.ts';
import { toCurrentVersion } from '../policy/trust-narrowing.ts';
import { determineReach, type TrustReach } from '../policy/trust-reach.ts';

/** A connection in one of its projects, and the subject of its tokens there. */
export interface Candidate {
  readonly organization: Organization;
  readonly connection: ServiceConnection;
  readonly reference: ConnectionReference;
  readonly profile: IssuerProfile;
  readonly subject: string;
}

/** A candidate whose tokens the trust lets in today. */
export interface Admission {
  readonly candidate: Candidate;
  /** What the statement asks for beyond the token: an address, a session name. Empty: nothing. */
  readonly fence: JsonObject;
  /**
   * How closely the trust names the subject: Infinity where it spells it out, else how many characters of the pattern stand
   * for themselves; -1 where it names no subject.
   */
  readonly closeness: number;
  /** Another statement lets it in, too, under conditions of its own: one grant cannot say both. */
  readonly hasOtherFence?: true;
}

/** What a live trust says, as an import needs it. */
export interface TrustReading {
  readonly admissions: readonly Admission[];
  /** Candidates whom the trust would let in, were it not for its Deny statements. */
  readonly denied: ReadonlySet<Candidate>;
  /** Statements that let in others; what can be kept of them to the letter. */
  readonly statements: readonly Statement[];
  readonly denials: readonly Statement[];
  /** What adoption takes out of the trust, in words that follow "lets in". */
  readonly lost: readonly string[];
  /** Subjects and patterns that let somebody in, as they are written; `undefined`: some statement names none. */
  readonly subjects: readonly string[] | undefined;
  /** Some statement asks for no audience, and its provider takes several. */
  readonly lacksAudience: boolean;
  readonly dead: readonly DeadEntry[];
}

/** What is known of the account around a trust. */
export interface TrustPlace {
  readonly facts: LivenessFacts;
  /** By subject; a trust that names every subject it lets in needs no other. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
}

/** Reads the trust of a role, statement by statement. Nothing is decided here. */
export function readRoleTrust(live: ObservedRole, { facts, candidates }: TrustPlace): TrustReading {
  const role = { ...live, trust: toCurrentVersion(live.trust) };
  const { trust } = role;
  const all = toList<Statement>(trust.Statement);
  const denials = all.filter(({ Effect: effect }) => effect === 'Deny');
  const allowing = all.filter(({ Effect: effect }) => effect === 'Allow');
  const parts = allowing.map((statement) => splitPrincipals(statement, facts));
  const withoutDenials = { ...trust, Statement: allowing };
  const admitted = parts
    .flatMap(({ tokens }) =>
      tokens === undefined ? [] : [{ statement: tokens, reach: determineReach(withoutDenials, tokens) }],
    )
    .flatMap((one) =>
      selectCandidates(one, candidates).flatMap(
        (candidate) => admit(role, one.statement, candidate, facts) ?? [],
      ),
    );
  const denied = new Set(
    admitted.map(({ candidate }) => candidate).filter((one) => isDenied(trust, denials, role, one)),
  );
  const admissions = admitted.filter(({ candidate }) => !denied.has(candidate));
  const alive = parts
    .flatMap(({ tokens }) =>
      tokens === undefined ? [] : [{ statement: tokens, reach: determineReach(trust, tokens) }],
    )
    .filter(({ reach }) => reach.isSatisfiable);
  const subjects = alive.map(listSubjects);
  return {
    admissions: mergeAdmissions(admissions),
    denied,
    statements: parts.flatMap(({ others }) => (others === undefined ? [] : [others])),
    denials,
    lost: [...new Set(parts.flatMap(({ lost }) => lost))],
    subjects: subjects.every((one) => one !== undefined) ? [...new Set(subjects.flat())] : undefined,
    lacksAudience: alive.some(({ statement }) => lacksAudience(statement, facts)),
    dead: judgeLiveness(trust, facts).dead,
  };
}

interface Parts {
  /** The statement as far as it is about tokens of Azure DevOps or Entra, or about everybody. */
  readonly tokens?: Statement;
  /** The statement as far as it is about named others. */
  readonly others?: Statement;
  readonly lost: readonly string[];
}

/**
 * | principal                                          | then                                              |
 * |----------------------------------------------------|---------------------------------------------------|
 * | a provider of Azure DevOps or Entra                | its tokens: connections are granted one by one    |
 * | another provider, a service, an account, a role    | kept to the letter                                |
 * | everybody, NotPrincipal                            | cannot be kept                                    |
 */
function splitPrincipals(statement: Statement, { classify }: LivenessFacts): Parts {
  const { Principal: principal, NotPrincipal: excepted } = statement;
  if (excepted !== undefined) return { tokens: statement, lost: ['everybody but some (NotPrincipal)'] };
  if (!isObject(principal)) return { tokens: statement, lost: ['everybody (Principal "*")'] };
  const members = listMembers(principal).map(({ kind, member }) => ({
    kind,
    member: typeof member === 'string' ? member : '',
  }));
  const isAzure = ({ kind, member }: (typeof members)[number]) =>
    kind === 'Federated' && classify(readIssuer(member)) !== undefined;
  const isEverybody = ({ member }: (typeof members)[number]) => /[*?]/.test(member) || member === '';
  const tokens = members.filter((one) => isAzure(one) || (isEverybody(one) && one.kind === 'AWS'));
  const others = members.filter((one) => !isAzure(one) && !isEverybody(one));
  const rest = (kept: typeof members): Statement =>
    kept.length === members.length ? statement : { ...statement, Principal: joinPrincipals(kept) };
  return {
    ...(tokens.length > 0 ? { tokens: rest(tokens) } : {}),
    ...(others.length > 0 ? { others: rest(others) } : {}),
    lost: members.some(isEverybody) ? ['everybody (Principal "*")'] : [],
  };
}

function joinPrincipals(members: readonly { readonly kind: string; readonly member: string }[]): JsonObject {
  const kinds = [...new Set(members.map(({ kind }) => kind))];
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = members.filter((one) => one.kind === kind).map(({ member }) => member);
      return [kind, own.length === 1 ? (own[0] ?? '') : own];
    }),
  );
}

/** A statement, and whom it lets in past the Deny statements of its trust. */
interface Admitting {
  readonly statement: Statement;
  readonly reach: TrustReach;
}

function selectCandidates(
  { statement: { Principal: principal }, reach }: Admitting,
  candidates: TrustPlace['candidates'],
): readonly Candidate[] {
  const isProvider = isObject(principal) && principal['Federated'] !== undefined;
  if (!isProvider || reach.hasOtherSubjects) return [...candidates.values()].flat();
  return reach.subjects.flatMap((subject) => candidates.get(subject) ?? []);
}

/** `undefined`: the statement does not surely let the candidate in, whatever the fence. */
function admit(
  { trust, arn }: ObservedRole,
  statement: Statement,
  candidate: Candidate,
  facts: LivenessFacts,
): Admission | undefined {
  const binding = bind(candidate, arn);
  const accepted = facts.listAudiences?.(binding.providerArn);
  if (!facts.providers?.includes(binding.providerArn)) return undefined;
  if (accepted?.includes(binding.audience) === false) return undefined;
  // Conditions on keys of AWS fence a statement; those on claims of the token say whose it is.
  const { core, fence } = splitFence(statement, (_operator, key) => isAwsKey(key));
  const version = trust.Version === undefined ? {} : { Version: trust.Version };
  const token = { ...binding, subject: candidate.subject };
  const lets = (one: Statement) => evaluateTrust({ ...version, Statement: [one] }, token);
  const inside = lets(core);
  if (inside.decision !== 'allowed' || !inside.isCertain || lets(statement).decision !== 'allowed')
    return undefined;
  return { candidate, fence, closeness: measureCloseness(statement, candidate) };
}

function bind({ profile }: Candidate, arn: RoleArn) {
  const { partition, account } = splitRoleArn(arn);
  return {
    providerArn: providerArn(partition, account, profile.issuer),
    issuer: profile.issuer,
    audience: profile.audience,
  };
}

function isDenied(
  trust: PolicyDocument,
  denials: readonly Statement[],
  { arn }: ObservedRole,
  candidate: Candidate,
): boolean {
  const binding = bind(candidate, arn);
  return denials.some((denial) => denialTruth(denial, trust, binding, candidate.subject) === 'yes');
}

interface SubjectLine {
  readonly isPattern: boolean;
  readonly value: string;
}

/** Values that lines on the subject of an issuer ask for. */
function listSubjectLines(statement: Statement): readonly SubjectLine[] {
  return conditionEntries(statement)
    .filter(({ key }) => key.endsWith(':sub') && !isAwsKey(key))
    .flatMap(({ operator, values = [] }) => {
      const { base } = readOperatorName(operator);
      if (!/^String(?:Equals|EqualsIgnoreCase|Like)$/.test(base)) return [];
      const mayBePattern = base === 'StringLike';
      return values.map((value) => ({ value, isPattern: mayBePattern && /[*?]/.test(value) }));
    });
}

function measureCloseness(statement: Statement, { subject }: Candidate): number {
  const lines = listSubjectLines(statement);
  if (lines.some(({ isPattern, value }) => !isPattern && value === subject)) return Infinity;
  const matching = lines.filter(({ isPattern, value }) => isPattern && matchesPattern(value, subject));
  return Math.max(-1, ...matching.map(({ value }) => value.replace(/[*?]/g, '').length));
}

/** As written; `undefined`: tokens with subjects that no line names get in. */
function listSubjects({ statement, reach }: Admitting): readonly string[] | undefined {
  if (!reach.hasOtherSubjects) return reach.subjects;
  const lines = listSubjectLines(statement);
  return lines.length === 0 ? undefined : lines.map(({ value }) => value);
}

function lacksAudience(statement: Statement, facts: LivenessFacts): boolean {
  const asks = conditionEntries(statement).some(({ key }) => key.endsWith(':aud') && !isAwsKey(key));
  if (asks) return false;
  return listFederated(statement.Principal).some((arn) => {
    const known = facts.providers?.find((one) => one === arn);
    const accepted = known === undefined ? undefined : facts.listAudiences?.(known);
    return accepted === undefined || accepted.length > 1;
  });
}

/** Of several statements that let one candidate in, one without a fence decides. */
function mergeAdmissions(admissions: readonly Admission[]): readonly Admission[] {
  const best = new Map<Candidate, Admission>();
  for (const admission of admissions) {
    const known = best.get(admission.candidate);
    best.set(admission.candidate, known ? mergeTwo(known, admission) : admission);
  }
  return [...best.values()];
}

function mergeTwo(one: Admission, other: Admission): Admission {
  const closeness = Math.max(one.closeness, other.closeness);
  const [first, second] = [one, other].map(({ fence }) => formatConditions(fence));
  const open = [one, other].find(({ fence }) => Object.keys(fence).length === 0);
  if (open) return { candidate: open.candidate, fence: open.fence, closeness };
  return { ...one, closeness, ...(first === second ? {} : { hasOtherFence: true }) };
}
