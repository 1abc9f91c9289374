import { samePolicy } from '../../shared/domain/policy/canonical-policy.ts';
import type { PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import type { TrustBinding } from '../../shared/domain/policy/trust-document.ts';
import { buildTrust, readTrustStatement } from '../../shared/domain/policy/trust-document.ts';

/** The exact inverse of `buildTrust`; `undefined` when there is anything in the document that azfed did not write. */
export function readManagedTrust(document: PolicyDocument): readonly TrustBinding[] | undefined {
  const bindings = toList<Statement>(document.Statement).map(
    (statement) => readTrustStatement(statement)?.binding,
  );
  if (!bindings.every((binding) => binding !== undefined)) return undefined;
  return samePolicy(document, buildTrust(bindings)) ? bindings : undefined;
}
