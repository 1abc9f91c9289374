import { providerArn } from '../../shared/domain/kernel/arn.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import { vstokenProfile } from '../../shared/domain/issuers/issuer.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import type { WebIdentityRequest } from '../../shared/domain/policy/trust-evaluator.ts';
import { contoso } from './configuration.ts';
import { ACCOUNT } from './domain-ids.ts';

/** The token that the organization's issuer mints for a subject, as STS sees it. */
export function token(subject: string, organization: Organization = contoso): WebIdentityRequest {
  const { issuer, audience } = vstokenProfile(organization.id);
  return { providerArn: providerArn('aws', ACCOUNT, issuer), issuer, audience, subject };
}

/** Whether a token of this subject comes in. */
export function admitsSubject(
  trust: PolicyDocument,
  subject: string,
  organization: Organization = contoso,
): boolean {
  return evaluateTrust(trust, token(subject, organization)).decision === 'allowed';
}
