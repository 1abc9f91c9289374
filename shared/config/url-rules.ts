import { isLoopback } from '../domain/kernel/loopback.ts';

const parseUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

function isAddress({ hostname }: URL): boolean {
  return hostname.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname);
}

/** What no URL of ours may have. The text is not quoted back: it may hold a password. */
function commonProblem(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') return 'holds a user name or password';
  // An empty one too: what is put behind it would be a part of it.
  if (url.href.includes('#')) return 'has a fragment (#...)';
  if (url.protocol === 'https:') return undefined;
  return url.protocol === 'http:' && isLoopback(url)
    ? undefined
    : 'is not https (plain http is for loopback only)';
}

/** Azure DevOps Server issues no such tokens (aws-toolkit-azure-devops, pull request 550), so only the service is known. */
export function problemOfOrganizationUrl(text: string): string | undefined {
  const url = parseUrl(text);
  if (!url) return 'is not a URL';
  const problem = commonProblem(url);
  if (problem !== undefined) return problem;
  if (url.href.includes('?')) return 'has a query (?...)';
  if (isLoopback(url)) return undefined;
  if (url.port !== '') return 'names a port';
  return url.hostname === 'dev.azure.com' || /^[a-z0-9-]+\.visualstudio\.com$/.test(url.hostname)
    ? undefined
    : 'is not a host of Azure DevOps Services';
}

/** Whether the URL is that of the organization of this name (both forms: azure-devops-docs, work-with-urls). */
export function isUrlOfOrganization(text: string, name: string): boolean {
  const url = parseUrl(text);
  if (!url || isLoopback(url)) return true;
  const path = url.pathname.replace(/\/$/, '').toLowerCase();
  return url.hostname === 'dev.azure.com'
    ? path === `/${name.toLowerCase()}`
    : url.hostname === `${name.toLowerCase()}.visualstudio.com` && path === '';
}

/** Whoever may look at service hooks reads their address: it is no place for a secret. */
export function problemOfHookUrl(text: string): string | undefined {
  const problem = problemOfWebhookUrl(text);
  if (problem !== undefined) return problem;
  return text.includes('?') ? 'has a query (?...)' : undefined;
}

/**
 * The host is handed the password of the hooks. Hosts of Amazon API Gateway are those that the deployment has (its output
 * HookUrl); a name of one's own is allowed by the environment. Throws nothing: what is no URL has been complained about.
 */
export function isHookHost(text: string, allowed: readonly string[]): boolean {
  const url = parseUrl(text);
  if (!url || isLoopback(url)) return true;
  if (allowed.length > 0) return allowed.includes(url.hostname);
  return /^[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.(?:com|com\.cn|eu)$/.test(url.hostname);
}

export function problemOfReportUrl(text: string): string | undefined {
  const url = parseUrl(text);
  return url ? commonProblem(url) : 'is not a URL';
}

export function problemOfWebhookUrl(text: string): string | undefined {
  const url = parseUrl(text);
  if (!url) return 'is not a URL';
  const problem = commonProblem(url);
  if (problem !== undefined || isLoopback(url)) return problem;
  if (url.port !== '') return 'names a port';
  return isAddress(url) ? 'names an address instead of a host' : undefined;
}

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
export const withoutSecrets = (text: string): string => text.replaceAll(secrets, '(hidden)');
