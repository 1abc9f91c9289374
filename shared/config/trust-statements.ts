import type { TrustTerms } from '../domain/configuration/configuration.ts';
import type { IssuerClassifier } from '../domain/issuers/azure-issuer.ts';
import { parseJson } from '../domain/kernel/json.ts';
import type { Json, JsonObject, Statement } from '../domain/policy/policy-document.ts';
import { isList, isObject, toList, parsePolicy, renderPolicy } from '../domain/policy/policy-document.ts';
import { grammarProblems } from '../domain/policy/policy-grammar.ts';
import { renderPath, type Complaint, type FieldPath } from './field.ts';
import { problemOfPolicyPath, type ReadFile } from './inline-policies.ts';
import { listGrantAccounts } from './grant-checks.ts';
import type { GrantOutline } from './outline.ts';
import { listIf } from '../domain/kernel/group-by.ts';

/** What is in the trust of a grant's roles beside azfed's own statement, and what is wrong with it. */
interface TrustReading {
  readonly terms: TrustTerms;
  readonly complaints: readonly Complaint[];
}

interface Surroundings {
  readonly readFile: ReadFile;
  /** Knows the issuers of Azure DevOps and of Entra, and those that the configuration names. */
  readonly classify: IssuerClassifier;
}

/** Statements of one field, and where they stand. */
interface Source {
  readonly statements: readonly Statement[];
  readonly complaints: readonly Complaint[];
  readonly complain: (within: FieldPath, what: string, fix: string) => Complaint;
}

/** Reads the statements, from files too, and judges them. What has another shape is for the schema to refuse. */
export function readTrust(
  grant: GrantOutline,
  grantPath: FieldPath,
  { readFile, classify }: Surroundings,
): TrustReading {
  const { trust } = grant;
  const accounts = listGrantAccounts(grant);
  const path = [...grantPath, 'trust'];
  const { expectDeny: word } = trust;
  const allowed = readStatements(trust.statements as Json, [...path, 'statements'], readFile);
  const denied = readStatements(word as Json, [...path, 'expectDeny'], readFile);
  const conditions = isObject(trust.conditions as Json) ? (trust.conditions as JsonObject) : {};
  const isWord = word === undefined || word === 'any' || word === 'none';
  return {
    terms: {
      statements: allowed.statements,
      conditions,
      expectDeny: isWord ? (word ?? 'none') : denied.statements,
    },
    complaints: [
      ...allowed.complaints,
      ...allowed.statements.flatMap((statement, index) =>
        [...checkAllowing(statement, classify), ...checkProviders(statement, accounts)].map(
          ({ within, what, fix }) => allowed.complain([index, ...within], what, fix),
        ),
      ),
      ...denied.complaints,
      ...denied.statements.flatMap(({ Effect: effect }, index) =>
        listIf(
          effect === 'Allow',
          denied.complain(
            [index, 'Effect'],
            'A statement of `expectDeny` allows.',
            'Put it under `statements`, or take it out.',
          ),
        ),
      ),
      ...checkConditions(conditions, [...path, 'conditions']),
    ],
  };
}

const nothing: Source = {
  statements: [],
  complaints: [],
  complain: (path, what, fix) => ({ path, at: 'value', what, fix }),
};

function readStatements(source: Json | undefined, path: FieldPath, readFile: ReadFile): Source {
  if (isList(source)) return readList(source, path);
  const file = isObject(source) ? source['file'] : undefined;
  if (typeof file !== 'string' || file === '') return nothing;
  const complain: Source['complain'] = (within, what, fix) => ({
    path: [...path, 'file'],
    at: 'value',
    what: `${file}: ${within.length === 0 ? '' : `${renderPath(['Statement', ...within])}: `}${what}`,
    fix,
  });
  const refusal = problemOfPolicyPath(file);
  const reading =
    refusal === undefined
      ? readFile(file)
      : { what: `It ${refusal}.`, fix: 'Files lie in the folder of the configuration or below it.' };
  if ('text' in reading) return judge(reading.text, complain);
  const fix = `${reading.fix} The path is relative to the configuration file.`;
  return { ...nothing, complaints: [complain([], reading.what, fix)] };
}

/** Members that are no statements are for the schema to refuse; they hide nothing of the others. */
function readList(source: readonly Json[], path: FieldPath): Source {
  const places = source.flatMap((member, index) => (isObject(member) ? [index] : []));
  return judge(JSON.stringify(source.filter(isObject)), ([place, ...within], what, fix) => ({
    path: [...path, ...(typeof place === 'number' ? [places[place] ?? place] : []), ...within],
    at: 'value',
    what,
    fix,
  }));
}

/** `text`: a list of statements, one statement, or a whole policy. */
function judge(text: string, complain: Source['complain']): Source {
  const value = parseJson(text) as Json | undefined;
  const isPolicy = isObject(value) && value['Statement'] !== undefined;
  const policy = isPolicy ? text : `{"Version":"2012-10-17","Statement":${text}}`;
  const parsed = parsePolicy(value === undefined ? text : policy);
  if (!parsed.readable)
    return {
      ...nothing,
      complaints: [complain([], `It is not a trust policy: ${parsed.reason}.`, 'Correct the file.')],
    };
  const statements = toList<Statement>(parsed.document.Statement);
  if (statements.length === 0) return nothing;
  const document = { ...parsed.document, Statement: statements };
  // policyDocumentType, IAM service model: Latin-1 without controls.
  const strange = listIf(
    !/^[\u0020-\u00ff]*$/.test(renderPolicy(document)),
    complain([], 'It holds characters that IAM does not take.', 'Use Latin letters and plain punctuation.'),
  );
  const problems = grammarProblems('trust', document).map(({ path: [, ...within], says, fix }) =>
    complain(within, `IAM takes no such statement: ${says}`, fix),
  );
  return { statements, complaints: [...strange, ...problems], complain };
}

