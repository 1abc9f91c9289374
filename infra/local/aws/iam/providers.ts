import {
  AddClientIDToOpenIDConnectProvider$,
  CreateOpenIDConnectProvider$,
  DeleteOpenIDConnectProvider$,
  GetOpenIDConnectProvider$,
  ListOpenIDConnectProviders$,
  RemoveClientIDFromOpenIDConnectProvider$,
  TagOpenIDConnectProvider$,
  UntagOpenIDConnectProvider$,
  UpdateOpenIDConnectProviderThumbprint$,
  type AddClientIDToOpenIDConnectProviderRequest,
  type CreateOpenIDConnectProviderRequest,
  type CreateOpenIDConnectProviderResponse,
  type DeleteOpenIDConnectProviderRequest,
  type GetOpenIDConnectProviderRequest,
  type GetOpenIDConnectProviderResponse,
  type ListOpenIDConnectProvidersRequest,
  type ListOpenIDConnectProvidersResponse,
  type RemoveClientIDFromOpenIDConnectProviderRequest,
  type TagOpenIDConnectProviderRequest,
  type UntagOpenIDConnectProviderRequest,
  type UpdateOpenIDConnectProviderThumbprintRequest,
} from '@aws-sdk/client-iam';
import type { Call, Operation, Target } from '../protocol/operation.ts';
import { anything, iamRead, iamWrite } from '../protocol/operation.ts';
import type { OperationSchema } from '../protocol/query-codec.ts';
import { checkIssuerAnswers, checkThumbprints, parseIssuer, readThumbprint } from './provider-rules.ts';
import { checkQuota, fixedQuotas } from './quotas.ts';
import { requestTags, tagContext } from './role-store.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { ProviderRecord } from '../state/state.ts';
import { tagList, withTags, withoutTags } from './tags.ts';
import { iamArn } from '../state/world.ts';

const createProvider = iamWrite<CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse>(
  CreateOpenIDConnectProvider$,
  {
    target: (call, { Url = '', Tags }) => ({ resource: formatArn(call, Url), context: requestTags(Tags) }),
    async run(call, { Url = '', ClientIDList: clientIds = [], ThumbprintList: thumbprints = [], Tags }) {
      const issuer = parseIssuer(Url);
      checkThumbprints(thumbprints);
      checkQuota('ClientIdsPerOpenIdConnectProvider', clientIds.length, fixedQuotas.clientIds);
      if (thumbprints.length === 0) await checkIssuerAnswers(Url, call.settings.resolveIssuer);
      const provider: ProviderRecord = {
        arn: formatArn(call, Url),
        issuer,
        clientIds: [...new Set(clientIds)],
        thumbprints: thumbprints.length === 0 ? [readThumbprint(Url)] : thumbprints,
        createdAt: call.now,
        tags: withTags([], Tags),
      };
      addProvider(call, provider);
      return { OpenIDConnectProviderArn: provider.arn, Tags: tagList(provider.tags) };
    },
  },
);

function formatArn(call: Call, url: string): string {
  return iamArn(call.account, `oidc-provider/${url.replace('https://', '')}`);
}

function addProvider({ account, now }: Call, provider: ProviderRecord): void {
  if (account.providers.get(provider.arn) !== undefined) {
    throw new ServiceError(
      'EntityAlreadyExists',
      `Provider with url https://${provider.issuer} already exists.`,
    );
  }
  checkQuota('OpenIdConnectProvidersPerAccount', account.providers.size + 1, account.quotas.providers);
  account.providers.set(provider.arn, provider, now);
}

interface NamesProvider {
  OpenIDConnectProviderArn: string | undefined;
}

function onProvider({ account, asOf }: Call, { OpenIDConnectProviderArn: arn = '' }: NamesProvider): Target {
  const provider = account.providers.get(arn, asOf);
  return { resource: arn, context: tagContext('aws:ResourceTag', provider?.tags ?? []) };
}

