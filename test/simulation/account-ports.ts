import type { RunPorts } from '../../shared/application/observe/observe.ts';
import type { Account } from '../../shared/domain/configuration/configuration.ts';
import type { AccountId, RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import { PermissionError } from '../../shared/domain/kernel/errors.ts';
import type { AccountObservation } from '../../shared/domain/iam/role.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { AccountWriter, ObservationScope } from '../../shared/ports/accounts.ts';
import { changeRole } from './iam-people.ts';
import { effect } from './effects.ts';
import { whyNotProvider } from './hands-off-invariants.ts';
import { checkRoleWrite } from './invariants.ts';
import type { Process } from './process.ts';
import { noteRetirement } from './retirement-invariants.ts';
import type { World } from './world.ts';
import { REFUSAL, getAccount } from './world.ts';

/** IAM as one process has it: what it sees is remembered, and every write is checked. */
export function accountPorts(world: World, process: Process): RunPorts['accounts'] {
  const { accounts } = world;
  return {
    observe: (account, scope) => observe(world, process, account, scope),
    open: (account, steps, until) =>
      effect(process, {
        name: 'open',
        act: async () => wrapWriter(world, process, account, await accounts.open(account, steps, until)),
      }),
  };
}

function observe(
  { accounts }: World,
  process: Process,
  account: Account,
  scope: ObservationScope,
): Promise<AccountObservation> {
  const found = (observation: AccountObservation) => {
    const roles = observation.roles.state === 'complete' ? observation.roles.value.inScope : [];
    for (const role of roles) process.found.set(role.arn, role);
    if (observation.roles.state === 'unknown') process.blind.add(account.id);
    return observation;
  };
  const refused = (code: string) => unknown(code, 'IAM did not answer.');
  return effect(process, {
    name: 'observe',
    act: async () => found(await accounts.observe(account, scope)),
    answers: (code) =>
      found({
        account: account.id,
        roles: refused(code),
        providers: refused(code),
        quotas: refused(code),
        calls: 1,
      }),
    part: (whole) =>
      found({
        ...whole,
        roles: refused('cut-short'),
        quotas: complete({ trustLength: 2_048, roles: 1_000, rolesUsed: 0, managedPoliciesPerRole: 10 }),
      }),
  });
}

function wrapWriter(world: World, process: Process, account: Account, writer: AccountWriter): AccountWriter {
  return {
    readRole: (role, parts) =>
      effect(process, {
        name: 'readRole',
        act: async () => {
          const found = await writer.readRole(role, parts);
          const whole = getAccount(world, account.id).roles.get(role);
          if (whole) process.read.set(role, whole);
          return found;
        },
      }),
    readTogether: (requests) =>
      effect(process, {
        name: 'readTogether',
        act: async () => {
          const found = await writer.readTogether(requests);
          for (const { role } of requests) {
            const whole = getAccount(world, account.id).roles.get(role);
            if (whole) process.read.set(role, whole);
          }
          return found;
        },
      }),
    readPolicies: (role, parts) =>
      effect(process, { name: 'readPolicies', act: () => writer.readPolicies(role, parts) }),
    readProvider: (provider) =>
      effect(process, { name: 'readProvider', act: () => writer.readProvider(provider) }),
    write: (step) =>
      effect(process, {
        name: step.action,
        writes: true,
        act: () => write(world, process, account, writer, step),
      }),
  };
}

async function write(
  world: World,
  process: Process,
  account: Account,
  writer: AccountWriter,
  step: WriteStep,
) {
  const { roles } = getAccount(world, account.id);
  const before = 'role' in step ? roles.get(step.role) : undefined;
  const all = [...roles.keys()];
  refuse(world, step);
  await writer.write(step);
  const holder = world.holders.get(account.id);
  if (holder?.process !== process.number || world.clock.now() >= holder.lease.until)
    world.violations.push(`I11 process ${process.number} writes without holding the lease`);
  const gone = all.filter((arn) => !roles.has(arn));
  if (gone.length > 0 && step.action !== 'deleteRole') world.violations.push(`I5 ${gone.join()} is gone`);
  if ('role' in step) checkRole(world, process, step, before, roles.get(step.role) ?? before);
  else checkProvider(world, process, account.id, step);
}

function refuse({ refused, refusals }: World, step: WriteStep): void {
  if (!refused.has(step.action)) return;
  refusals.add('role' in step ? step.role : step.provider);
  throw new PermissionError(`iam:${step.action}`, `${step.action}: ${REFUSAL}.`);
}

function checkRole(
  world: World,
  process: Process,
  step: Extract<WriteStep, { role: RoleArn }>,
  before: ReturnType<ReturnType<typeof getAccount>['roles']['get']>,
  after: typeof before,
): void {
  if (!after) return;
  world.violations.push(...checkRoleWrite(world, process, { step, before, after }));
  noteRetirement(world, process, step);
  if (step.action === 'createRole' && process.isInDoubt) world.memory.doubtful.add(after.id satisfies RoleId);
  if (world.remedy) changeRole(world, step.role, world.remedy);
}

function checkProvider(
  world: World,
  process: Process,
  account: AccountId,
  step: Exclude<WriteStep, { role: RoleArn }>,
): void {
  const record = world.table.items.get(step.provider);
  if (record?.kind !== 'provider' || !record.intent)
    world.violations.push(`I7 ${step.action} without an intent`);
  for (const why of whyNotProvider(world, process, account))
    world.violations.push(`I9 ${step.action} ${why}`);
}
