import { makeClassifier, parseTenant, type AzureIssuer } from '../issuers/azure-issuer.ts';
import type { IssuerProfile } from '../issuers/issuer.ts';
import type { AccountObservation, ObservedRole } from '../iam/role.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import { azureProviders, isAzureEntry } from '../policy/azure-entries.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import {
  isObject,
  listFederated,
  toList,
  type PolicyDocument,
  type Statement,
} from '../policy/policy-document.ts';
import { conditionEntries } from '../policy/statement-condition.ts';
import { judgedStatements } from '../policy/trust-evaluator.ts';
import { judgeLiveness, type DeadEntry, type LivenessFacts } from '../policy/trust-liveness.ts';
import { determineReach } from '../policy/trust-reach.ts';
import type { EntryHolder, HolderDirectory, NamedSubject } from './holders.ts';

/** One way into a role: a subject that its trust accepts, and who holds tokens with it. */
export interface TrustEntry extends NamedSubject {
  readonly account: AccountId;
  readonly roleArn: RoleArn;
  /** Place in the trust, from 0. */
  readonly statement: number;
  readonly providerArn: string;
  readonly issuer: AzureIssuer['kind'];
  readonly holder: EntryHolder;
}

/**
 * Every way into the role through Azure DevOps or Entra, joined with the connections that were read. A Deny beside it
 * counts where it surely applies. Empty for a role that trusts neither.
 */
export function listEntries(
  role: Pick<ObservedRole, 'account' | 'arn' | 'trust'>,
  facts: LivenessFacts,
  holders: HolderDirectory,
): readonly TrustEntry[] {
  const { trust } = role;
  const { dead } = judgeLiveness(trust, facts);
  return judgedStatements(trust).flatMap((statement, index) => {
    if (statement.Effect !== 'Allow') return [];
    return listProviders(statement, facts).flatMap(({ arn, issuer }) => {
      const own = dead.filter((one) => one.statement === index && one.providerArn === arn);
      if (own.length === 0 && !isAzureEntry(trust, statement, facts.classify)) return [];
      const { NotPrincipal: _, ...others } = statement;
      const alone = { ...others, Principal: { Federated: arn } };
      return listSubjects(trust, alone, issuer, own).map((named) => ({
        account: role.account,
        roleArn: role.arn,
        statement: index,
        providerArn: arn,
        issuer: issuer.kind,
        ...named,
        holder: resolveHolder(named, issuer, own, holders),
      }));
    });
  });
}

/** A statement for everybody, or for everybody but some, lets in the tokens of every provider of the account. */
function listProviders(
  statement: Statement,
  { providers = [], classify }: LivenessFacts,
): ReturnType<typeof azureProviders> {
  const { Principal: principal, NotPrincipal: others } = statement;
  const isForEverybody =
    others !== undefined ||
    principal === '*' ||
    (isObject(principal) && toList(principal['AWS']).includes('*'));
  const excepted = listFederated(others);
  const rest = isForEverybody ? providers.filter((arn) => !excepted.includes(arn)) : [];
  const all = [...new Set([...listFederated(principal), ...rest])];
  return azureProviders({ Principal: { Federated: all } }, classify);
}

/** What the trusts of an account are held against. */
export function describeProviders(
  { providers }: Pick<AccountObservation, 'providers'>,
  issuers: readonly IssuerProfile[],
): LivenessFacts {
  const read = providers.state === 'complete' ? providers.value : undefined;
  return {
    providers: read?.arns,
    listAudiences: (arn) => read?.ours.find((provider) => provider.arn === arn)?.audiences,
    classify: makeClassifier(issuers),
    tenants: issuers.flatMap(({ name, issuer }) => (name === 'entra' ? [parseTenant(issuer)] : [])),
  };
}

/** As written where nobody gets in; else those that may get in. */
function listSubjects(
  document: PolicyDocument,
  statement: Statement,
  issuer: AzureIssuer,
  dead: readonly DeadEntry[],
): readonly NamedSubject[] {
  const written = readSubjects(statement, issuer);
  const any: NamedSubject = { match: 'any', subject: '' };
  if (dead.some(({ isWhole }) => isWhole)) return written.length > 0 ? written : [any];
  const reach = determineReach(document, statement);
  if (!reach.hasOtherSubjects)
    return [...new Set(reach.subjects)].map((subject) => ({ match: 'exact', subject }));
  const wide = written.filter(({ match }) => match === 'pattern' || match === 'ignores-case');
  const exact = written.filter(({ match, subject }) => match === 'exact' && reach.subjects.includes(subject));
  return wide.length > 0 ? [...wide, ...exact] : [any];
}

/** What lines that ask for a subject spell out, each value once. */
function readSubjects(statement: Statement, { canonical }: AzureIssuer): readonly NamedSubject[] {
  const key = `${canonical}:sub`.toLowerCase();
  const lines = conditionEntries(statement);
  const own = lines.filter((line) => line.key === key);
  // A key without the organization is a mistake, and shows what was meant.
  const asked = own.length > 0 ? own : lines.filter((line) => line.key.endsWith(':sub'));
  const named = asked.flatMap(({ operator, values = [] }): NamedSubject[] => {
    const { base, isIfExists } = readOperatorName(operator);
    if (isIfExists || !/^String(?:Equals|EqualsIgnoreCase|Like)$/.test(base)) return [];
    return values.map((subject) => ({ match: classifyMatch(base, subject), subject }));
  });
  return [...new Map(named.map((one) => [`${one.match} ${one.subject}`, one])).values()];
}

function classifyMatch(base: string, subject: string): NamedSubject['match'] {
  if (base === 'StringEqualsIgnoreCase') return 'ignores-case';
  return base === 'StringLike' && /[*?]/.test(subject) ? 'pattern' : 'exact';
}

function resolveHolder(
  named: NamedSubject,
  { kind, organization }: AzureIssuer,
  dead: readonly DeadEntry[],
  holders: HolderDirectory,
): EntryHolder {
  const own = dead.find(({ value }) => value === named.subject) ?? dead.find(({ isWhole }) => isWhole);
  const found = (): EntryHolder => {
    if (kind === 'entra') return holders.findInEntra(named);
    return organization ? holders.findInOrganization(organization, named) : { state: 'outside' };
  };
  if (!own) return found();
  // Somebody may have given a connection a name that looks like a mistake.
  const isByName = own.reason === 'subject-id' || own.reason === 'subject-wildcard-literal';
  const holder = isByName ? found() : undefined;
  return holder?.state === 'connection' ? holder : { state: 'never-works', reason: own.reason };
}
