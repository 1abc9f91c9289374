import { ConflictError, TransientError, explainFailure } from '../../domain/kernel/errors.ts';
import type { AllowedChange } from '../../domain/guard/guard.ts';
import type { RoleArn, RoleId } from '../../domain/kernel/ids.ts';
import {
  achievedFields,
  recordApplied,
  recordFailed,
  recordIntent,
  recordRevocation,
} from '../../domain/recording/recording.ts';
import { recordDeleted } from '../../domain/recording/retirement-recording.ts';
import {
  REVOCATION_PATH,
  revocationField,
  revocationTime,
  revokes,
  revokingWrite,
} from '../../domain/plan/revocation.ts';
import {
  ABSENT,
  parseFieldName,
  policyFields,
  roleFields,
  showFields,
  trustDigest,
} from '../../domain/iam/role-fields.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import { foreignDenials } from '../../domain/policy/trust-document.ts';
import { READ_BACK_DELAYS_MS } from '../../domain/iam/longest-duration.ts';
import type { Step, WriteStep } from '../../domain/iam/iam-operation.ts';
import {
  DENY_EVERYBODY,
  addedDenials,
  isListed,
  withStatements,
} from '../../domain/policy/trust-narrowing.ts';
import type { RoleParts, RoleReading } from '../../ports/accounts.ts';
import { Refusals, listWrittenPaths, type ApplyContext } from './apply-context.ts';
import type { FieldDigests } from '../../domain/iam/role.ts';

type RoleChange = AllowedChange & { readonly target: 'role' };

/**
 * Intent, re-read, steps with their read-backs, record. Throws the error that stopped it, after that was recorded for its
 * event. An error of that recording is kept beside it, and never takes its place.
 */
export async function applyRoleChange(applyContext: ApplyContext, change: RoleChange): Promise<void> {
  const { clock } = applyContext.ports;
  const record: RecordUpdate = (update) => eachBinding(applyContext, change, update);
  await record((item, binding) => recordIntent(item, change, binding, clock.now()));
  try {
    const current = isCreation(change) ? nothingYet : await refuseIfMoved(applyContext, change);
    const roleId = await executeRoleChange(applyContext, change, record, current);
    await record((item, binding) =>
      change.kind === 'delete'
        ? recordDeleted(item, change, binding, clock.now())
        : recordApplied(item, change, binding, { ...change, roleId }, clock.now()),
    );
  } catch (error) {
    const failure = explainFailure(error);
    await applyContext.errors.keep(() =>
      record((item, binding) =>
        recordFailed(item, change, binding, failure, {
          now: clock.now(),
          reminderDays: applyContext.reminderDays,
        }),
      ),
    );
    throw error;
  }
}

type RecordUpdate = (update: Update) => Promise<void>;

type Expectation = Omit<Extract<Step, { action: 'readBack' }>, 'action'>;

type Update = (
  item: Parameters<typeof recordIntent>[0],
  binding: RoleChange['bindings'][number],
) => Parameters<typeof recordIntent>[0];

async function eachBinding(
  { records }: ApplyContext,
  { bindings }: RoleChange,
  update: Update,
): Promise<void> {
  for (const binding of bindings) await records.updateConnection(binding, (item) => update(item, binding));
}

/** What of a role is known right before it is written to. */
interface Current {
  readonly trust: PolicyDocument;
  /** Fields that have become as they are to be since the decision was made: the look was behind, or somebody did it. */
  readonly reached: ReadonlySet<string>;
}

const nothingYet: Current = { trust: {}, reached: new Set() };

/** Nothing is read before it: IAM itself refuses to create a role of a name that is taken. */
const isCreation = ({ seen, steps }: RoleChange) => !seen && steps[0]?.action === 'createRole';

/**
 * The role must still be what it was when the decision was made: in its identity, its boundary, every field to be
 * written, and, where the first thing written widens it, its trust. What
 * has become as it is to be meanwhile is no hindrance.
 */
async function refuseIfMoved({ reads }: ApplyContext, change: RoleChange): Promise<Current> {
  const { roleArn, seen } = change;
  const paths = pathsAtStake(change);
  const role = await reads.readRole(roleArn, selectParts(paths));
  if (role?.id !== seen?.id)
    throw new ConflictError('moved', `${roleArn} is no longer the role that was planned for.`);
  if (!role || !seen) return { trust: {}, reached: new Set() };
  const [live, expected] = [roleFields(role), achievedFields(change.steps)];
  const changed = paths.filter((path) => live[path] !== seen.fields[path]);
  const shown = showFields(role, expected);
  const reached = new Set(changed.filter((path) => (shown[path] ?? ABSENT) === expected[path]));
  const moved = changed.filter((path) => !reached.has(path));
  if (moved.length > 0)
    throw new ConflictError('moved', `${roleArn} was changed since it was planned for: ${moved.join(', ')}.`);
  return { trust: role.trust, reached };
}