function getProvider({ account, asOf }: Call, arn = ''): ProviderRecord {
  const provider = account.providers.get(arn, asOf);
  if (provider === undefined) {
    throw new ServiceError('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`);
  }
  return provider;
}

/** An operation that changes the provider that it names. */
function providerWrite<Input extends NamesProvider>(
  schema: OperationSchema,
  change: (provider: ProviderRecord, input: Input) => ProviderRecord,
  target: (call: Call, input: Input) => Target = onProvider,
): Operation {
  return iamWrite<Input>(schema, {
    target,
    run(call, input) {
      const provider = getProvider(call, input.OpenIDConnectProviderArn);
      call.account.providers.set(provider.arn, change(provider, input), call.now);
      return undefined;
    },
  });
}

const getProviderOperation = iamRead<GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse>(
  GetOpenIDConnectProvider$,
  {
    target: onProvider,
    run(call, { OpenIDConnectProviderArn: arn }) {
      const { issuer, clientIds, thumbprints, createdAt, tags } = getProvider(call, arn);
      return {
        Url: issuer,
        ClientIDList: [...clientIds].reverse(),
        ThumbprintList: [...thumbprints],
        CreateDate: new Date(createdAt),
        Tags: tagList(tags),
      };
    },
  },
);

/** ARNs only, no pages (IAM API reference, ListOpenIDConnectProviders). */
const listProviders = iamRead<ListOpenIDConnectProvidersRequest, ListOpenIDConnectProvidersResponse>(
  ListOpenIDConnectProviders$,
  {
    target: anything,
    run: ({ account, asOf }) => ({
      OpenIDConnectProviderList: account.providers
        .list(asOf)
        .map(({ arn }) => ({ Arn: arn }))
        .reverse(),
    }),
  },
);

/** Adding what is there, and removing what is not, succeeds (IAM API reference). */
const addClientId = providerWrite<AddClientIDToOpenIDConnectProviderRequest>(
  AddClientIDToOpenIDConnectProvider$,
  (provider, { ClientID: id = '' }) => {
    const clientIds = [...new Set([...provider.clientIds, id])];
    checkQuota('ClientIdsPerOpenIdConnectProvider', clientIds.length, fixedQuotas.clientIds);
    return { ...provider, clientIds };
  },
);

const removeClientId = providerWrite<RemoveClientIDFromOpenIDConnectProviderRequest>(
  RemoveClientIDFromOpenIDConnectProvider$,
  (provider, { ClientID: removed }) => ({
    ...provider,
    clientIds: provider.clientIds.filter((id) => id !== removed),
  }),
);

const updateThumbprints = providerWrite<UpdateOpenIDConnectProviderThumbprintRequest>(
  UpdateOpenIDConnectProviderThumbprint$,
  (provider, { ThumbprintList: thumbprints = [] }) => {
    if (thumbprints.length === 0) {
      throw new ServiceError('InvalidInput', 'Thumbprint list must contain at least one entry.');
    }
    checkThumbprints(thumbprints);
    return { ...provider, thumbprints };
  },
);

/** Roles that name the provider are not touched: they just stop working. */
const deleteProvider = iamWrite<DeleteOpenIDConnectProviderRequest>(DeleteOpenIDConnectProvider$, {
  target: onProvider,
  run({ account, now }, { OpenIDConnectProviderArn: arn = '' }) {
    if (account.providers.get(arn) !== undefined) account.providers.set(arn, undefined, now);
    return undefined;
  },
});

const tagProvider = providerWrite<TagOpenIDConnectProviderRequest>(
  TagOpenIDConnectProvider$,
  (provider, { Tags: tags }) => ({ ...provider, tags: withTags(provider.tags, tags) }),
  (call, input) => {
    const { resource, context } = onProvider(call, input);
    return { resource, context: { ...context, ...requestTags(input.Tags) } };
  },
);

const untagProvider = providerWrite<UntagOpenIDConnectProviderRequest>(
  UntagOpenIDConnectProvider$,
  (provider, { TagKeys: keys = [] }) => ({ ...provider, tags: withoutTags(provider.tags, keys) }),
);

export const providerOperations: readonly Operation[] = [
  createProvider,
  getProviderOperation,
  listProviders,
  addClientId,
  removeClientId,
  updateThumbprints,
  deleteProvider,
  tagProvider,
  untagProvider,
];
