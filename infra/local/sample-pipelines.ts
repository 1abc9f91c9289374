import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalAzureDevOps } from './azure-devops/local-azure-devops.ts';

const NAME = 'azfed-verify';
const file = join(import.meta.dirname, '../../docs/pipelines/azfed-verify.yml');

/** The pipeline that a person makes of the shipped YAML, in each of these projects. */
export function seedPipelines(
  { pipelines }: Pick<LocalAzureDevOps, 'pipelines'>,
  organization: string,
  projects: readonly string[],
): void {
  const text = readFileSync(file, 'utf8');
  for (const project of projects) {
    pipelines.commit(organization, project, `/${NAME}.yml`, text);
    pipelines.create(organization, { project, name: NAME, path: `/${NAME}.yml` });
  }
}