/**
 * The boundary, every field to be written, and all of them where all goes: a snapshot is only as good as what is deleted.
 * A trust that moved puts no narrowing off.
 */
function pathsAtStake({ kind, seen, narrowing, steps, permissions }: RoleChange): readonly string[] {
  const revoked = revokes(steps) ? [REVOCATION_PATH] : [];
  const whole = kind === 'delete' && seen ? Object.keys(seen.fields) : [];
  const opened = narrowing.length === 0 ? ['trust'] : [];
  // Where the permissions are somebody else's, so is the boundary: nothing rests on it.
  const bounded = permissions === 'unmanaged' ? [] : ['boundary'];
  return [...new Set([...Object.keys(achievedFields(steps)), ...revoked, ...whole, ...opened, ...bounded])];
}

async function executeRoleChange(
  applyContext: ApplyContext,
  change: RoleChange,
  record: RecordUpdate,
  { trust: trustBefore, reached }: Current,
): Promise<RoleId> {
  let id = change.seen?.id;
  const assertKept = keeping(change);
  let trust = trustBefore;
  // `written`: also what AWS seemed to refuse, for a write without an answer may have been made.
  const check = async (expectation: Expectation, written = expectation.expected) => {
    const role = await readBack(applyContext, expectation);
    ({ trust } = role);
    assertKept(role, written);
    if (id !== undefined && role.id !== id)
      throw new ConflictError('moved', `${change.roleArn} was replaced while it was being changed.`);
    id = role.id;
  };
  const refusals = new Refusals();
  const carry = async (step: Step) => {
    if (step.action === 'readBackGone') await readBackGone(applyContext, step.role);
    else if (step.action === 'revokeSessions') await check(await revoke(applyContext, step, record));
    else if (step.action === 'readBack') {
      const expectation = { ...step, expected: refusals.expectable(step.expected) };
      await (isOfPoliciesAlone(change)
        ? readBackPolicies(applyContext, expectation)
        : check(expectation, step.expected));
    } else {
      await applyContext.assertHeld();
      await applyContext.writer.write(keepingDenials(step, trust));
    }
  };
  for (const step of change.steps.filter((one) => !isReached(one, reached))) {
    if (isIndependent(change, step)) {
      await refusals.keep(step, () => carry(step));
      if (step.action === 'setBoundary')
        for (const denied of refusals.denied().filter((one) => one !== step))
          await refusals.keep(denied, () => carry(denied));
    } else {
      refusals.rethrow();
      await carry(step);
    }
  }
  refusals.rethrow();
  if (id === undefined) throw new ConflictError('moved', `${change.roleArn} was never read back.`);
  return id;
}

/** Nothing is left of the step to be done. */
function isReached(step: Step, reached: ReadonlySet<string>): boolean {
  const paths = listWrittenPaths(step);
  return paths.length > 0 && paths.every((path) => reached.has(path));
}

/** A narrowing step of a role that stays. What is deleted goes in one order, and what widens depends on all that narrows. */
const isIndependent = ({ kind, narrowing }: RoleChange, step: Step) =>
  kind !== 'delete' && narrowing.includes(step);

/**
 * A trust with the Deny statements that were read last and that nobody planned for: the guard of a company may put one on
 * every role right after its creation (terraform-aws-ecs issue 418), and it is not azfed's to remove.
 */
function keepingDenials(step: WriteStep, live: PolicyDocument): WriteStep {
  if (step.action !== 'setTrust' || isListed(DENY_EVERYBODY, foreignDenials(step.trust))) return step;
  return { ...step, trust: withStatements(step.trust, addedDenials(live, step.trust)) };
}

const policyWrites: readonly Step['action'][] = [
  'attachManagedPolicy',
  'detachManagedPolicy',
  'putInlinePolicy',
  'deleteInlinePolicy',
];

/**
 * Policies are written, and nothing before or after them: what has to hold of the rest of the role was looked at right
 * before, and nothing rests on it any more. So they are all that is read back. The RoleId that is recorded is the one that
 * was seen: a role that took its place meanwhile is an impostor to the next run.
 */
