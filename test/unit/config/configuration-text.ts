import { readFileSync } from 'node:fs';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import type { ConfigurationProblem } from '../../../shared/domain/kernel/errors.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { Allowance } from '../../../shared/config/environment.ts';
import { NOTHING_ALLOWED } from '../../../shared/config/environment.ts';
import { parseConfiguration } from '../../../shared/config/load-configuration.ts';

export const folder = 'test/fixtures/config';

export function fixture(name: string): string {
  return readFileSync(`${folder}/${name}`, 'utf8');
}

/** A short, valid file; tests spoil one place of it. */
export const short = `version: 1
organizations:
  - name: contoso
    id: 11111111-2222-3333-4444-555555555555
    credential: { type: pat, env: AZURE_DEVOPS_PAT }
accounts:
  - id: "123456789012"
  - id: "210987654321"
    partition: aws-cn
grants:
  - name: shop
    mode: observe
    connections: { organization: contoso, project: Shop, name: "aws-*" }
    accounts: ["123456789012"]
    role: { path: /azure-devops/shop/, name: "*" }
    boundary: "arn:{partition}:iam::{account}:policy/azfed-boundary"
webhooks:
  - name: ops
    url: https://hooks.example.com/azfed
    secret: { env: AZFED_WEBHOOK_SECRET }
    events: ["connection.*"]
`;

/** `short` with one place replaced, which must be there. */
export function spoilt(from: string, to: string): string {
  if (!short.includes(from)) throw new Error(`The short file does not hold ${from}`);
  return short.replace(from, () => to);
}

type Files = Readonly<Record<string, string>>;

export function parse(
  text: string,
  files: Files = {},
  allowance: Allowance = NOTHING_ALLOWED,
): Configuration {
  const readFile = (path: string) => {
    const content = files[path];
    return content === undefined ? { what: 'The file is not there.', fix: 'Write it.' } : { text: content };
  };
  return parseConfiguration(text, 'federation.yaml', readFile, allowance);
}

/** What is wrong with the text; none when it is accepted. */
export function listProblems(
  text: string,
  files: Files = {},
  allowance: Allowance = NOTHING_ALLOWED,
): readonly ConfigurationProblem[] {
  try {
    parse(text, files, allowance);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
