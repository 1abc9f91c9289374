import { GetAccountAuthorizationDetails$, GetAccountSummary$ } from '@aws-sdk/client-iam';
import type {
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
  GetAccountSummaryResponse,
} from '@aws-sdk/client-iam';
import { anything, iamRead, type Operation } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { knownPolicies } from './policy-store.ts';
import { policyDetail } from './policy-views.ts';
import { accountSummary } from './quotas.ts';
import { roleDetail } from './role-views.ts';
import type { PolicyRecord, RoleRecord } from '../state/state.ts';

const getAccountSummary = iamRead<object, GetAccountSummaryResponse>(GetAccountSummary$, {
  target: anything,
  run: ({ account, asOf }) => ({ SummaryMap: accountSummary(account, asOf) }),
});

/** Roles and policies lie in one list of pages. Users and groups: this cloud tells of none. */
const getAccountAuthorizationDetails = iamRead<
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse
>(GetAccountAuthorizationDetails$, {
  target: anything,
  run(call, { Filter: filter = [], ...page }) {
    const wants = (kind: NonNullable<typeof filter>[number]) => filter.length === 0 || filter.includes(kind);
    const entities: readonly (RoleRecord | PolicyRecord)[] = [
      ...(wants('Role') ? call.account.roles.list(call.asOf) : []),
      ...(wants('LocalManagedPolicy') ? knownPolicies(call, 'Local') : []),
      ...(wants('AWSManagedPolicy') ? knownPolicies(call, 'AWS') : []),
    ];
    const { items, rest } = paginate(call, entities, ({ id }) => id, page);
    return {
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: items.filter((item) => 'trust' in item).map((role) => roleDetail(call, role)),
      Policies: items.filter((item) => 'versions' in item).map((policy) => policyDetail(call, policy)),
      ...rest,
    };
  },
});

export const accountOperations: readonly Operation[] = [getAccountSummary, getAccountAuthorizationDetails];
