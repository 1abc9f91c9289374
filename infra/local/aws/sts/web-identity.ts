import { AssumeRoleWithWebIdentity$ } from '@aws-sdk/client-sts';
import type {
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
} from '@aws-sdk/client-sts';
import { providerArn } from '../../../../shared/domain/kernel/arn.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { evaluateTrust } from '../../../../shared/domain/policy/trust-evaluator.ts';
import { findRoleByArn, type FoundRole } from '../iam/role-store.ts';
import { stsUnsigned, type Call, type Operation } from '../protocol/operation.ts';
import { openSession } from './role-sessions.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { ProviderRecord } from '../state/state.ts';
import { claimedIssuer, verifyToken, type VerifiedToken } from './web-identity-token.ts';

const assumeRoleWithWebIdentity = stsUnsigned<
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse
>(AssumeRoleWithWebIdentity$, {
  async run(call, input) {
    const issuerUrl = claimedIssuer(input.WebIdentityToken ?? '');
    const provider = findProvider(call, issuerUrl);
    const token = await verifyToken(call, provider, input.WebIdentityToken ?? '');
    const found = findRoleByArn(call.world, input.RoleArn ?? '', call.asOf);
    if (found === undefined || !isTrusted(call, found, provider, token, input.RoleSessionName)) {
      throw new ServiceError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
    }
    const { audience, subject } = token;
    const attributes = { [`${provider.issuer}:aud`]: audience, [`${provider.issuer}:sub`]: subject };
    const federation = { provider: provider.arn, attributes };
    return {
      ...openSession(call, found.account, found.role, input, { federation }),
      SubjectFromWebIdentityToken: subject,
      Provider: provider.arn,
      Audience: audience,
    };
  },
});

/** Provider and role lie in one account. Issuers are compared as they are spelled. */
function findProvider({ account, asOf }: Call, issuerUrl: string): ProviderRecord {
  const provider = account.providers.list(asOf).find(({ issuer }) => `https://${issuer}` === issuerUrl);
  if (provider !== undefined) return provider;
  throw new ServiceError(
    'InvalidIdentityToken',
    `No OpenIDConnect provider found in your account for ${issuerUrl}`,
  );
}

/** What is not understood never lets anybody in: an Allow has to be certain. */
function isTrusted(
  call: Call,
  { account, role }: FoundRole,
  { issuer }: ProviderRecord,
  { audience, subject, originalAudience }: VerifiedToken,
  sessionName = '',
): boolean {
  const id = parseAccountId(account.id);
  if (id === undefined) return false;
  const decision = evaluateTrust(JSON.parse(role.trust) as PolicyDocument, {
    providerArn: providerArn(account.partition, id, issuer),
    issuer,
    audience,
    subject,
    extra: {
      ...(originalAudience === undefined ? {} : { [`${issuer}:oaud`]: originalAudience }),
      'sts:RoleSessionName': sessionName,
      'aws:CurrentTime': new Date(call.now).toISOString(),
      'aws:SourceIp': '127.0.0.1',
      ...Object.fromEntries(role.tags.map(({ key, value }) => [`aws:ResourceTag/${key}`, value])),
    },
  });
  return decision.decision === 'allowed' && decision.isCertain;
}

export const webIdentityOperations: readonly Operation[] = [assumeRoleWithWebIdentity];
