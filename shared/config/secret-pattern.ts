/**
 * What secrets look like: personal access tokens of 52 and 84 characters (azure-devops-docs, use personal access
 * tokens), AWS access key ids (IAM User Guide, unique identifiers), signing secrets of webhooks (Standard Webhooks).
 */
const secrets =
  /(?<![A-Za-z0-9])(?:[A-Za-z0-9]{52}|[A-Za-z0-9]{84}|(?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Za-z0-9])|whsec_[A-Za-z0-9+/=]+/g;

/** Offsets of what looks like a secret, in comments too. */
export function findSecrets(text: string): readonly number[] {
  return [...text.matchAll(secrets)].map(({ index }) => index);
}

/** The text as it may be shown: errors end up in logs and build results. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(secrets, '(hidden)');
}
