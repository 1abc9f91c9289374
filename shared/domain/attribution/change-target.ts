/** What somebody changed in IAM. */
export type ChangeTarget =
  /** Without path; IAM knows names of roles without regard to case. */
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'provider'; readonly arn: string }
  /** A managed policy: whichever roles have it. */
  | { readonly kind: 'policy'; readonly arn: string };

/** One text for one target, however it was spelled. */
export function targetKey(target: ChangeTarget): string {
  return target.kind === 'role' ? `ROLE/${target.name.toLowerCase()}` : target.arn;
}

/** As CloudTrail knows it among the resources of an event. */
export function resourceName(target: ChangeTarget): string {
  return target.kind === 'role' ? target.name : target.arn;
}
