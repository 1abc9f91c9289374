import type { FindingKind } from './finding-kind.ts';

/** What is found about a role, its trust and its grant. */
export const roleFindings = {
  'role.outside-grant': {
    severity: 'high',
    meaning:
      'The connection names a role outside the account, path or name that its grant allows. azfed makes no change for it.',
    fix: 'Correct the ARN in the connection. Widen the grant only if the role belongs to that team.',
  },
  'grant.ambiguous': {
    severity: 'medium',
    meaning:
      'More than one grant covers the connection and its role, so azfed cannot choose the permissions.',
    fix: 'Narrow the patterns so that exactly one grant covers the connection.',
  },
  'role.claimed': {
    severity: 'high',
    meaning:
      'The role that the connection names belongs to another connection, or two connections name it at once.',
    fix: 'Give each connection its own role, or set `shareRole: true` on the grant that covers both. If the connection replaces one that is gone: azfed adopt <its id>. A claim without a role ends when its connection is gone.',
  },
  'role.not-owned': {
    severity: 'high',
    meaning: 'A role with this name exists that azfed did not create. azfed does not change it.',
    fix: 'Name another role in the connection, or check what an adoption would change: azfed adopt <connection>; of all such roles: azfed adopt --all.',
  },
  'role.replaced': {
    severity: 'critical',
    meaning:
      'Somebody deleted the role that azfed created and created another one with the same name. Its RoleId differs from the recorded one. azfed does not write to it, whatever its trust allows.',
    fix: 'Find out who created it (the drift event says when, and who if CloudTrail knows). Delete it in IAM, and azfed creates its role again; or adopt it: azfed adopt <connection>.',
  },
  'role.unmarked': {
    severity: 'critical',
    meaning:
      'The tag azfed:connection is missing from a role that azfed created. azfed recognizes the role by its RoleId and restores the tag. Somebody may have tried to hide the role.',
    fix: 'Find out who removed the tag, and what else they changed.',
  },
  'role.foreign-mark': {
    severity: 'critical',
    meaning:
      'The tag azfed:connection of the role names another connection than the record. azfed widens nothing, even if it trusts the record, because somebody may have changed the role or the record.',
    fix: 'Find out which of the two is right. If it is the record: azfed adopt <connection>. If not, suspend the connection and ask who can write to the table.',
  },
  'role.retired-waiting': {
    severity: 'info',
    meaning: 'The role is closed. Its grant says to delete it after a period without use.',
    fix: 'Nothing. To keep the role, name it in the connection again, or set `retire: close` on the grant.',
  },
  'role.in-use': {
    severity: 'medium',
    meaning: 'Somebody has used a closed role, with an older session or through another trust statement.',
    fix: 'Find out who uses it. azfed deletes the role only after the whole waiting period without use.',
  },
  'role.use-unknown': {
    severity: 'medium',
    meaning: 'azfed could not read when a closed role was last used, so it does not delete the role.',
    fix: 'Check that azfed has these permissions: iam:GetRole and iam:GetAccountAuthorizationDetails.',
  },
  'role.reached-through': {
    severity: 'high',
    meaning:
      'A role is about to be deleted or recreated, and roles of the configured accounts trust it. IAM stores the RoleId behind an ARN in a trust, so a recreated role does not match, although its ARN is the same.',
    fix: 'Ask the owners of the named roles. Do not delete the role while they need it. After a recreation, write the ARN into their trusts again.',
  },
  'role.boundary-cuts': {
    severity: 'medium',
    meaning:
      'azfed is about to attach a boundary to a role that has none, and the boundary does not allow some actions that the policies of the role allow. Pipelines that use them fail from then on. The actions that the role has used within 400 days come first, by the last accessed report of IAM: it counts attempts, names management actions of some services only, and may lack the last four hours.',
    fix: 'Compare the named actions with what the pipelines do. Where the use is not known, `azfed doctor` says whether azfed may ask IAM (`account.last-accessed`), and the IAM console shows it (Last Accessed). Widen the boundary, or keep the role without one: `permissions: unmanaged`, or `boundary: none`.',
  },
  'role.in-instance-profile': {
    severity: 'medium',
    meaning:
      'A closed role is due for deletion, but an instance profile contains it, or azfed could not read the instance profiles.',
    fix: 'Remove the role from the instance profile if nothing runs with it.',
  },
  'role.not-restorable': {
    severity: 'medium',
    meaning: 'azfed cannot recreate a deleted role in its former state.',
    fix: 'Name a role inside its grant in the connection; azfed then creates the role from the grant.',
  },
  'role.settling': {
    severity: 'info',
    meaning:
      'Shortly after a write of azfed, IAM returns an earlier state of a part of the role. IAM may be late. azfed removes additional access at once.',
    fix: 'Nothing. After the time in the evidence, azfed treats a difference as drift.',
    leaves: 'waiting',
  },
  'role.case-clash': {
    severity: 'medium',
    meaning: 'The name of an existing role differs only in case. IAM treats both names as one.',
    fix: 'Use the spelling of IAM in the ARN of the connection.',
  },
  'role.from-template': {
    severity: 'info',
    meaning: 'The role comes from an AWS role template, which manages it.',
    fix: 'Name another role in the connection.',
  },
  'role.not-made': {
    severity: 'medium',
    meaning:
      'The connection names a role that does not exist, and its grant says `permissions: unmanaged`. azfed creates a role only where it manages its permissions.',
    fix: 'Let whoever owns the permissions (Terraform, CDK, a person) create the role, then: azfed adopt <connection>. Or set `permissions: managed` on the grant; azfed then creates it.',
  },
  'role.foreign-boundary': {
    severity: 'medium',
    meaning:
      'A role has a permissions boundary, and its grant says `boundary: none`. A boundary only takes away, so azfed keeps it and reports it; azfed has no right to remove a boundary.',
    fix: 'Ask who set it. Name it as `boundary` of the grant to keep it, or remove it in IAM by hand.',
  },
  'role.kept': {
    severity: 'medium',
    meaning:
      'The connection no longer names this role and has no other one, and its grant says to keep the role. Its trust is still open.',
    fix: 'Set `retire: close` on the grant; the next run closes the role. Or name the role in the connection again.',
  },
  'role.incident': {
    severity: 'high',
    meaning:
      'Somebody has added a Deny to the role. azfed keeps it: it may answer an incident, or enforce a rule of the company. A Deny that denies everything blocks the changes that would widen the role.',
    fix: 'Ask who added it. Remove the Deny by hand when it is no longer needed.',
  },
  'trust.fenced': {
    severity: 'medium',
    meaning:
      'Somebody has added a condition to the trust statement of azfed, such as an address. The condition only denies tokens, so azfed keeps it, also when it writes the trust for another reason.',
    fix: 'Ask who added it. To remove it, edit the trust in IAM by hand.',
  },
  'role.conflict': {
    severity: 'high',
    meaning:
      'Somebody changed the role in IAM while its desired state changed too. azfed still narrows the role; it blocks changes that widen it.',
    fix: 'Check the difference and run `azfed apply`.',
  },
  'role.disputed': {
    severity: 'high',
    meaning:
      'azfed repaired the role five times within an hour, so something else writes to it as well. azfed still narrows the role each time; it blocks the other changes.',
    fix: 'Find out who changes it and stop them. Then run `azfed apply`, or `azfed resume` for the connection.',
  },
  'role.failing': {
    severity: 'high',
    meaning:
      'Every attempt to change the role has failed. The finding says since when, how often, and what AWS answered. The role stays as it is.',
    fix: 'Access denied: give azfed the permission that the text names, or ask who owns the policy (an SCP, a boundary) that denies it. A quota or a malformed policy: correct the grant. Throttled or not reachable: wait; each run tries again.',
  },
  'role.tags-over-quota': {
    severity: 'high',
    meaning:
      'The role has no room for the tags that an adoption adds. IAM allows 50, and the quota cannot be raised.',
    fix: 'Remove tags of the role that nobody needs, then adopt it again.',
  },
  'trust.over-quota': {
    severity: 'high',
    meaning:
      'The trust policy would be longer than the quota of the account allows. A loose trust whose Deny statements and conditions leave no room to narrow it is shut: one Deny of everybody takes their place.',
    fix: 'Request a higher quota (L-C07B4B0D), or let fewer connections share the role. Of a trust that was shut, replace the Deny of everybody by those that are still needed.',
  },
  'trust.loose': {
    severity: 'critical',
    meaning:
      'The live trust is looser than the one that azfed writes: it lets in others than its connections, or asks for less than their subject and the audience.',
    fix: 'Let azfed repair it, and find out who changed it.',
  },
} as const satisfies Record<string, FindingKind>;
