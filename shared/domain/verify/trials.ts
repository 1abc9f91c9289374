import { azureIssuer } from '../issuers/azure-issuer.ts';
import type { IssuerName, IssuerProfile } from '../issuers/issuer.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import { withoutAskedConditions } from '../policy/live-trust.ts';
import { evaluateTrust } from '../policy/trust-evaluator.ts';

/** A token that somebody may bring to the role. */
interface Visitor {
  readonly who: string;
  readonly subject: string;
  /** Default: that of the binding. */
  readonly audience?: string;
  /** untold: IAM is shown the very text that it is to let in, and cannot know better. */
  readonly expected: 'allowed' | 'denied' | 'untold';
  /** It bears the connection's name, and is another. */
  readonly isNamesake?: true;
}

/** What a trust says to one visitor. */
export interface Trial extends Visitor {
  /** uncertain: a statement that may allow or deny cannot be decided from a token. */
  readonly decision: 'allowed' | 'denied' | 'uncertain';
  /** The statement that decides, or cannot be decided; `null` where it is the lack of one. */
  readonly statement: number | null;
  readonly why: string;
  readonly isAsExpected: boolean;
}

/** Shows the trust to each visitor, with a token of the issuer of the binding. */
export function tryTrust(
  trust: PolicyDocument,
  { providerArn, issuer, audience: usual, conditions }: TrustBinding,
  visitors: readonly Visitor[],
): readonly Trial[] {
  // What the grant itself asks for, such as an address, no token tells: who meets it is asked of the rest alone.
  const asked = withoutAskedConditions(trust, conditions);
  return visitors.map((visitor) => {
    const { subject, audience = usual, expected } = visitor;
    const verdict = evaluateTrust(asked, { providerArn, issuer, audience, subject });
    const { decision, statement = null } = verdict;
    if (verdict.decision === 'denied')
      return { ...visitor, decision, statement, why: verdict.reason, isAsExpected: expected !== 'allowed' };
    const { doubt } = verdict;
    // What cannot be decided lets nobody in for certain, and keeps nobody out for certain.
    if (doubt)
      return {
        ...visitor,
        decision: 'uncertain',
        statement: doubt.statement,
        why: doubt.reason,
        isAsExpected: expected === 'untold',
      };
    const why = `statement ${verdict.statement + 1} allows it`;
    return { ...visitor, decision, statement, why, isAsExpected: expected !== 'denied' };
  });
}

/** Tokens of the same issuer that are not to get in, made after the connection's own. */
export function listImpostors(
  { issuer, subjects }: TrustBinding,
  profiles: readonly IssuerProfile[] = [],
): readonly Visitor[] {
  const [subject] = subjects;
  if (subject === undefined) return [];
  const impostors =
    findIssuerName(issuer, profiles) === 'entra' ? entraImpostors(subject) : namedImpostors(subject);
  return [
    ...impostors,
    { who: 'its own token, made out for another service', subject, audience: 'sts.amazonaws.com' },
  ].map((impostor) => ({ ...impostor, expected: 'denied' }));
}

/**
 * A connection that was deleted and made again under the same name. Subjects of vstoken are built of names: its tokens
 * carry the same text. Those of Entra end with the connection's id (azure-devops-docs, troubleshoot-workload-identity).
 */
export function makeNamesakeVisitors(
  { issuer, subjects }: TrustBinding,
  profiles: readonly IssuerProfile[] = [],
): readonly Visitor[] {
  const [subject] = subjects;
  if (subject === undefined) return [];
  const who = 'a recreated namesake';
  return findIssuerName(issuer, profiles) === 'entra'
    ? [{ who, subject: withOtherEnd(subject), expected: 'denied', isNamesake: true }]
    : [{ who, subject, expected: 'untold', isNamesake: true }];
}

/** The profiles that a configuration gives come before the table of issuers. */
function findIssuerName(issuer: string, profiles: readonly IssuerProfile[]): IssuerName | undefined {
  return profiles.find((profile) => profile.issuer === issuer)?.name ?? azureIssuer(issuer)?.kind;
}

const namedImpostors = (subject: string): readonly Omit<Visitor, 'expected'>[] => [
  { who: 'a connection with a longer name', subject: `${subject}-2` },
  {
    who: 'the name in another case',
    subject: subject === subject.toUpperCase() ? subject.toLowerCase() : subject.toUpperCase(),
  },
  { who: 'any pipeline of the project', subject: subject.replace(/^sc:/, 'p:') },
  // Tokens of another organization have another issuer; a renamed one keeps its own.
  {
    who: 'the organization under another name',
    subject: subject.replace(/^sc:\/\/[^/]+/, 'sc://somebody-else'),
  },
];

const SOMEBODY = '00000000-0000-4000-8000-000000000000';

const withOtherEnd = (subject: string) => subject.replace(/[^/]*$/, SOMEBODY);

const entraImpostors = (subject: string): readonly Omit<Visitor, 'expected'>[] => [
  { who: 'another connection', subject: withOtherEnd(subject) },
  {
    who: 'another organization',
    subject: subject.replace(/\/sc\/[^/]+\/([^/]+)$/, `/sc/${SOMEBODY}/$1`),
  },
];
