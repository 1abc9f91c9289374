import { maskText } from '../../../../shared/domain/verify/task-log.ts';
import type { StepRecord } from '../state/pipeline-state.ts';
import type { ConnectionRecord } from '../state/state.ts';

/** The parameters that the agent does not mask (azure-pipelines-agent, MaskingUtil.cs); keys compare without case. */
const unmasked: ReadonlySet<string> = new Set([
  'role',
  'scope',
  'tenantid',
  'issuedat',
  'expiresat',
  'audience',
  'authenticationtype',
  'authorizationtype',
  'accesstokentype',
  'accesstokenfetchingmethod',
  'usewindowssecurity',
  'unsecured',
  'oauthaccesstokenissupplied',
  'completecallbackpayload',
  'acceptuntrustedcertificates',
]);

/** Every authorization parameter of the connections of the job, whatever it is and however short (Worker.cs, InitializeSecretMasker). */
export function listSecrets(connections: readonly ConnectionRecord[]): readonly string[] {
  return connections.flatMap(({ parameters }) =>
    Object.entries(parameters).flatMap(([key, value]) => (unmasked.has(key.toLowerCase()) ? [] : [value])),
  );
}

/** What the agent lets out of a task. */
export function maskStep<Step extends Pick<StepRecord, 'log' | 'issues'>>(
  step: Step,
  secrets: readonly string[],
): Step {
  const mask = (lines: readonly string[]) => lines.map((line) => maskText(line, secrets));
  return { ...step, log: mask(step.log), issues: mask(step.issues) };
}
