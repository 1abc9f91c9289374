import { providerArn } from '../../shared/domain/kernel/arn.ts';
import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import { vstokenProfile } from '../../shared/domain/issuers/issuer.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import { contoso, fabrikam } from '../builders/configuration.ts';

export const projectNames = ['P1', 'P2', 'Q'] as const;
export const connectionNames = ['a', 'b', 'c', 'd'] as const;
const IMPOSTORS = ['p://contoso/P1/a', 'sc://fabrikam/P1/a', 'sc://contoso/Stranger/any'];

/** What the organization may call itself. */
export const organizationNames = ['contoso', 'contoso-new'] as const;
const subjects = projectNames.flatMap((project) =>
  connectionNames.map((name) => `sc://contoso/${project}/${name}`),
);
const renamed = subjects.map((subject) => subject.replace('contoso', organizationNames[1]));
/** Names that begin alike, or are spelled alike: who compares loosely lets them in. */
const alike = subjects.flatMap((subject) => [`${subject}2`, subject.replace('contoso/P', 'contoso/p')]);
const probes = [...new Set([...subjects, ...renamed, ...alike, ...IMPOSTORS])];

/** Nobody changes a document in place, and each lies in one account; many are alike. */
const byDocument = new WeakMap<PolicyDocument, ReadonlySet<string>>();
const byText = new Map<string, ReadonlySet<string>>();

/**
 * Who of the probes comes in with this trust: subjects of our tokens, and anything that no token of ours is
 * (another audience, another issuer) under a name of its own.
 */
export function admitted(trust: PolicyDocument, account: AccountId): ReadonlySet<string> {
  const known = byDocument.get(trust);
  if (known) return known;
  const text = account + JSON.stringify(trust);
  const all = byText.get(text) ?? evaluated(trust, account);
  byText.set(text, all);
  byDocument.set(trust, all);
  return all;
}

function evaluated(trust: PolicyDocument, account: AccountId): ReadonlySet<string> {
  const { issuer, audience } = vstokenProfile(contoso.id);
  const token = { providerArn: providerArn('aws', account, issuer), issuer, audience };
  const other = vstokenProfile(fabrikam.id);
  const foreign = { ...token, issuer: other.issuer, providerArn: providerArn('aws', account, other.issuer) };
  const admitsSubject = (request: Omit<Parameters<typeof evaluateTrust>[1], 'subject'>, subject: string) =>
    evaluateTrust(trust, { ...request, subject }).decision === 'allowed';
  return new Set([
    ...probes.filter((subject) => admitsSubject(token, subject)),
    ...probes
      .filter((subject) => admitsSubject({ ...token, audience: 'api://other' }, subject))
      .map((s) => `${s} for another audience`),
    ...probes.filter((subject) => admitsSubject(foreign, subject)).map((s) => `${s} of another issuer`),
  ]);
}

/** Members of the first that are not in the second. */
export function beyond(all: Iterable<string>, those: ReadonlySet<string>): readonly string[] {
  return [...all].filter((one) => !those.has(one));
}
