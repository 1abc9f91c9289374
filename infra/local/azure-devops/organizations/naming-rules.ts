import { RefusedError } from '../state/refusal.ts';

// azure-devops-docs, naming-restrictions.
const projectNameRefuses = /[/:\\~&%;@'"?<>|#$*}{,+=[\]\p{Cc}]/u;
const organizationNameAllows = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const PROJECT_NAME_MAX_LENGTH = 64;
const ORGANIZATION_NAME_MAX_LENGTH = 50;

/**
 * documented: what the page refuses. any: projects that are there have names which it refuses (`|`, `>`, `%` in public reports);
 * the slash separates the parts of an address, and no report has it.
 * @throws RefusedError 400
 */
export function checkProjectName(name: string, rule: 'documented' | 'any' = 'documented'): void {
  const refused = rule === 'any' ? /[/\p{Cc}]/u : projectNameRefuses;
  if (name.trim() !== '' && name.length <= PROJECT_NAME_MAX_LENGTH && !refused.test(name)) return;
  throw new RefusedError(
    400,
    'InvalidProjectNameException',
    `TF200012: The project name is not valid: ${name}.`,
  );
}

/** @throws RefusedError 400 */
export function checkOrganizationName(name: string): void {
  if (organizationNameAllows.test(name) && name.length <= ORGANIZATION_NAME_MAX_LENGTH) return;
  throw new RefusedError(
    400,
    'InvalidOrganizationNameException',
    `The organization name is not valid: ${name}.`,
  );
}
