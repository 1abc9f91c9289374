import { readIssuer } from '../kernel/arn.ts';
import { azureIssuer } from '../issuers/azure-issuer.ts';
import { ANY_OTHER } from './condition-operators.ts';
import { isDeletedPrincipal } from './gone-principals.ts';
import {
  isObject,
  listFederated,
  listMembers,
  toList,
  type PolicyDocument,
  type Statement,
} from './policy-document.ts';
import { conditionEntries } from './statement-condition.ts';
import { evaluateTrust, type WebIdentityRequest } from './trust-evaluator.ts';

/** Whom a statement that allows lets in, past the Deny statements beside it. */
export interface TrustReach {
  /** Somebody may get in: a token, or a principal of AWS. */
  readonly isSatisfiable: boolean;
  /** A token may get in whose subject no condition spells out, or that has none. */
  readonly hasOtherSubjects: boolean;
  /** A token may get in whose audience no condition spells out, or that has none. */
  readonly hasOtherAudiences: boolean;
  /** Those of the subjects spelled out that may get in. */
  readonly subjects: readonly string[];
  /** Those of the audiences spelled out whose tokens may get in. */
  readonly audiences: readonly string[];
}

/** What a token says of one claim; `undefined`: nothing. */
type ClaimValue = string | undefined;

/**
 * Asks the evaluator. Of all tokens that the providers of the statement may issue, it is shown one for each value that
 * a condition spells out, one for every other value, and one without the claim, so that nothing is left out: an operator
 * cannot tell two values apart that the policy does not spell out, unless by a pattern, and a pattern answers "perhaps".
 */
export function determineReach(document: PolicyDocument, statement: Statement): TrustReach {
  const { Statement: all, ...rest } = document;
  const denials = toList<Statement>(all).filter(({ Effect: effect }) => effect === 'Deny');
  const relevant = { ...rest, Statement: [statement, ...denials] };
  const admitted = listNamedIssuers(statement).flatMap(({ arn, issuer }) => {
    const [audiences, subjects] = (['aud', 'sub'] as const).map((claim) =>
      listClaimValues(relevant.Statement, `${issuer}:${claim}`),
    );
    const around = describeTokens(relevant, issuer);
    return (audiences ?? []).flatMap((audience) =>
      (subjects ?? []).flatMap((subject) => {
        const request = {
          providerArn: arn,
          issuer,
          ...around,
          ...given({ audience, subject }),
        };
        return evaluateTrust(relevant, request).decision === 'allowed' ? [{ audience, subject }] : [];
      }),
    );
  });
  return {
    isSatisfiable: admitted.length > 0 || hasOtherPrincipals(statement),
    hasOtherSubjects: admitted.some(({ subject }) => isOther(subject)),
    hasOtherAudiences: admitted.some(({ audience }) => isOther(audience)),
    subjects: [...new Set(admitted.flatMap(({ subject }) => (isOther(subject) ? [] : subject)))],
    audiences: [...new Set(admitted.flatMap(({ audience }) => (isOther(audience) ? [] : audience)))],
  };
}

const isOther = (value: ClaimValue): value is undefined | typeof ANY_OTHER =>
  value === undefined || value === ANY_OTHER;

const given = ({ audience, subject }: { readonly audience: ClaimValue; readonly subject: ClaimValue }) => ({
  ...(audience === undefined ? {} : { audience }),
  ...(subject === undefined ? {} : { subject }),
});

/** What tokens of an issuer may hold beside audience and subject, as far as conditions can ask for it. */
export function describeTokens(
  { Statement: statements }: PolicyDocument,
  issuer: string,
): Pick<WebIdentityRequest, 'unspecified' | 'carriesTags'> {
  return {
    unspecified: unspecifiedKeys(toList<Statement>(statements), issuer),
    // Tokens of Azure DevOps' own issuer carry none of the claims that STS makes tags of.
    carriesTags: azureIssuer(issuer)?.kind !== 'vstoken',
  };
}

/**
 * Keys of the issuer that its tokens may hold beside `aud` and `sub`. Those of Azure DevOps and Entra are known (Service
 * Authorization Reference, STS); other issuers may have keys of their own.
 */
function unspecifiedKeys(statements: readonly Statement[], issuer: string): readonly string[] {
  if (azureIssuer(issuer)) return ['amr', 'email', 'oaud'].map((claim) => `${issuer}:${claim}`);
  const [prefix, own] = [`${issuer}:`.toLowerCase(), /:(?:aud|sub)$/];
  const keys = statements.flatMap(conditionEntries).map(({ key }) => key);
  return keys.filter((key) => key.startsWith(prefix) && !own.test(key));
}

/** Everything that conditions say of a key, and what they do not. */
function listClaimValues(statements: readonly Statement[], key: string): readonly ClaimValue[] {
  const named = statements
    .flatMap(conditionEntries)
    .filter((entry) => entry.key === key.toLowerCase())
    .flatMap(({ values = [] }) => values);
  return [...new Set(named), ANY_OTHER, undefined];
}

interface NamedIssuer {
  readonly arn: string;
  readonly issuer: string;
}

/** Stands for every issuer that no policy names. */
export const SOMEBODY: NamedIssuer = {
  arn: 'arn:aws:iam::000000000000:oidc-provider/issuer.example.com',
  issuer: 'issuer.example.com',
};

/** The issuers whose tokens the principals may let in; where they are everybody, those of which conditions speak too. */
export function listNamedIssuers(statement: Statement): readonly NamedIssuer[] {
  const { Principal: principal, NotPrincipal: others } = statement;
  if (isObject(principal) && others === undefined) {
    const named = listFederated(principal).map(toNamedIssuer);
    const isUnclear = ({ arn }: NamedIssuer) => /[*?]|\$\{/.test(arn);
    const isEverybody = toList(principal['AWS']).includes('*') || named.length === 0 || named.some(isUnclear);
    return isEverybody ? [...named, ...issuersInConditions(statement), SOMEBODY] : named;
  }
  return [...issuersInConditions(statement), SOMEBODY];
}

/** A member that is no provider's ARN is the issuer itself, such as `accounts.google.com`. */
const toNamedIssuer = (member: string): NamedIssuer => ({
  arn: member,
  issuer: readIssuer(member),
});

function issuersInConditions(statement: Statement): readonly NamedIssuer[] {
  const issuers = conditionEntries(statement).flatMap(
    ({ key }) => /^(.*\..*):(?:aud|sub)$/.exec(key)?.[1] ?? [],
  );
  return [...new Set(issuers)].map((issuer) => ({
    arn: `arn:aws:iam::000000000000:oidc-provider/${issuer}`,
    issuer,
  }));
}

/** Whether somebody comes in without a token: roles, users, services. Conditions are left aside. */
function hasOtherPrincipals({ Principal: principal, NotPrincipal: others }: Statement): boolean {
  if (!isObject(principal)) return principal !== undefined || others !== undefined;
  return listMembers(principal).some(({ kind, member }) => {
    if (typeof member !== 'string') return true;
    if (kind === 'AWS') return !isDeletedPrincipal(member);
    return kind !== 'Federated' || member.includes(':saml-provider/');
  });
}
