import type { TrustTerms } from '../../shared/domain/configuration/configuration.ts';
import { PLAIN_TRUST, placeTrust } from '../../shared/domain/configuration/trust-terms.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { withoutConditions } from '../../shared/domain/policy/live-trust.ts';
import type { JsonObject, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { foreignDenials } from '../../shared/domain/policy/trust-document.ts';
import { isListed } from '../../shared/domain/policy/trust-narrowing.ts';
import { isRevocation } from './revocation-invariants.ts';
import type { Check, RoleWrite } from './role-write.ts';
import { findGrant } from './role-write.ts';
import type { World } from './world.ts';

/** What the grant of a role says of its trust. */
export function listTerms(world: World, { arn, account }: ObservedRole): TrustTerms {
  return placeTrust(findGrant(world, arn)?.trust ?? PLAIN_TRUST, 'aws', account);
}

/** A statement without the conditions that the grant of its role asks for. */
export function withoutAsked(world: World, role: ObservedRole, statement: Statement): Statement {
  const { conditions } = listTerms(world, role);
  if (Object.keys(conditions).length === 0) return statement;
  return { ...statement, Condition: withoutConditions(statement.Condition as JsonObject, conditions) };
}

const isMark = (key: string) => key.startsWith('azfed:');

function isOfKeptPart({ step }: RoleWrite): boolean {
  if (step.action === 'tagRole') return Object.keys(step.tags).every(isMark);
  if (step.action === 'untagRole') return step.keys.every(isMark);
  return step.action === 'setTrust';
}

/** I14: of a role whose permissions are somebody else's nothing is written but its trust and its marks. */
export const leavesForeignPart: Check = (world, _process, write) =>
  findGrant(world, write.after.arn)?.permissions === 'unmanaged' && !isOfKeptPart(write)
    ? [`I14 ${write.step.action} on ${write.after.name}, whose permissions are somebody else's`]
    : [];

/** I2: the Deny that somebody put into a trust, and that was there when it was read, is there after the write. */
export const keepsDenials: Check = (_world, { read }, { step, before, after }) => {
  if (step.action !== 'setTrust' || !before) return [];
  const last = foreignDenials(read.get(after.arn)?.trust ?? before.trust);
  const left = foreignDenials(after.trust);
  const lost = foreignDenials(before.trust).filter((one) => isListed(one, last) && !isListed(one, left));
  return lost.length > 0 ? [`I2 ${after.name} loses a Deny that somebody has put into its trust`] : [];
};

/** I1: a further statement of the grant that stands in the trust stays there, whatever is written. */
export const keepsTerms: Check = (world, _process, { step, before, after }) => {
  if (step.action !== 'setTrust' || !before) return [];
  const [had, has] = [before, after].map(({ trust }) => toList<Statement>(trust.Statement));
  const lost = listTerms(world, after).statements.filter(
    (statement) => isListed(statement, had ?? []) && !isListed(statement, has ?? []),
  );
  return lost.length > 0 && !isRevocation(step)
    ? [`I1 ${after.name} loses a statement that its grant lists`]
    : [];
};

/** At rest: the further statements and the conditions of the grant stand in the trust. */
export function lacksTerms(world: World, role: ObservedRole): readonly string[] {
  const { statements, conditions } = listTerms(world, role);
  const live = toList<Statement>(role.trust.Statement);
  const isAsked = live.some(({ Condition: condition }) => {
    const rest = withoutConditions(conditions, (condition ?? {}) as JsonObject);
    return Object.keys(rest).length === 0;
  });
  return [
    ...statements
      .filter((statement) => !isListed(statement, live))
      .map(() => `I13 ${role.name} lacks a statement of its grant at the end, and nothing says why`),
    ...(isAsked ? [] : [`I1 ${role.name} lacks the conditions of its grant at the end`]),
  ];
}
