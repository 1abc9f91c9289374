import { parse } from 'yaml';
import type { AcceptedRunFinding } from '../domain/configuration/configuration.ts';
import type { Json } from '../domain/policy/policy-document.ts';
import { rewriteYaml } from './yaml-rewrite.ts';

/**
 * The configuration with one more accepted finding; an entry of the same code and scope is replaced. Every other line stays.
 * Throws RangeError for a text that cannot be changed so.
 */
export function addAcceptance(text: string, entry: AcceptedRunFinding): string {
  const wanted = parse(text, { stringKeys: true }) as Record<string, Json> & {
    readonly accepted?: readonly AcceptedRunFinding[];
  };
  const others = (wanted.accepted ?? []).filter((one) => scopeKey(one) !== scopeKey(entry));
  return rewriteYaml(text, { ...wanted, accepted: [...others, entry] as unknown as Json });
}

const scopeKey = ({ code, connection, role, account }: AcceptedRunFinding) =>
  JSON.stringify([code, connection ?? null, role ?? null, account ?? null]);
