import {
  DisableOutboundWebIdentityFederation$,
  EnableOutboundWebIdentityFederation$,
  GetOutboundWebIdentityFederationInfo$,
  type EnableOutboundWebIdentityFederationResponse,
  type GetOutboundWebIdentityFederationInfoResponse,
} from '@aws-sdk/client-iam';
import { GetWebIdentityToken$ } from '@aws-sdk/client-sts';
import type { GetWebIdentityTokenRequest, GetWebIdentityTokenResponse } from '@aws-sdk/client-sts';
import type { JWTPayload } from 'jose';
import { principalArn } from '../protocol/caller.ts';
import {
  anything,
  iamRead,
  iamWrite,
  stsSession,
  type Call,
  type Operation,
  type Target,
} from '../protocol/operation.ts';
import { authorize } from '../iam/authorization.ts';
import { requestTags } from '../iam/role-store.ts';
import { outboundIssuerUrl } from './outbound-issuer.ts';
import type { OutboundKeys } from './outbound-keys.ts';
import { ServiceError } from '../protocol/service-error.ts';

const DEFAULT_SECONDS = 300;

function enabledIssuer(
  { account }: Call,
  code: 'FeatureDisabled' | 'OutboundWebIdentityFederationDisabledException',
) {
  if (account.outboundIssuer !== undefined) return outboundIssuerUrl(account.outboundIssuer);
  throw new ServiceError(code, 'Outbound web identity federation is not enabled for this account.');
}

const enable = iamWrite<object, EnableOutboundWebIdentityFederationResponse>(
  EnableOutboundWebIdentityFederation$,
  {
    target: anything,
    run({ account, world }) {
      if (account.outboundIssuer !== undefined) {
        throw new ServiceError('FeatureEnabled', 'Outbound web identity federation is already enabled.');
      }
      account.outboundIssuer = world.ids.nextGuid();
      return { IssuerIdentifier: outboundIssuerUrl(account.outboundIssuer) };
    },
  },
);

const disable = iamWrite(DisableOutboundWebIdentityFederation$, {
  target: anything,
  run(call) {
    enabledIssuer(call, 'FeatureDisabled');
    call.account.outboundIssuer = undefined;
    return undefined;
  },
});

const info = iamRead<object, GetOutboundWebIdentityFederationInfoResponse>(
  GetOutboundWebIdentityFederationInfo$,
  {
    target: anything,
    run: (call) => ({ IssuerIdentifier: enabledIssuer(call, 'FeatureDisabled'), JwtVendingEnabled: true }),
  },
);

/** One audience is a text, several are a list (IAM User Guide, claims of web identity tokens; RFC 7519, 4.1.3). */
function toAudience(audiences: readonly string[] = []): string | string[] {
  const [only, another] = audiences;
  return only !== undefined && another === undefined ? only : [...audiences];
}

/** The subject is the role, not the session. */
function buildClaims(call: Call, input: GetWebIdentityTokenRequest, seconds: number): JWTPayload {
  const { caller, account, now, world } = call;
  const issuedAt = Math.floor(now / 1000);
  const tags = Object.fromEntries(
    (input.Tags ?? []).map(({ Key: key = '', Value: value = '' }) => [key, value]),
  );
  return {
    iss: enabledIssuer(call, 'OutboundWebIdentityFederationDisabledException'),
    aud: toAudience(input.Audience),
    sub: caller === undefined ? '' : principalArn(caller),
    iat: issuedAt,
    exp: issuedAt + seconds,
    jti: world.ids.nextGuid(),
    'https://sts.amazonaws.com/': { aws_account: account.id, source_region: 'us-east-1', request_tags: tags },
  };
}

/** A token may not outlive the session that asks for it. */
function checkOutlives({ caller, now }: Call, seconds: number): void {
  if (caller?.kind !== 'session' || now + seconds * 1000 <= caller.session.expiresAt) return;
  throw new ServiceError(
    'SessionDurationEscalationException',
    'The requested token duration exceeds the remaining duration of the session.',
  );
}

/** Condition keys of the Service Authorization Reference; a token with tags needs sts:TagGetWebIdentityToken beside its own right. */
function describeToken(input: GetWebIdentityTokenRequest): Target {
  return {
    resource: '*',
    context: {
      'sts:IdentityTokenAudience': input.Audience ?? [],
      'sts:SigningAlgorithm': [input.SigningAlgorithm ?? ''],
      'sts:DurationSeconds': [String(input.DurationSeconds ?? DEFAULT_SECONDS)],
      ...requestTags(input.Tags),
    },
  };
}

export function outboundOperations(keys: OutboundKeys): readonly Operation[] {
  const getWebIdentityToken = stsSession<GetWebIdentityTokenRequest, GetWebIdentityTokenResponse>(
    GetWebIdentityToken$,
    {
      target: (_call, input) => describeToken(input),
      async run(call, input) {
        const { DurationSeconds: seconds = DEFAULT_SECONDS, Tags: tags = [] } = input;
        if (input.SigningAlgorithm !== 'RS256')
          throw new ServiceError('ValidationError', 'This cloud signs with RS256 only.');
        if (call.caller !== undefined && tags.length > 0)
          authorize(call.caller, 'sts:TagGetWebIdentityToken', describeToken(input), call.now, call.asOf);
        checkOutlives(call, seconds);
        const claims = buildClaims(call, input, seconds);
        return { WebIdentityToken: await keys.sign(claims), Expiration: new Date((claims.exp ?? 0) * 1000) };
      },
    },
  );
  return [enable, disable, info, getWebIdentityToken];
}
