import type { OrganizationId } from './ids.ts';
import type { ConnectionReference } from './service-connection.ts';

/** How one issuer names a connection in its tokens. */
export interface IssuerProfile {
  readonly name: 'vstoken';
  /** Host and path, without `https://`: the prefix of IAM's condition keys. GUID in lower case, no slash at the end. */
  readonly issuer: string;
  readonly audience: string;
  /** Deprecated since, retired on: ISO dates of the vendor's announcement. */
  readonly retiredOn?: string;
}

/**
 * Tokens of Azure DevOps' own issuer (aws-toolkit-azure-devops README). Deprecated on 2026-07-01, to be retired on
 * 2027-07-01 (azure-devops-docs, convert-service-connections).
 */
export function vstokenProfile(organization: OrganizationId): IssuerProfile {
  return {
    name: 'vstoken',
    issuer: `vstoken.dev.azure.com/${organization}`,
    audience: 'api://AzureADTokenExchange',
    retiredOn: '2027-07-01',
  };
}

/** Letters, digits and hyphens, at most 50 (azure-devops-docs, naming-restrictions). */
export function isOrganizationName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/.test(name);
}

/** The subject is built of names, with the spelling that Azure DevOps stores. It is built, never parsed. */
export function buildSubject(organizationName: string, reference: ConnectionReference): string {
  return `sc://${organizationName}/${reference.projectName}/${reference.name}`;
}

/** STS returns subjects of 6 to 255 characters (STS service model); what it does beyond is not documented. */
export const SUBJECT_MAX_LENGTH = 255;

export type NameProblem = 'characters' | 'spaces' | 'empty';

// Latin-1 letters, digits and marks that mean nothing to IAM: no `* ?` (wildcards), no `$ { }` (policy variables), no
// slash (the subject's separator), no percent sign (encodings), nothing invisible, nothing outside Latin-1
// (IAM documents cannot hold it).
const allowedName = /^[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff ._\-()+,=@:#!'~&;[\]^]+$/;

/** Names are refused by an allow-list; they are never normalised, escaped or cut. */
export function problemOfName(name: string): NameProblem | undefined {
  if (name === '') return 'empty';
  if (!allowedName.test(name)) return 'characters';
  return name !== name.trim() || name.includes('  ') ? 'spaces' : undefined;
}
