/**
 * Where an AWS-compatible endpoint that azfed did not write is known to differ from AWS, by a name that the contract
 * asks for. Measured with moto 5.2.1, started with `MOTO_IAM_LOAD_MANAGED_POLICIES=true python3 -m moto.server`;
 * without that variable it knows no policies of AWS. The memory and the embedded AWS have none.
 */
export const motoDivergences = {
  'session-policies':
    'AssumeRole takes any session policy and never evaluates it: a session can do everything.',
  'role-name-case': 'Roles whose names differ in case alone stand side by side.',
  'trust-length': 'The quota on the length of trust policies is told and not kept.',
  'client-ids': 'AddClientIDToOpenIDConnectProvider is not implemented (HTML, status 500).',
} as const;

export type Divergence = keyof typeof motoDivergences;

/** A sentence that holds in AWS. Where that divergence is known it must fail, so that the list stays true. */
export function testsUnless(known: readonly Divergence[]) {
  return (divergence: Divergence) => (known.includes(divergence) ? it.failing : it);
}
