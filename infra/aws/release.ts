import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Which release is deployed: functions and roles in the accounts bear it. */
export function releaseVersion(): string {
  const file = resolve(import.meta.dirname, '../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
