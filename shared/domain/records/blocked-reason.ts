/** Why a change is blocked, and what unblocks it. */
export const blockedReasons = {
  'limit-deletions': 'a run deletes one role; the next run deletes the next one',
  paused: 'a person has suspended writes here; see: azfed status, azfed resume',
  'deny-window': 'a deny window of the configuration is active; automatic runs only narrow roles',
  disputed:
    'something else keeps changing the role back, so azfed only narrows it; find out who writes here, then: azfed apply',
  approval: 'a second person has to approve the change: azfed approve <plan id>',
  'mode-observe': 'its grant only observes; set `mode: repair` or `mode: enforce` to let azfed act',
  'mode-repair': 'its grant only repairs; set `mode: enforce` to let azfed create and close roles',
  'limit-changes':
    'the run has reached limits.changesPerPass or changesPercent; the next automatic run continues, or: azfed apply',
  'limit-max': 'the run has reached --max; run apply again, with a higher number or without it',
  'limit-closures':
    'the run has reached limits.closuresPerPass or closuresPercent; the next automatic run continues, or: azfed apply',
  'breaker-drift':
    'too many roles drifted at once, so azfed only narrows roles; find the cause, then: azfed resume, or azfed apply',
  'breaker-absence':
    'too many connections of its project are missing at once, so azfed only narrows roles; find the cause, then: azfed resume, or azfed apply',
  'retry-later':
    'AWS refused the change whenever it was tried; an automatic run tries it again within six hours, or at once: azfed apply',
  'second-look': 'azfed did not find the role for the first time; run again in half a minute',
  conflict: 'IAM and the desired state changed at once; run `azfed apply` to decide',
  incident:
    'somebody added a Deny, a condition or a boundary to the role; azfed keeps it until a person removes it in IAM',
  unmanaged:
    'its grant says `permissions: unmanaged`; whoever owns its permissions creates it, or set `permissions: managed`',
  replaced: 'another role has its name; delete it in IAM, or adopt it: azfed adopt <connection>',
  'foreign-mark':
    'its tag names another connection; find out which of the two is right, then: azfed adopt <connection>',
  'missing-policy':
    'a policy that its grant names does not exist; create it in the account, or correct `boundary` or `managedPolicies` of the grant',
  provider: 'the change of its OIDC provider is blocked',
  'not-reviewed': 'the saved plan showed the change as blocked; save a new plan: azfed plan --out FILE',
  'not-selected':
    'the filter of this command leaves the change out; the next automatic run makes it, or: azfed apply',
  undecided:
    'azfed does not know what its connection asks for, or Azure DevOps does not list the connection; azfed widens nothing until it knows',
  'not-bootstrapped': 'no person has allowed this deployment to write yet: azfed bootstrap, or azfed apply',
} as const satisfies Readonly<Record<string, string>>;

export type BlockedReason = keyof typeof blockedReasons;
