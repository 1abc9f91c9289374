import type { Severity } from '../kernel/severity.ts';
import type { TrustWeaknessCode } from '../policy/trust-weaknesses.ts';

export type LintCode =
  | TrustWeaknessCode
  /** The organization of the issuer, or in the subject, is none of ours. */
  | 'trust.organization-unknown'
  /** It names the issuer that Azure DevOps had before. */
  | 'trust.issuer-former'
  /** No token can satisfy it as it is written. */
  | 'trust.never-works'
  /** Nobody holds the subject now. */
  | 'trust.subject-orphan'
  /** A connection of another type than AWS holds it. */
  | 'trust.subject-other-type'
  | 'provider.missing'
  | 'provider.organization-unknown'
  | 'provider.issuer-former'
  | 'provider.near-duplicate'
  | 'provider.foreign-audience'
  | 'read.incomplete';

export interface LintRule {
  readonly severity: Severity;
  /** Where a case can be worse than its kind. */
  readonly worse?: { readonly severity: Severity; readonly when: string };
  /** Where a case is less than its kind. */
  readonly milder?: { readonly severity: Severity; readonly when: string };
  /** Begins the message of every case. */
  readonly title: string;
  /** What it means, in a sentence or two. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
}

const ofAudienceAlone = { severity: 'medium', when: 'it is about the audience alone' } as const;

/**
 * Everything that `azfed lint` reports, on roles and providers whoever made them. Codes are stable: people filter and
 * alarm on them. The reference page and the rules in SARIF are made from this catalogue.
 */
export const lintCatalogue: Readonly<Record<LintCode, LintRule>> = {
  'trust.subject-missing': {
    severity: 'critical',
    milder: {
      severity: 'low',
      when: "the trust asks for the audience of another application and for a session name, and the tenant is none of the configuration: a vendor's connector",
    },
    title: 'Any subject is accepted',
    meaning:
      'Every token of the issuer satisfies the trust: with vstoken, the tokens of every service connection and every pipeline of the organization; with Entra, the tokens of every identity in the tenant. IAM does not refuse such a trust, because neither issuer is on its list of shared providers (IAM User Guide, secure by default).',
    fix: 'Add `StringEquals` on `<issuer>:sub` with the exact subject of the one service connection.',
  },
  'trust.subject-wildcard': {
    severity: 'high',
    worse: {
      severity: 'critical',
      when: 'the pattern reaches beyond one project, or with Entra covers a whole organization',
    },
    title: 'A pattern of subjects is accepted',
    meaning:
      'Anybody who may create a service connection with a matching name can assume the role. A `*` also matches slashes, so a pattern can match more than its author expects.',
    fix: 'Replace `StringLike` by `StringEquals` with the exact subjects; a list of subjects is fine.',
  },
  'trust.subject-ignores-case': {
    severity: 'medium',
    title: 'The comparison of the subject ignores case',
    meaning: 'Names that differ only in case belong to different connections.',
    fix: 'Use `StringEquals` with the spelling of Azure DevOps.',
  },
  'trust.subject-pipeline': {
    severity: 'high',
    title: 'A pipeline is accepted, not a service connection',
    meaning:
      'A `p://` subject belongs to every run of a pipeline. None of the checks and approvals of a service connection applies to it.',
    fix: 'Create a service connection for the pipeline and trust its `sc://` subject.',
  },
  'trust.audience-missing': {
    severity: 'medium',
    worse: {
      severity: 'high',
      when: 'the issuer is Entra, which signs tokens for every application of the tenant',
    },
    title: 'Any audience is accepted',
    meaning: 'The trust accepts tokens for every audience that the provider accepts, now or later.',
    fix: 'Add `StringEquals` on `<issuer>:aud`.',
  },
  'trust.audience-wildcard': {
    severity: 'medium',
    worse: {
      severity: 'high',
      when: 'the issuer is Entra, which signs tokens for every application of the tenant',
    },
    title: 'A pattern of audiences is accepted',
    meaning: 'The trust accepts tokens for every matching audience that the provider accepts, now or later.',
    fix: 'Use `StringEquals` on `<issuer>:aud` with the one audience.',
  },
  'trust.condition-if-exists': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'A token without the claim is accepted',
    meaning: '`...IfExists` is true for every token without the claim, so the condition restricts nothing.',
    fix: 'Use the operator without `IfExists`.',
  },
  'trust.condition-for-all-values': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'A token without values is accepted',
    meaning:
      '`ForAllValues:` is true for every token without the claim, because an empty set of values always matches (IAM User Guide, multivalued context keys).',
    fix: 'Use the operator without `ForAllValues:`; subject and audience are single values.',
  },
  'trust.condition-negated': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'The condition names who is denied, not who is accepted',
    meaning: 'Everybody else is accepted, and so is a token without the claim.',
    fix: 'Use `StringEquals` with the accepted values.',
  },
  'trust.policy-variable': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'The value comes from the request',
    meaning:
      'IAM replaces `${...}` by a value of the request; `${<issuer>:sub}` equals every subject (IAM User Guide, policy variables).',
    fix: 'Write the exact value.',
  },
  'trust.principal-foreign': {
    severity: 'medium',
    worse: { severity: 'critical', when: 'it is everybody' },
    title: 'Another principal is accepted as well',
    meaning:
      'Besides Azure DevOps, the trust names another issuer, an account, a role, a user or a service. Its actions look like a deployment.',
    fix: 'Give each principal its own role, or remove it from the trust.',
  },
  'trust.not-principal': {
    severity: 'critical',
    title: 'The trust names who is denied, not who is accepted',
    meaning: '`NotPrincipal` with `Allow` accepts everybody else, including future principals.',
    fix: 'Use `Principal` with the one OIDC provider.',
  },
  'trust.action-broad': {
    severity: 'medium',
    title: 'The trust allows more than to assume the role',
    meaning: 'A token needs `sts:AssumeRoleWithWebIdentity` and nothing else.',
    fix: 'Allow only `sts:AssumeRoleWithWebIdentity`.',
  },
  'trust.not-understood': {
    severity: 'high',
    title: 'azfed cannot interpret a part of the trust',
    meaning: 'That part may accept anybody, so azfed does not call the trust tight.',
    fix: 'Write the trust in the plain form: one provider, `StringEquals` on `aud` and `sub`.',
  },
  'trust.organization-unknown': {
    severity: 'high',
    title: 'An organization outside the configuration is accepted',
    meaning:
      'The issuer or the subject belongs to an Azure DevOps organization that the configuration does not name.',
    fix: 'Add the organization under `organizations` if it is yours; otherwise remove the statement.',
  },
  'trust.issuer-former': {
    severity: 'medium',
    title: 'The trust names the former issuer of Azure DevOps',
    meaning:
      'app.vstoken.visualstudio.com signed for all organizations before each one had its own issuer. Azure DevOps no longer issues such tokens, but a later owner of the address could.',
    fix: 'Trust vstoken.dev.azure.com/<organization id> instead, and remove the statement.',
  },
  'trust.never-works': {
    severity: 'medium',
    title: 'No token satisfies this part of the trust',
    meaning:
      'The part has never let a pipeline in, whatever its author meant, so nobody misses what it denies. The message names the reason, and the evidence holds its code. Adoption by azfed lets a connection in for the first time, so it widens access and needs a decision of its own.',
    fix: 'Remove the part if the role works without it. If the connection needs the role, write the trust in the plain form, or let azfed write it after you have confirmed that the connection may have these permissions.',
  },
  'trust.subject-orphan': {
    severity: 'high',
    milder: {
      severity: 'low',
      when: 'the subject holds the id of a connection that is deleted: an id is never given again',
    },
    title: 'No connection has the subject that the trust accepts',
    meaning:
      'Whoever creates a service connection of this name, of whatever type, or renames one to it, can assume the role. azfed reports this only where it has read the organization, and the project if there is one, to the end.',
    fix: 'Remove the subject from the trust, or delete the role if nothing else uses it.',
  },
  'trust.subject-other-type': {
    severity: 'medium',
    title: 'A connection of another type than AWS can assume the role',
    meaning:
      'Every connection can obtain tokens, and AWS cannot distinguish the types. Where the task takes the ARN of the role as an input, this is intended. Where it is not, the name has passed from an AWS connection to another one. The conversion of an Azure Resource Manager connection to the issuer of Entra changes issuer, subject and audience, so the role would then refuse it.',
    fix: 'If it is intended, name connection and role in a grant with `type: any`. Otherwise remove the subject from the trust.',
  },
  'provider.missing': {
    severity: 'medium',
    title: 'The trust names a provider that is not in the account',
    meaning:
      'Nobody can assume the role now. Anybody who creates the provider later opens the role without a change to it.',
    fix: 'Remove the statement, or create the provider if the role is needed.',
  },
  'provider.organization-unknown': {
    severity: 'medium',
    title: 'The provider belongs to an organization outside the configuration',
    meaning:
      'Somebody can open roles of this account to an Azure DevOps organization that the configuration does not name.',
    fix: 'Add the organization under `organizations` if it is yours; otherwise delete the provider.',
  },
  'provider.issuer-former': {
    severity: 'medium',
    title: 'The provider belongs to the former issuer of Azure DevOps',
    meaning: 'Azure DevOps no longer issues tokens of app.vstoken.visualstudio.com.',
    fix: 'Delete the provider when no role names it.',
  },
  'provider.near-duplicate': {
    severity: 'medium',
    title: 'The spelling of the provider differs from its issuer',
    meaning:
      'The URL differs in case or in a trailing slash, so IAM treats it as another provider. No token belongs to it, and people confuse it with the right one.',
    fix: 'Delete the provider when no role names it.',
  },
  'provider.foreign-audience': {
    severity: 'medium',
    title: 'The provider accepts other audiences',
    meaning:
      "Tokens for other purposes than service connections reach the trusts of this account. azfed reports this only for the organization's own issuer; the issuer of a tenant signs for many applications, whose audiences belong there.",
    fix: 'Remove the audiences that no role of the account needs.',
  },
  'read.incomplete': {
    severity: 'high',
    title: 'azfed could not read everything',
    meaning: 'What azfed did not read may be loose, so the result is partial.',
    fix: 'Fix the cause that the message names (a permission, a throttled service), and run again.',
  },
};
