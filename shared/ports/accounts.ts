import type { Account } from '../domain/configuration/configuration.ts';
import type { ProviderArn, RoleArn } from '../domain/kernel/ids.ts';
import type { AccountObservation } from '../domain/iam/observation.ts';
import type { ObservedProvider, ObservedRole, RolePolicies } from '../domain/iam/role.ts';
import type { WriteStep } from '../domain/iam/iam-operation.ts';

/** What to look at in an account. */
export interface ObservationScope {
  /** Grants' role paths: roles on or below them are in scope. */
  readonly paths: readonly string[];
  /** Providers whose audiences are wanted, if they exist. */
  readonly providers: readonly ProviderArn[];
  /** Boundaries and managed policies that roles are to have: ARNs. Those that no role in scope has are asked for one by one. */
  readonly policies?: readonly string[];
  /** Only these roles are wanted. The reader decides by the counts whether single reads or the bulk lists are cheaper. */
  readonly roles?: readonly RoleArn[];
}

/** Reads IAM. Never modifies anything. */
export interface AccountReader {
  /** Never rejects for what the outside does: a list that was refused or cut short is `unknown` in its place. */
  observe(account: Account, scope: ObservationScope): Promise<AccountObservation>;
}

/** The parts of a role that a re-read is about; each costs its own calls. */
export interface RoleParts {
  readonly managedPolicies: boolean;
  /** Inline policies to read, by name. */
  readonly inlinePolicies: readonly string[] | 'all';
  /** Left out: not read, and `undefined` in what is read. */
  readonly instanceProfiles?: boolean;
}

/** The parts that were asked for; the other policies are empty. */
export type RoleReading = ObservedRole;

/**
 * The right to write in one account for the length of a lease, limited to one plan: the session itself refuses
 * every other action, every other target, and everything after the lease's end.
 */
export interface AccountWriter {
  /** `undefined` when there is no such role. Throws PermissionError, TransientError. */
  readRole(role: RoleArn, parts: RoleParts): Promise<RoleReading | undefined>;
  /**
   * The policies that were asked for, for fewer calls than the role with them; none where there is no such role. They do
   * not tell whether it is still the same role.
   */
  readPolicies(role: RoleArn, parts: Omit<RoleParts, 'instanceProfiles'>): Promise<RolePolicies>;
  /** `undefined` when there is no such provider. */
  readProvider(provider: ProviderArn): Promise<ObservedProvider | undefined>;
  /**
   * One write. Throws PermissionError (names the missing action), TransientError (the outcome may be unknown),
   * ConflictError (the target is not as expected: it exists already, it is gone, or it is to be deleted and not bare),
   * UpstreamError (refused as it is).
   */
  write(step: WriteStep): Promise<void>;
}

export interface AccountWriterSource {
  /** A session that can do just these steps, until the time given (epoch milliseconds). Throws PermissionError. */
  open(account: Account, steps: readonly WriteStep[], until: number): Promise<AccountWriter>;
}
