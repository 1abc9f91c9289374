import type { Severity } from '../kernel/severity.ts';
import type { TrustWeaknessCode } from '../policy/trust-weaknesses.ts';

export type LintCode =
  | TrustWeaknessCode
  /** The organization of the issuer, or in the subject, is none of ours. */
  | 'trust.organization-unknown'
  /** It names the issuer that Azure DevOps had before. */
  | 'trust.issuer-former'
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
    title: 'Any subject gets in',
    meaning:
      'Every token of the issuer satisfies the trust: with vstoken every service connection and every pipeline of the organization, with Entra everything that has an identity in the tenant. IAM does not refuse it: neither issuer is on its list of shared providers (IAM User Guide, secure by default).',
    fix: 'Add `StringEquals` on `<issuer>:sub` with the exact subject of the one service connection.',
  },
  'trust.subject-wildcard': {
    severity: 'high',
    worse: {
      severity: 'critical',
      when: 'the pattern reaches beyond one project, or with Entra covers a whole organization',
    },
    title: 'Subjects get in by pattern',
    meaning:
      'Whoever may create a service connection with a name that matches gets in. A `*` also stands for slashes, so that a pattern can reach further than it looks.',
    fix: 'Replace `StringLike` by `StringEquals` with the exact subjects; a list of them is fine.',
  },
  'trust.subject-ignores-case': {
    severity: 'medium',
    title: 'The subject is compared without regard to case',
    meaning: 'Names that differ in upper and lower case alone are different connections.',
    fix: 'Use `StringEquals` with the spelling that Azure DevOps has.',
  },
  'trust.subject-pipeline': {
    severity: 'high',
    title: 'A pipeline gets in, not a service connection',
    meaning:
      'A `p://` subject is of every run of a pipeline: none of the checks and approvals of a service connection applies.',
    fix: 'Make a service connection for it and trust its `sc://` subject.',
  },
  'trust.audience-missing': {
    severity: 'medium',
    worse: {
      severity: 'high',
      when: 'the issuer is Entra, which signs tokens for every application of the tenant',
    },
    title: 'Any audience gets in',
    meaning: 'The trust takes tokens for every audience that the provider accepts, now or later.',
    fix: 'Add `StringEquals` on `<issuer>:aud`.',
  },
  'trust.audience-wildcard': {
    severity: 'medium',
    worse: {
      severity: 'high',
      when: 'the issuer is Entra, which signs tokens for every application of the tenant',
    },
    title: 'Audiences get in by pattern',
    meaning: 'The trust takes tokens for every matching audience that the provider accepts, now or later.',
    fix: 'Use `StringEquals` on `<issuer>:aud` with the one audience.',
  },
  'trust.condition-if-exists': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'A token that lacks the claim gets in',
    meaning: '`...IfExists` holds for every token without the claim, so that the claim is no fence.',
    fix: 'Use the operator without `IfExists`.',
  },
  'trust.condition-for-all-values': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'A token without values gets in',
    meaning:
      '`ForAllValues:` holds for every token without the claim: of no values, all match (IAM User Guide, multivalued context keys).',
    fix: 'Use the operator without `ForAllValues:`; subject and audience are single values.',
  },
  'trust.condition-negated': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'The condition says who stays out, not who gets in',
    meaning: 'Everybody else gets in, and so does a token without the claim.',
    fix: 'Use `StringEquals` with those who are to get in.',
  },
  'trust.policy-variable': {
    severity: 'critical',
    milder: ofAudienceAlone,
    title: 'The value is computed from the request',
    meaning:
      'IAM replaces `${...}` by what the request holds; `${<issuer>:sub}` equals every subject (IAM User Guide, policy variables).',
    fix: 'Write the exact value.',
  },
  'trust.principal-foreign': {
    severity: 'medium',
    worse: { severity: 'critical', when: 'it is everybody' },
    title: 'Somebody else gets in as well',
    meaning:
      'Beside Azure DevOps the trust names another issuer, an account, a role, a user or a service. What they do looks like a deployment.',
    fix: 'Give each of them a role of its own, or remove it from the trust.',
  },
  'trust.not-principal': {
    severity: 'critical',
    title: 'The trust says who stays out, not who gets in',
    meaning: '`NotPrincipal` with `Allow` lets in everybody else, whatever will be there later.',
    fix: 'Use `Principal` with the one OIDC provider.',
  },
  'trust.action-broad': {
    severity: 'medium',
    title: 'More is allowed than to take the role',
    meaning: 'A token needs `sts:AssumeRoleWithWebIdentity` and nothing else.',
    fix: 'Allow `sts:AssumeRoleWithWebIdentity` alone.',
  },
  'trust.not-understood': {
    severity: 'high',
    title: 'A part of the trust is not understood',
    meaning: 'It may let in anybody: azfed cannot tell, so it does not call the trust tight.',
    fix: 'Write it in the plain form: one provider, `StringEquals` on `aud` and `sub`.',
  },
  'trust.organization-unknown': {
    severity: 'high',
    title: 'An organization that is not configured gets in',
    meaning:
      'The issuer or the subject belongs to an Azure DevOps organization that the configuration does not name.',
    fix: 'Add the organization under `organizations` if it is yours; otherwise remove the statement.',
  },
  'trust.issuer-former': {
    severity: 'medium',
    title: 'The trust names the former issuer of Azure DevOps',
    meaning:
      'app.vstoken.visualstudio.com signed for all organizations together before each had an issuer of its own. Azure DevOps issues no such tokens any more; whoever gets hold of the address could.',
    fix: 'Trust vstoken.dev.azure.com/<organization id> instead, and remove the statement.',
  },
  'provider.missing': {
    severity: 'medium',
    title: 'The trust names a provider that is not in the account',
    meaning: 'Nobody gets in now. Whoever creates the provider later opens the role without touching it.',
    fix: 'Remove the statement, or create the provider if the role is needed.',
  },
  'provider.organization-unknown': {
    severity: 'medium',
    title: 'The provider is of an organization that is not configured',
    meaning:
      'Roles of this account can be opened to an Azure DevOps organization that the configuration does not name.',
    fix: 'Add the organization under `organizations` if it is yours; otherwise delete the provider.',
  },
  'provider.issuer-former': {
    severity: 'medium',
    title: 'The provider is of the former issuer of Azure DevOps',
    meaning: 'Azure DevOps issues no tokens of app.vstoken.visualstudio.com any more.',
    fix: 'Delete it when no role names it.',
  },
  'provider.near-duplicate': {
    severity: 'medium',
    title: 'The provider is spelled otherwise than its issuer',
    meaning:
      'It differs in case or in a slash at the end. IAM takes it for another provider; no token is of it, and people mistake it for the right one.',
    fix: 'Delete it when no role names it.',
  },
  'provider.foreign-audience': {
    severity: 'medium',
    title: 'The provider accepts other audiences',
    meaning:
      "Tokens for something else than service connections get as far as the trusts of this account. Reported for the organization's own issuer; that of a tenant signs for many applications, whose audiences stand there rightly.",
    fix: 'Remove the audiences that no role of the account needs.',
  },
  'read.incomplete': {
    severity: 'high',
    title: 'Not everything could be read',
    meaning: 'What was not read may be loose: the result is partial.',
    fix: 'Fix what the message names (a permission, a throttled service) and run again.',
  },
};
