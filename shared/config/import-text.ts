import { counted } from '../domain/kernel/counted.ts';
import { NO_BOUNDARY } from '../domain/configuration/configuration.ts';
import type { ImportedGrant, ImportedPair, ImportedRole } from '../domain/import/group-grants.ts';
import type { ImportFinding } from '../domain/import/import-catalogue.ts';
import { inert } from '../domain/kernel/sanitize.ts';
import type { Json } from '../domain/policy/policy-document.ts';
import { listIf } from '../domain/kernel/group-by.ts';

/** Grants as lines of federation.yaml, without an indentation, and the files that they name. */
export interface RenderedGrants {
  readonly lines: readonly string[];
  /** JSON texts by path, relative to the configuration. */
  readonly files: Readonly<Record<string, string>>;
}

/** `withOrganization`: the configuration has several, so that a pair has to say which. */
export function renderGrants(grants: readonly ImportedGrant[], withOrganization: boolean): RenderedGrants {
  const rendered = grants.map((grant) => renderGrant(grant, withOrganization, explainGrant(grant, grants)));
  return {
    lines: rendered.flatMap(({ lines }) => lines),
    files: Object.assign({}, ...rendered.map(({ files }) => files)) as Readonly<Record<string, string>>,
  };
}

/** One line for each connection that got no grant: a comment that says why. */
export function renderFindings(findings: readonly ImportFinding[]): readonly string[] {
  return findings.map(({ message, code }) => `# ${inert(message)} (${code})`);
}

export const FINDINGS_HEAD = '# Not imported; docs/reference/import.md says what to do about each:';

function renderGrant(
  grant: ImportedGrant,
  withOrganization: boolean,
  explanations: readonly string[],
): RenderedGrants {
  const permissions = renderPermissions(grant);
  const trust = renderTrust(grant);
  const lines = [
    `- name: ${grant.name}`,
    ...describeGrant(grant).map((line) => `  # ${line}`),
    ...explanations.map((line) => `  # ${line}`),
    '  mode: repair',
    ...permissions.lines.map((line) => `  ${line}`),
    ...(grant.issuer === undefined ? [] : [`  issuer: ${grant.issuer}`]),
    ...(grant.shareRole ? ['  shareRole: true'] : []),
    ...trust.lines.map((line) => `  ${line}`),
    ...renderCoverage(grant, withOrganization).map((line) => `  ${line}`),
  ];
  return { lines, files: { ...permissions.files, ...trust.files } };
}

/** Said once, at the first grant that it is about. */
function explainGrant(grant: ImportedGrant, grants: readonly ImportedGrant[]): readonly string[] {
  const isFirst = grant === grants[0];
  const isSomebodyElses = grant === grants.find(({ permissions }) => permissions === 'unmanaged');
  const isLoose = grant === grants.find(({ roles }) => roles.some(({ notes }) => notes.length > 0));
  return [
    ...(isFirst
      ? ['repair: azfed puts right what somebody changes; it creates no role, and closes none.']
      : []),
    ...listIf(
      isSomebodyElses,
      'unmanaged: azfed keeps the trust alone. Policies, boundary, session duration, description and tags stay as they are.',
    ),
    ...(isLoose
      ? ['Loose: what the trust of the next line lets in beyond the connections that are listed.']
      : []),
  ];
}

function describeGrant({ roles, why }: ImportedGrant): readonly string[] {
  const connections = new Set(roles.flatMap((role) => role.connections)).size;
  const accounts = new Set(roles.map(({ account }) => account)).size;
  const counts = [
    counted(connections, 'connection'),
    counted(roles.length, 'role'),
    counted(accounts, 'account'),
  ].join(', ');
  return [
    `Written by azfed import: ${counts}, as they are.`,
    ...(why === undefined ? [] : [`unmanaged, because ${why}.`]),
  ];
}

