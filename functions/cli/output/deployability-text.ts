import type { Deployability } from '../../../shared/application/checks/deployable.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { inert } from './sanitize.ts';

/** Throws ConfigError with everything for which a stack has to be deployed first. `then`: the command to repeat. */
export function requireDeployable({ problems, missing }: Deployability, then: string): void {
  if (problems.length + missing.length === 0) return;
  throw new ConfigError([
    ...problems.map((what) => ({
      where: 'The stack',
      what,
      fix: 'Change the configuration: the stack refuses it.',
    })),
    ...missing.map((need) => ({
      where: 'The stack',
      what: `It was not deployed with ${need}.`,
      fix: `Deploy the stack with this configuration (docs/deploy.md), wait for a run, then: ${then}`,
    })),
  ]);
}

/** What roles in the accounts cannot do yet, and what to update. */
export function deployabilityText({ rights }: Deployability): readonly string[] {
  if (rights.length === 0) return [];
  return [
    [
      'Roles of azfed in the accounts lack rights that the grants need, or could not be examined:',
      ...rights.map(({ subject, code, says }) => `  ${inert(subject)}  ${code}  ${inert(says)}`),
      'Update the StackSet azfed-spoke with the template of this configuration first (azfed template spoke; in mode small deploy the stack). Until then these changes fail.',
    ].join('\n'),
  ];
}
