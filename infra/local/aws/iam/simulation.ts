import { SimulatePrincipalPolicy$ } from '@aws-sdk/client-iam';
import type {
  ContextEntry,
  EvaluationResult,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { findRoleByArn } from './role-store.ts';
import { roleVerdict } from './authorization.ts';
import { iamRead, type Call, type Operation } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import type { AccessRequest, Verdict } from './policy-verdict.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { adminArn } from '../state/world.ts';

const decisions = { allows: 'allowed', denies: 'explicitDeny', 'says nothing': 'implicitDeny' } as const;
const strictestFirst = ['denies', 'says nothing', 'allows'] as const;

/**
 * What a principal may do by its policies and its boundary. One result for each action: the strictest decision of all
 * resources, and each of them beside it (IAM API reference, SimulatePrincipalPolicy). A key that is not given is absent.
 */
const simulatePrincipalPolicy = iamRead<SimulatePrincipalPolicyRequest, SimulatePolicyResponse>(
  SimulatePrincipalPolicy$,
  {
    target: (_call, { PolicySourceArn: resource = '' }) => ({ resource }),
    run(call, { PolicySourceArn: source = '', ActionNames = [], ResourceArns = ['*'], ...more }) {
      const { ContextEntries = [], ...page } = more;
      const lookup = readContextEntries(ContextEntries);
      const judge = createJudge(call, source);
      const results = ActionNames.map((action) => {
        const verdicts = ResourceArns.map((resource) => judge({ action, resource, lookup }));
        return toResult(action, ResourceArns, verdicts);
      });
      const { items, rest } = paginate(call, results, ({ EvalActionName = '' }) => EvalActionName, page);
      return { EvaluationResults: [...items], ...rest };
    },
  },
);

function toResult(
  action: string,
  resources: readonly string[],
  verdicts: readonly Verdict[],
): EvaluationResult {
  const strictest = strictestFirst.find((verdict) => verdicts.includes(verdict)) ?? 'says nothing';
  return {
    EvalActionName: action,
    EvalResourceName: '*',
    EvalDecision: decisions[strictest],
    ResourceSpecificResults: resources.map((resource, index) => ({
      EvalResourceName: resource,
      EvalResourceDecision: decisions[verdicts[index] ?? 'says nothing'],
    })),
  };
}

/** The administrator may do everything; a role what it may. Throws NoSuchEntity. */
function createJudge({ world, account, asOf }: Call, source: string): (request: AccessRequest) => Verdict {
  if (source === adminArn(account)) return () => 'allows';
  const found = findRoleByArn(world, source, asOf);
  if (found?.account.id !== account.id)
    throw new ServiceError('NoSuchEntity', `The principal ${source} cannot be found.`);
  return (request) => roleVerdict(found.account, found.role, request, asOf);
}

function readContextEntries(entries: readonly ContextEntry[]): AccessRequest['lookup'] {
  const held = new Map(
    entries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
      ContextKeyName.toLowerCase(),
      ContextKeyValues,
    ]),
  );
  return (key) => held.get(key.toLowerCase()) ?? [];
}

export const simulationOperations: readonly Operation[] = [simulatePrincipalPolicy];
