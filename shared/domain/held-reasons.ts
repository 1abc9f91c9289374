import type { HeldReason } from './change.ts';

/** Why a change waits, and what would let it go on. */
export const heldReasons: Readonly<Record<HeldReason, string>> = {
  'limit-deletions': 'one role is deleted in a pass; the next one goes on',
  paused: 'a person has suspended writes here; see: azfed status, azfed resume',
  'deny-window': 'the configuration allows no hands-off changes at this time',
  disputed: 'it was put back again and again; find out who else writes here, then: azfed apply',
  approval: 'a second person has to approve it: azfed approve <plan id>',
  'mode-observe': 'its grant only observes; set `mode: repair` or `mode: enforce` to let azfed act',
  'mode-repair': 'its grant only repairs; set `mode: enforce` to let azfed create and close',
  'limit-changes': 'limits.changesPerPass or changesPercent is reached; run apply again, or raise the limit',
  'limit-closures':
    'limits.closuresPerPass or closuresPercent is reached; run apply again, or raise the limit',
  'breaker-drift': 'too much drifted at once; look, then: azfed resume, or azfed apply',
  'breaker-absence': 'too many connections are missing at once; look, then: azfed resume, or azfed apply',
  'second-look': 'the role was not found for the first time; look again in half a minute',
  conflict: 'IAM and the desired state changed at once; run `azfed apply` by hand to decide',
  incident:
    'somebody put a Deny, or one more condition, on the role; it is kept until a person takes it away in IAM',
  replaced: 'another role stands under its name; delete it in IAM, or take it over: azfed adopt <connection>',
  'foreign-mark':
    'its mark names another connection; remove the tag azfed:connection in IAM, or: azfed adopt <connection>',
  provider: 'the OIDC provider that it needs is held',
  'not-reviewed': 'the saved plan showed it as held; save a new one: azfed plan --out FILE',
  'not-bootstrapped': 'no person has let this deployment write yet: azfed bootstrap, or azfed apply',
};
