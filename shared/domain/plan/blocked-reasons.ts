import type { BlockedReason } from './change.ts';

/** Why a change waits, and what would let it go on. */
export const blockedReasons: Readonly<Record<BlockedReason, string>> = {
  'limit-deletions': 'one role is deleted in a run; the next one goes on',
  paused: 'a person has suspended writes here; see: azfed status, azfed resume',
  'deny-window': 'the configuration allows no automatic changes at this time, narrowing excepted',
  disputed:
    'it was put back again and again, and is only narrowed now; find out who else writes here, then: azfed apply',
  approval: 'a second person has to approve it: azfed approve <plan id>',
  'mode-observe': 'its grant only observes; set `mode: repair` or `mode: enforce` to let azfed act',
  'mode-repair': 'its grant only repairs; set `mode: enforce` to let azfed create and close',
  'limit-changes':
    'limits.changesPerPass or changesPercent is reached; the next automatic run goes on, or: azfed apply',
  'limit-max': '--max is reached; run apply again, with more or without it',
  'limit-closures':
    'limits.closuresPerPass or closuresPercent is reached; the next automatic run goes on, or: azfed apply',
  'breaker-drift':
    'too much drifted at once, so roles are only narrowed; look, then: azfed resume, or azfed apply',
  'breaker-absence':
    'too many connections of its project are missing at once, so roles are only narrowed; look, then: azfed resume, or azfed apply',
  'second-look': 'the role was not found for the first time; look again in half a minute',
  conflict: 'IAM and the desired state changed at once; run `azfed apply` by hand to decide',
  incident:
    'somebody put a Deny, or one more condition, on the role; it is kept until a person takes it away in IAM',
  replaced: 'another role stands under its name; delete it in IAM, or take it over: azfed adopt <connection>',
  'foreign-mark':
    'its mark names another connection; find out which of the two is right, then: azfed adopt <connection>',
  'missing-policy':
    'a policy that its grant names does not exist; make it in the account, or correct `boundary` or `managedPolicies` of the grant',
  provider: 'the OIDC provider that it needs is held',
  'not-reviewed': 'the saved plan showed it as held; save a new one: azfed plan --out FILE',
  undecided:
    'it is not clear what its connection asks for, or the connection is not listed; nothing is widened until it is',
  'not-bootstrapped': 'no person has let this deployment write yet: azfed bootstrap, or azfed apply',
};
