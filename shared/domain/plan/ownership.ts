import type { Target } from '../desired/claims.ts';
import { isObject, toList, type Json, type Statement } from '../policy/policy-document.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import { buildTrust, readTrustStatement } from '../policy/trust-document.ts';
import { ownPart } from '../policy/trust-narrowing.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { ObservedRole } from '../iam/role.ts';
import {
  CONNECTION_MARK,
  CONNECTION_MARK_PATH,
  designTrust,
  designWholeTrust,
} from '../desired/role-design.ts';
import { aboutRole, type RoleFacts } from './role-facts.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { findValue } from '../iam/role-fields.ts';
import { digest } from '../kernel/digest.ts';
import { MINUTE_MS, type Instant } from '../kernel/durations.ts';

/** A role that we meant to create may bear a time a little before our clock's. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS;

/**
 * By RoleId, for IAM gives none twice: inside what a grant covers whatever else the role shows, so that nobody shakes azfed
 * off by taking away marks and trust; elsewhere only where the role still shows anything of ours. Or, when a run ended
 * between intent and record, by marks that it left on a role whose trust is of our form.
 */
export function isOurs(facts: RoleFacts, observed: ObservedRole): boolean {
  const { target, recorded, isGranted } = facts;
  if (isRecorded(recorded, observed) && (isGranted || bearsOurMarks(target, observed))) return true;
  const isBegun = recorded.some((role) => {
    const begun = creationBegun(role);
    return begun !== undefined && observed.createdAt >= begun - CLOCK_SKEW_MS;
  });
  const owners = ['shared', ...target.bindings.map(({ connectionId }) => connectionId)];
  const isMarked = owners.some((owner) => observed.tags[CONNECTION_MARK] === owner);
  return isBegun && isMarked && isOfOurForm(facts, observed);
}

/** Nothing but statements of azfed's form stands in the trust, and what the grant lists beside them. */
function isOfOurForm({ target, closingGrant }: RoleFacts, { trust }: ObservedRole): boolean {
  const design = designWholeTrust(target.role, target.bindings, target.grant ?? closingGrant);
  const own = ownPart(trust, design);
  const read = toList<Statement>(own.Statement).map((statement) => {
    const { binding } = readTrustStatement(statement) ?? {};
    const ours = design.bindings.find(({ providerArn }) => providerArn === binding?.providerArn);
    return binding && ours ? { ...ours, ...binding } : undefined;
  });
  const isRead = read.every((binding) => binding !== undefined);
  return isRead && read.length > 0 && samePolicy(own, buildTrust(read));
}

/**
 * A RoleId enters a record when azfed has made the role or a person has adopted it, and the records of those who share the
 * role get it in one change: one that still names another, with nothing under way, says that somebody has put it there.
 */
function isRecorded(recorded: readonly RecordedRole[], { id: seen }: ObservedRole): boolean {
  const others = recorded.filter(({ id, intent }) => id !== undefined && id !== seen && !intent);
  return recorded.some(({ id }) => id === seen) && others.length === 0;
}

/**
 * Lambda functions run with the role. The roles of azfed's own functions are such, whatever they are called: a connection that
 * had one could do everything that azfed may do.
 */
export function isOfFunction({ trust }: ObservedRole): boolean {
  return toList<Statement>(trust.Statement).some(
    ({ Effect: effect, Principal: principal }) =>
      effect === 'Allow' &&
      isObject(principal) &&
      toList<Json>(principal['Service']).includes('lambda.amazonaws.com'),
  );
}

/** Somebody deleted the recorded role and made another of its name. What azfed has deleted itself is not recorded any more. */
export function isReplaced({ recorded }: Pick<RoleFacts, 'recorded'>, observed: ObservedRole): boolean {
  return recorded.some(({ id }) => id !== undefined && id !== observed.id);
}

/**
 * The mark of a role says which connection it is of. Only a person's adoption passes a role to another connection, so a
 * record that agrees with the mark of another proves nothing: whoever can write the table can copy it there. Where the mark
 * is gone, the record says whose was last written.
 *
 *     mark in IAM      | last written          | then
 *     of a bound one   | -                     | in order
 *     of another       | -                     | foreign
 *     gone             | of another            | foreign
 *     gone             | of a bound one, or no | missing
 */
export function markProblem(
  { target, recorded }: Pick<RoleFacts, 'target' | 'recorded'>,
  observed: ObservedRole,
): 'missing' | 'foreign' | undefined {
  const mark = findValue(observed.tags, CONNECTION_MARK);
  const owners = listOwners(target);
  if (mark !== undefined) return owners.includes(mark) ? undefined : 'foreign';
  const marks = owners.map((owner) => digest(owner));
  const isOfAnother = recorded.some(
    ({ written }) =>
      written[CONNECTION_MARK_PATH] !== undefined && !marks.includes(written[CONNECTION_MARK_PATH]),
  );
  return isOfAnother ? 'foreign' : 'missing';
}

/** A role of ours whose mark is gone or names another connection: somebody tries to hide it, or to have it taken for another. */
export function markFindings(facts: RoleFacts, observed: ObservedRole): readonly Finding[] {
  const about = aboutRole(facts, observed);
  switch (markProblem(facts, observed)) {
    case 'missing':
      return isYetUnmarked(facts)
        ? []
        : [finding('role.unmarked', `The mark of ${observed.arn} is gone.`, about)];
    case 'foreign': {
      const mark = observed.tags[CONNECTION_MARK];
      const message = mark
        ? `The mark of ${observed.arn} names another connection, ${mark}.`
        : `The mark of ${observed.arn} is gone, and it named another connection.`;
      return [finding('role.foreign-mark', message, { ...about, evidence: { mark } })];
    }
    case undefined:
      return [];
  }
}

/** An adoption was begun, and has not come to the mark: nobody took it away. */
const isYetUnmarked = ({ recorded }: RoleFacts): boolean =>
  recorded.some(({ intent }) => intent?.operation === 'adopt') &&
  recorded.every(({ written }) => written[CONNECTION_MARK_PATH] === undefined);

/** Whose mark may stand there. A connection that is revoked passes a role on only where the grant says that it is shared. */
function listOwners({ grant, bindings }: Target): readonly string[] {
  const open = bindings.filter(({ closed }) => !closed);
  const owners = grant?.shareRole === true || open.length === 0 ? bindings : open;
  return ['shared', ...owners.map(({ connectionId }) => connectionId)];
}

/** One of our marks, or our provider in the trust: a person who changes a role rarely takes both away. */
function bearsOurMarks({ role, bindings }: Target, { tags, trust }: ObservedRole): boolean {
  const text = JSON.stringify(trust);
  return (
    CONNECTION_MARK in tags ||
    designTrust(role, bindings).some(({ providerArn }) => text.includes(providerArn))
  );
}

/** Since when a creation may have been under way that was not recorded: a role that was gone is missed since then. */
function creationBegun({ id, intent, absentSince }: RecordedRole): Instant | undefined {
  if (!intent) return undefined;
  return id === undefined ? intent.at : absentSince;
}