function renderPermissions(grant: ImportedGrant): RenderedGrants {
  if (grant.permissions === 'unmanaged') return { lines: ['permissions: unmanaged'], files: {} };
  const { boundary = NO_BOUNDARY, managedPolicies, inlinePolicies, maxSessionDuration, tags } = grant;
  const inline = Object.entries(inlinePolicies).map(([name, document]) => ({
    name,
    document,
    path: `policies/${grant.name}-${name}.json`,
  }));
  return {
    lines: [
      'permissions: managed',
      'description: keep',
      `boundary: ${quote(boundary)}`,
      ...(managedPolicies.length === 0
        ? []
        : ['managedPolicies:', ...managedPolicies.map((arn) => `  - ${quote(arn)}`)]),
      ...listIf(
        inline.length > 0,
        'inlinePolicies:',
        ...inline.map(({ name, path }) => `  ${quote(name)}: { file: ${quote(path)} }`),
      ),
      ...(maxSessionDuration === 3_600 ? [] : [`maxSessionDuration: ${maxSessionDuration}`]),
      ...(Object.keys(tags).length === 0
        ? []
        : ['tags:', ...Object.entries(tags).map(([key, value]) => `  ${quote(key)}: ${quote(value)}`)]),
    ],
    files: Object.fromEntries(inline.map(({ path, document }) => [path, renderFile(document)])),
  };
}

function renderTrust({ name, trust }: ImportedGrant): RenderedGrants {
  const { statements, conditions, expectDeny } = trust;
  const [allowing, denying] = [`trust/${name}.json`, `trust/${name}-deny.json`];
  const lines = [
    ...(statements.length === 0
      ? []
      : ['  # Who else may come in, kept to the letter.', `  statements: { file: ${quote(allowing)} }`]),
    ...(Object.keys(conditions).length === 0 ? [] : [`  conditions: ${JSON.stringify(conditions)}`]),
    ...(expectDeny.length === 0
      ? []
      : ['  # Put there by somebody else: no drift, and kept.', `  expectDeny: { file: ${quote(denying)} }`]),
  ];
  return {
    lines: lines.length === 0 ? [] : ['trust:', ...lines],
    files: {
      ...(statements.length === 0 ? {} : { [allowing]: renderFile(statements) }),
      ...(expectDeny.length === 0 ? {} : { [denying]: renderFile(expectDeny) }),
    },
  };
}

function renderCoverage({ roles, pattern }: ImportedGrant, withOrganization: boolean): readonly string[] {
  const [role] = roles;
  const [pair] = role?.pairs ?? [];
  if (pattern === undefined || !role || !pair)
    return [
      'roles:',
      ...roles.flatMap((one) => renderRole(one, withOrganization).map((line) => `  ${line}`)),
    ];
  return [
    ...role.notes.map(renderNote),
    'connections:',
    `  organization: ${quote(pair.organization)}`,
    `  project: ${quote(pair.project)}`,
    `  name: ${quote(pattern)}`,
    `accounts: [${quote(role.account)}]`,
    `role: { path: ${quote(role.path)}, name: ${quote(role.name)} }`,
  ];
}

const renderNote = (note: string): string => `# Loose: ${inert(note)}.`;

function renderRole({ arn, pairs, notes }: ImportedRole, withOrganization: boolean): readonly string[] {
  return [...notes.map(renderNote), ...pairs.map((pair) => renderPair(pair, arn, withOrganization))];
}

function renderPair(
  { organization, project, connection, type }: ImportedPair,
  arn: string,
  withOrganization: boolean,
): string {
  const fields = [
    ...(withOrganization ? [`organization: ${quote(organization)}`] : []),
    `project: ${quote(project)}`,
    `connection: ${quote(connection)}`,
    `role: ${quote(arn)}`,
    ...(type === 'any' ? ['type: any'] : []),
  ];
  return `- { ${fields.join(', ')} }`;
}

/** A double-quoted YAML scalar: JSON's strings are a subset of them. */
const quote = (text: string): string => JSON.stringify(text);

const renderFile = (value: Json | readonly Json[]): string => `${JSON.stringify(value, null, 2)}\n`;