function isOfPoliciesAlone({ steps }: RoleChange): boolean {
  const last = steps.at(-1);
  return (
    last?.action === 'readBack' && steps.every((step) => step === last || policyWrites.includes(step.action))
  );
}

/** What decides who comes in, and how far. */
const guarded = ['trust', 'boundary'] as const;

/**
 * Nothing more is done to a role of which somebody else changed these while it was being changed: they must be as they
 * were seen, which IAM may show late, or as the change has written them.
 */
function keeping(change: RoleChange): (role: RoleReading, written: FieldDigests) => void {
  const { roleArn, seen, permissions } = change;
  const paths = guarded.filter((path) => path !== 'boundary' || permissions !== 'unmanaged');
  const known = new Map(paths.map((path) => [path, new Set([seen?.fields[path]])]));
  return (role, written) => {
    if (!seen) return;
    const fields = roleFields(role);
    for (const [path, values] of known) {
      const own = path === 'trust' ? trustDigest(role.trust) : fields[path];
      if (path in written) values.add(written[path]);
      if (!values.has(fields[path]) && (own === seen.fields[path] || !values.has(own)))
        throw new ConflictError('moved', `${path} of ${roleArn} was changed while it was being fixed.`);
    }
  };
}

/** The time is taken now, after the narrowing was read back, and recorded before it is written. */
async function revoke(
  applyContext: ApplyContext,
  { role: roleArn, quarantines = false }: Extract<Step, { action: 'revokeSessions' }>,
  record: RecordUpdate,
): Promise<Expectation> {
  const issuedBefore = revocationTime(applyContext.ports.clock.now(), { quarantines });
  await record((item) => recordRevocation(item, roleArn, issuedBefore));
  await applyContext.assertHeld();
  await applyContext.writer.write(revokingWrite(roleArn, issuedBefore));
  return { role: roleArn, expected: revocationField(issuedBefore) };
}

function readBack(applyContext: ApplyContext, expectation: Expectation): Promise<RoleReading> {
  const { role } = expectation;
  const readFields = (shown: RoleReading) => showFields(shown, expectation.expected);
  return untilShown(
    applyContext,
    expectation,
    (parts) => applyContext.reads.readRole(role, parts),
    readFields,
  );
}

async function readBackPolicies(applyContext: ApplyContext, expectation: Expectation): Promise<void> {
  const { role } = expectation;
  await untilShown(
    applyContext,
    expectation,
    (parts) => applyContext.writer.readPolicies(role, parts),
    policyFields,
  );
}

async function untilShown<Shown>(
  applyContext: ApplyContext,
  { role: arn, expected }: Expectation,
  read: (parts: RoleParts) => Promise<Shown | undefined>,
  readFields: (shown: Shown) => FieldDigests,
): Promise<Shown> {
  const parts = selectParts(Object.keys(expected));
  let missing: readonly string[] = [];
  for await (const _ of lookAgain(applyContext)) {
    const shown = await read(parts);
    missing = shown ? unlike(readFields(shown), expected) : Object.keys(expected);
    if (shown && missing.length === 0) return shown;
  }
  throw new TransientError('read-back', `${arn} does not show what was written: ${missing.join(', ')}.`);
}

/** Once for each look that patience and time allow, after the wait before it. */
async function* lookAgain({ reads, until, ports: { clock } }: ApplyContext): AsyncGenerator<void> {
  for (const delay of READ_BACK_DELAYS_MS) {
    if (clock.now() + delay >= until) return;
    await reads.sleep(delay);
    yield;
  }
}

async function readBackGone(applyContext: ApplyContext, arn: RoleArn): Promise<void> {
  for await (const _ of lookAgain(applyContext))
    if (!(await applyContext.reads.readRole(arn, selectParts([])))) return;
  throw new TransientError('read-back', `${arn} is still there after it was deleted.`);
}

function unlike(fields: FieldDigests, expected: FieldDigests): readonly string[] {
  return Object.keys(expected).filter((path) => (fields[path] ?? ABSENT) !== expected[path]);
}

/** What has to be read of a role to see these fields. */
const selectParts = (paths: readonly string[]): RoleParts => ({
  managedPolicies: paths.some((path) => parseFieldName('policies.managed.', path) !== undefined),
  inlinePolicies: paths.flatMap((path) => parseFieldName('policies.inline.', path) ?? []),
});
