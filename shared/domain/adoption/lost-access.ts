import type { Json, Statement } from '../policy/policy-document.ts';
import { isObject, toList } from '../policy/policy-document.ts';
import { conditionEntries } from '../policy/statement-condition.ts';
import { determineReach } from '../policy/trust-reach.ts';
import { parseProviderIssuer } from '../policy/trust-document.ts';
import type { TrustChange } from './use-evidence.ts';
import { isRevoked, listRemoved } from './use-evidence.ts';

/**
 * Somebody whom the live trust may let in and the new one does not.
 *
 *     subject    tokens with exactly this subject
 *     pattern    tokens whose subject matches; `*`: any subject
 *     principal  a principal of AWS or of SAML, as the trust names it
 */
export interface LostAccess {
  readonly kind: 'subject' | 'pattern' | 'principal';
  readonly value: string;
  /** ARN of the provider that issues such tokens; left out of principals. */
  readonly provider?: string;
}

/** Everybody whom the change shuts out, as far as the trust tells. None: both trusts let in the same. */
export function listLostAccess(change: TrustChange): readonly LostAccess[] {
  const lost = listRemoved(change.live, change.next).flatMap((statement) => [
    ...listPrincipals(statement),
    ...listTokens(statement, change),
  ]);
  const byKey = new Map(lost.map((one) => [JSON.stringify(one), one]));
  return [...byKey.values()];
}

/** Principals that need no token of OIDC. */
function listPrincipals({ Principal: principal, NotPrincipal: others }: Statement): readonly LostAccess[] {
  if (others !== undefined) return [{ kind: 'principal', value: 'NotPrincipal' }];
  if (!isObject(principal)) return [{ kind: 'principal', value: JSON.stringify(principal) }];
  return Object.entries(principal).flatMap(([kind, members]) =>
    toList<Json>(members).flatMap((member) => {
      const isProvider = typeof member === 'string' && parseProviderIssuer(member) !== undefined;
      const value = typeof member === 'string' ? member : JSON.stringify(member);
      return kind === 'Federated' && isProvider ? [] : [{ kind: 'principal' as const, value }];
    }),
  );
}

function listTokens(statement: Statement, { live, next }: TrustChange): readonly LostAccess[] {
  const reach = determineReach(live, statement);
  const [provider = ''] = listProviders(statement);
  const isLost = (subject: string) =>
    listProviders(statement).some((one) =>
      isRevoked({ kind: 'token', provider: one, subject, audience: '' }, { live, next }),
    );
  // A pattern is spelled out as a value too, and as one it would be a subject that holds a wildcard.
  const patterns = reach.hasOtherSubjects ? listPatterns(statement, provider) : [];
  return [
    ...reach.subjects
      .filter((subject) => !patterns.includes(subject) && isLost(subject))
      .map((value) => ({ kind: 'subject' as const, value, provider })),
    ...patterns.map((value) => ({ kind: 'pattern' as const, value, provider })),
  ];
}

function listProviders({ Principal: principal }: Statement): readonly string[] {
  if (!isObject(principal)) return [];
  return toList<Json>(principal['Federated']).filter(
    (member): member is string => typeof member === 'string' && parseProviderIssuer(member) !== undefined,
  );
}

/** What the conditions ask of the subject; `*` where they ask nothing that can be told. */
function listPatterns(statement: Statement, provider: string): readonly string[] {
  const key = `${parseProviderIssuer(provider) ?? ''}:sub`.toLowerCase();
  const asked = conditionEntries(statement)
    .filter((entry) => entry.key === key)
    .flatMap(({ values = [] }) => values)
    .filter((value) => /[*?]/.test(value));
  return asked.length > 0 ? asked : ['*'];
}