interface Found {
  readonly within: FieldPath;
  readonly what: string;
  readonly fix: string;
}

const object = (within: FieldPath, what: string, fix: string): readonly Found[] => [{ within, what, fix }];

/** Who may come in beside the connections: named one by one, and never by tokens that are azfed's own to let in. */
function checkAllowing(statement: Statement, classify: IssuerClassifier): readonly Found[] {
  const { Effect: effect, Principal: principal, NotPrincipal: others } = statement;
  if (effect === 'Deny')
    return object(
      ['Effect'],
      'A statement of `statements` denies.',
      'Put it under `expectDeny`: azfed keeps it, and never takes it for drift.',
    );
  if (others !== undefined)
    return object(
      ['NotPrincipal'],
      'NotPrincipal lets in everybody else.',
      'Name those who are to come in, in Principal.',
    );
  if (principal === undefined) return [];
  if (!isObject(principal)) return [refusePrincipal(['Principal'], principal)];
  return Object.entries(principal).flatMap(([kind, value]) =>
    toList<Json>(value).flatMap((name) => checkPrincipal(kind, name, classify)),
  );
}

const nameThem = 'Name those who are to come in: roles, accounts, services or a provider.';

function refusePrincipal(within: FieldPath, value: Json): Found {
  const what =
    typeof value === 'string' && /[*?]/.test(value)
      ? `${value} lets in everybody, or more than can be seen.`
      : 'IAM takes no such principal.';
  return { within, what, fix: nameThem };
}

/** IAM User Guide, principal element. Ids are how IAM shows a principal that was deleted. */
const principalForms: Readonly<Record<string, RegExp>> = {
  AWS: /^(?:\d{12}|\{account\}|A[A-Z]{3}[A-Z0-9]{12,}|arn:[a-z{}-]+:(?:iam|sts)::(?:\d{12}|\{account\}):(?:root|(?:user|role|assumed-role|federated-user)\/\S+))$/,
  Service: /^[a-z0-9.-]+\.[a-z.]+$/,
  Federated:
    /^(?:[a-z0-9.-]+\.[a-z]+(?:\/\S*)?|arn:[a-z{}-]+:iam::(?:\d{12}|\{account\}):(?:oidc-provider|saml-provider)\/\S+)$/i,
};

function checkPrincipal(kind: string, name: Json, classify: IssuerClassifier): readonly Found[] {
  const within = ['Principal', kind];
  const form = principalForms[kind];
  if (typeof name !== 'string' || !form?.test(name) || /[*?]/.test(name))
    return [refusePrincipal(within, name)];
  const issuer = kind === 'Federated' ? name.replace(/^.*:oidc-provider\//i, '') : '';
  if (issuer === '' || !classify(issuer)) return [];
  return object(
    within,
    `${issuer} signs tokens for Azure DevOps: whom they let in is said by connections alone.`,
    'Take the statement out, and grant the connections that it is meant for.',
  );
}

/** A provider lets nobody into roles of another account (IAM User Guide, roles for web identities). */
function checkProviders({ Principal: principal }: Statement, accounts: readonly string[]): readonly Found[] {
  const named = isObject(principal) ? toList<Json>(principal['Federated'] ?? []) : [];
  return named.flatMap((arn) => {
    const [, account] = /^arn:[^:]+:iam::(\d{12}):/.exec(typeof arn === 'string' ? arn : '') ?? [];
    const other = accounts.find((id) => id !== account);
    return listIf(account !== undefined && other !== undefined, {
      within: ['Principal', 'Federated'],
      what: `The provider lies in account ${account}, but the grant has roles in ${other} too.`,
      fix: 'Write {account} in place of the id: a provider lets nobody into roles of another account.',
    });
  });
}

/** They add to azfed's own statement, and can only keep more tokens out. */
function checkConditions(conditions: JsonObject, path: FieldPath): readonly Complaint[] {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: 'issuer' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: conditions,
  };
  const problems = grammarProblems('trust', { Version: '2012-10-17', Statement: statement });
  const own = Object.entries(conditions).flatMap(([operator, block]) =>
    isObject(block)
      ? Object.keys(block)
          .filter((key) => /:(?:aud|sub)$/i.test(key))
          .map((key) => [operator, key] as const)
      : [],
  );
  return [
    ...problems.map(({ path: [, , ...within], says, fix }) => ({
      path: [...path, ...within],
      at: 'key' as const,
      what: `IAM takes no such condition: ${says}`,
      fix,
    })),
    ...own.map((within) => ({
      path: [...path, ...within],
      at: 'key' as const,
      what: `${within[1]} is said by azfed itself: the audience, and the subjects of the connections.`,
      fix: 'Take it out; who gets in is said by `connections` or `roles`.',
    })),
  ];
}
