import type { FindingKind } from './finding-kind.ts';

/** What is found about a role, its trust and its grant. */
export const roleFindings = {
  'role.outside-grant': {
    severity: 'high',
    meaning:
      'The connection names a role outside the account, path or name that its grant allows. It is not acted on.',
    fix: 'Correct the ARN in the connection; widen the grant only if the role really belongs to that team.',
  },
  'grant.ambiguous': {
    severity: 'medium',
    meaning:
      'More than one grant covers the connection and its role, so it is not clear which permissions are meant.',
    fix: 'Narrow the patterns so that exactly one grant covers it.',
  },
  'role.claimed': {
    severity: 'high',
    meaning: 'The role that the connection names belongs to another connection, or two ask for it at once.',
    fix: 'Give each connection its own role, or set `shareRole: true` on the grant that covers both; where one takes the place of another that is gone: azfed adopt <its id>. A claim for which no role was ever made ends by itself when its connection is gone.',
  },
  'role.not-owned': {
    severity: 'high',
    meaning: 'A role with this name exists that azfed did not make. It is not touched.',
    fix: 'Name another role in the connection, or look what taking it over would change: azfed adopt <connection>.',
  },
  'role.replaced': {
    severity: 'critical',
    meaning:
      'Somebody deleted the role that azfed made and made another of the same name: its RoleId differs from the recorded one. It is not written to, whatever it lets in.',
    fix: 'Find out who made it (the event of the drift says when, and who where CloudTrail knows). Delete it in IAM, and azfed makes the role again; or take it over: azfed adopt <connection>.',
  },
  'role.unmarked': {
    severity: 'critical',
    meaning:
      'The mark azfed:connection is gone from a role that azfed made. The role is known by its RoleId and the mark is put back; somebody may have tried to hide it.',
    fix: 'Find out who took the tag off, and what else they changed.',
  },
  'role.foreign-mark': {
    severity: 'critical',
    meaning:
      'The mark azfed:connection of the role names another connection than the record. Nothing is widened, also where the record agrees with the mark: the role or the record may have been tampered with.',
    fix: 'Find out which of the two is right. If the record is: azfed adopt <connection>. If not: suspend the connection and ask who can write to the table.',
  },
  'role.retired-waiting': {
    severity: 'info',
    meaning: 'The role is closed, and its grant says to delete it when nobody has used it for long enough.',
    fix: 'Nothing, or keep it: let the connection ask for it again, or set `retire: close` on the grant.',
  },
  'role.in-use': {
    severity: 'medium',
    meaning: 'A role that was closed has been used since, by a session from before or through another door.',
    fix: 'Find out who uses it; it is not deleted until it was unused for the whole waiting time.',
  },
  'role.use-unknown': {
    severity: 'medium',
    meaning: 'It could not be read when a closed role was last used, so it is not deleted.',
    fix: 'Check that azfed may read it: iam:GetRole and iam:GetAccountAuthorizationDetails.',
  },
  'role.in-instance-profile': {
    severity: 'medium',
    meaning:
      'A closed role is due to be deleted, but an instance profile holds it, or that could not be read.',
    fix: 'Remove it from the instance profile if nothing runs under it.',
  },
  'role.not-restorable': {
    severity: 'medium',
    meaning: 'A deleted role cannot be made again as it stood.',
    fix: 'Let its connection ask for a role inside its grant instead; it is made from the grant then.',
  },
  'role.settling': {
    severity: 'info',
    meaning:
      'Shortly after a write of azfed, IAM shows a part of the role as it stood before. That may be lateness; what gives access is narrowed again at once.',
    fix: 'Nothing. What differs after the time in the evidence is taken for drift.',
  },
  'role.case-clash': {
    severity: 'medium',
    meaning: 'A role exists whose name differs in case alone; IAM takes both for one.',
    fix: 'Spell the ARN in the connection exactly as IAM does.',
  },
  'role.from-template': {
    severity: 'info',
    meaning: 'The role comes from an AWS role template and is managed there.',
    fix: 'Name another role in the connection.',
  },
  'role.kept': {
    severity: 'medium',
    meaning:
      'The connection no longer asks for this role and has no other one, and its grant says to keep it. Its trust is still open.',
    fix: 'Set `retire: close` on the grant; the next run closes the role. Or let the connection ask for it again.',
  },
  'role.incident': {
    severity: 'high',
    meaning:
      'Somebody has put a Deny on the role. It is not removed: it may answer an incident, or be the guard of a company. One that keeps everything out holds what would widen the role.',
    fix: 'Ask who did it. Remove the Deny by hand when it has served its purpose.',
  },
  'trust.fenced': {
    severity: 'medium',
    meaning:
      'Somebody added a condition to the statement of our trust, such as an address. It only keeps tokens out: it is kept, also when the trust is written for another reason.',
    fix: 'Ask who did it. If it is not to stay, remove the condition from the trust in IAM by hand.',
  },
  'role.conflict': {
    severity: 'high',
    meaning:
      'The role was changed in IAM while its desired state changed too. Narrowing goes on; widening is held.',
    fix: 'Look at the difference and run `azfed apply` by hand.',
  },
  'role.disputed': {
    severity: 'high',
    meaning:
      'The role was put back five times within an hour: something else writes to it as well. It is narrowed again each time; what does not narrow is held.',
    fix: 'Find out who changes it and stop them; then `azfed apply`, or `azfed resume` for the connection.',
  },
  'role.failing': {
    severity: 'high',
    meaning:
      'A change of the role has failed whenever it was tried: the finding says since when, how often, and what AWS answered. The role stays as it is.',
    fix: 'Refused: give azfed the right that the text names, or ask who owns the policy (an SCP, a boundary) that refuses it. A quota or a malformed policy: correct the grant. Throttled or not reachable: wait; each run tries again.',
  },
  'trust.over-quota': {
    severity: 'high',
    meaning: 'The trust policy would be longer than the account allows.',
    fix: 'Ask for a higher quota (L-C07B4B0D), or let fewer connections share the role.',
  },
  'trust.loose': {
    severity: 'critical',
    meaning: 'The live trust lets in more than the one connection it is for.',
    fix: 'Let azfed repair it, and find out who changed it.',
  },
} as const satisfies Record<string, FindingKind>;
