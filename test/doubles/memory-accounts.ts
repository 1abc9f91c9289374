import { iamActionsOfSteps } from '../../shared/contract/iam-actions.ts';
import { splitRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { Account } from '../../shared/domain/configuration/configuration.ts';
import { PermissionError } from '../../shared/domain/kernel/errors.ts';
import type { RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import type { AccountObservation, ObservedRole, RolePolicies } from '../../shared/domain/iam/role.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type {
  AccountReader,
  AccountWriter,
  AccountWriterSource,
  ObservationScope,
  RoleParts,
} from '../../shared/ports/accounts.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { MemoryAccount } from './memory-account.ts';
import { createMemoryAccount } from './memory-account.ts';
import { writeToMemory } from './memory-writes.ts';
import { toPromise } from './promise-of.ts';

export interface MemoryAccounts extends AccountReader, AccountWriterSource {
  /** The account behind the ports; a new one is empty. */
  in(account: Pick<Account, 'id' | 'partition'>): MemoryAccount;
}

export interface AccountsState {
  readonly accounts: Map<string, MemoryAccount>;
  /** Ids of roles that were given out. */
  issued: number;
}

export function createMemoryAccounts(
  clock: Clock,
  state: AccountsState = { accounts: new Map(), issued: 0 },
): MemoryAccounts {
  const { accounts } = state;
  const newId = () => `AROA${String(++state.issued).padStart(17, '0')}` as RoleId;

  function getAccount({ id, partition }: Pick<Account, 'id' | 'partition'>): MemoryAccount {
    const account = accounts.get(id) ?? createMemoryAccount(id, partition);
    accounts.set(id, account);
    return account;
  }

  function open(account: MemoryAccount, steps: readonly WriteStep[], until: number): AccountWriter {
    const granted = new Set(steps.map(describeStep));
    const write = (step: WriteStep) => {
      if (!granted.has(describeStep(step)))
        throw new PermissionError(
          iamActionsOfSteps[step.action][0],
          `${describeStep(step)} is not part of the plan.`,
        );
      if (clock.now() >= until)
        throw new PermissionError(
          iamActionsOfSteps[step.action][0],
          `The right to ${describeStep(step)} has ended.`,
        );
      writeToMemory(account, step, newId, clock.now());
    };
    return {
      readRole: (role, parts) => toPromise(() => selectParts(account.roles.get(role), parts)),
      readTogether: (requests) =>
        toPromise(
          () =>
            new Map(
              requests.flatMap(({ role }) => {
                const found = account.roles.get(role);
                return found ? [[role, found] as const] : [];
              }),
            ),
        ),
      readPolicies: (role, parts) => toPromise(() => selectPolicies(account.roles.get(role), parts)),
      readProvider: (provider) => toPromise(() => account.providers.get(provider)),
      write: (step) =>
        toPromise(() => {
          write(step);
        }),
    };
  }

  return {
    in: getAccount,
    observe: (account, scope) => toPromise(() => observe(getAccount(account), scope)),
    open: (account, steps, until) => toPromise(() => open(getAccount(account), steps, until)),
  };
}

function observe(account: MemoryAccount, scope: ObservationScope): AccountObservation {
  const { id, unknown } = account;
  const roles = [...account.roles.values()];
  const providers = [...account.providers.values()];
  const isWanted = matchScope(scope);
  return {
    account: id,
    roles:
      unknown.roles ??
      complete({
        inScope: roles.filter(({ arn }) => isWanted(arn)),
        elsewhere: roles.filter(({ arn }) => !isWanted(arn)).map(({ arn, name }) => ({ arn, name })),
      }),
    providers:
      unknown.providers ??
      complete({
        arns: providers.map(({ arn }) => arn),
        ours: providers.filter(({ arn }) => scope.providers.includes(arn)),
      }),
    missingPolicies: (scope.policies ?? []).filter((arn) => account.missingPolicies.has(arn)),
    quotas: unknown.quotas ?? complete({ ...account.quotas, rolesUsed: roles.length }),
    calls: 0,
  };
}

function matchScope({ paths, roles }: ObservationScope): (role: RoleArn) => boolean {
  if (roles) return (role) => roles.includes(role);
  return (role) => paths.some((path) => splitRoleArn(role).path.startsWith(path));
}

function selectParts(role: ObservedRole | undefined, parts: RoleParts): ObservedRole | undefined {
  if (!role) return undefined;
  const { instanceProfiles = [], ...rest } = role;
  return {
    ...rest,
    ...(parts.instanceProfiles ? { instanceProfiles } : {}),
    ...selectPolicies(role, parts),
  };
}

function selectPolicies(
  { managedPolicies, inlinePolicies }: RolePolicies = { managedPolicies: [], inlinePolicies: {} },
  parts: Omit<RoleParts, 'instanceProfiles'>,
): RolePolicies {
  const named = parts.inlinePolicies;
  return {
    managedPolicies: parts.managedPolicies ? managedPolicies : [],
    inlinePolicies:
      named === 'all'
        ? inlinePolicies
        : Object.fromEntries(Object.entries(inlinePolicies).filter(([name]) => named.includes(name))),
  };
}

/** The same right for two steps that are the same request on the same target. */
function describeStep(step: WriteStep): string {
  return `${step.action} ${'role' in step ? step.role : step.provider}`;
}
