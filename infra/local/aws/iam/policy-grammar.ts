import { parsePolicy, type PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { grammarProblems, type PolicyKind } from '../../../../shared/domain/policy/policy-grammar.ts';
import { ServiceError } from '../protocol/service-error.ts';

/** Reads a policy of an account in this partition as IAM does: by the grammar that `azfed validate` goes by. Throws. */
export function readPolicy(kind: PolicyKind, text: string, partition?: string): PolicyDocument {
  const parsed = parsePolicy(text);
  if (!parsed.readable) throw malformed(`This policy contains invalid Json: ${parsed.reason}`);
  const options = partition === undefined ? {} : { partitions: [partition] };
  const [problem] = grammarProblems(kind, parsed.document, options);
  if (problem !== undefined) throw malformed(problem.says);
  return parsed.document;
}

export function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
