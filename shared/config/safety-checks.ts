import { listEntraIssuers } from '../domain/issuers/issuer.ts';
import {
  allowsAdministration,
  isAdministratorPolicy,
  isServiceLinkedPolicy,
} from '../domain/policy/policy-document.ts';
import { refuseValue, type Complaint, type FieldPath } from './field.ts';
import type { Allowance } from './environment.ts';
import type { PolicyDocuments } from './inline-policies.ts';
import { listPatterns, type GrantOutline, type ConfigurationOutline } from './outline.ts';
import { isHookHost, problemOfHookUrl } from './url-rules.ts';
import { isLoopbackUrl } from '../domain/kernel/loopback.ts';
import { listIf } from '../domain/kernel/group-by.ts';

/**
 * What a configuration may not say, however it came about: everybody who may propose a change to the file proposes where
 * secrets are sent, whose tokens are let in, and what roles may do. Each check passes over what the schema has refused.
 */
export function checkSafety(
  outline: ConfigurationOutline,
  policies: readonly PolicyDocuments[],
  allowance: Allowance,
): readonly Complaint[] {
  const { organizations, grants, hooks } = outline;
  return [
    ...(allowance.loopback ? [] : loopbackAddresses(outline).map(refuseLoopback)),
    ...organizations.flatMap(checkTenant),
    ...organizations.flatMap(checkIssuer),
    ...checkHookHost(hooks.url, allowance),
    ...grants.flatMap((grant, index) => {
      const path = ['grants', index];
      return [...checkPolicies(grant, path), ...checkCatchAll(grant, path, policies[index] ?? {})];
    }),
  ];
}

/** Every address in the file that a secret, a token or an event may be sent to, or that a person is sent to. */
function loopbackAddresses({
  organizations,
  webhooks,
  hooks,
  report,
}: ConfigurationOutline): readonly FieldPath[] {
  const addresses: readonly (readonly [FieldPath, unknown])[] = [
    ...organizations.flatMap(({ url, credential }, index) => [
      [['organizations', index, 'url'], url] as const,
      [['organizations', index, 'credential', 'authority'], credential?.authority] as const,
    ]),
    ...webhooks.map(({ url }, index) => [['webhooks', index, 'url'], url] as const),
    // Beside an organization elsewhere it has been complained about already: Azure DevOps posts to no such address.
    [['hooks', 'url'], organizations.every(isHere) ? hooks.url : undefined],
    [['report', 'url'], report.url],
  ];
  return addresses.flatMap(([path, url]) => (typeof url === 'string' && isLoopbackUrl(url) ? [path] : []));
}

const isHere = ({ url }: ConfigurationOutline['organizations'][number]): boolean =>
  url !== undefined && isLoopbackUrl(url);

const refuseLoopback = (path: FieldPath): Complaint => ({
  path,
  at: 'value',
  what: `\`${String(path.at(-1))}\` is an address of this machine, and a file alone may not choose that.`,
  fix: 'Write the real address; for trials use --local, or set AZFED_ALLOW_LOOPBACK=1 in the environment.',
});

/** An organization is connected to one tenant: that of its credential, and that of its tokens. */
function checkTenant(
  { credential, entra }: ConfigurationOutline['organizations'][number],
  index: number,
): readonly Complaint[] {
  const [signsIn, issues] = [credential?.tenantId, entra?.tenantId].map((id) => id?.toLowerCase());
  if (credential?.type !== 'entra' || signsIn === undefined || issues === undefined || signsIn === issues)
    return [];
  return refuseValue(
    ['organizations', index, 'entra', 'tenantId'],
    '`entra.tenantId` is another tenant than that of `credential`.',
    'Both are the one tenant that the organization is connected to.',
  );
}

/** Tokens of any other issuer are made by whoever runs it. */
function checkIssuer(
  { entra }: ConfigurationOutline['organizations'][number],
  index: number,
): readonly Complaint[] {
  const { issuer, tenantId } = entra ?? {};
  if (issuer === undefined || tenantId === undefined) return [];
  const tenant = tenantId.toLowerCase();
  if (listEntraIssuers(tenant).includes(issuer)) return [];
  return refuseValue(
    ['organizations', index, 'entra', 'issuer'],
    '`issuer` is none of Microsoft for this tenant: whoever runs it could make tokens that are let in.',
    `Leave it out for login.microsoftonline.com/${tenant}/v2.0; in another cloud write its host instead, such as login.microsoftonline.us/${tenant}/v2.0.`,
  );
}

function checkHookHost(url: string | undefined, { hookHosts }: Allowance): readonly Complaint[] {
  if (url === undefined || problemOfHookUrl(url) !== undefined || isHookHost(url, hookHosts)) return [];
  const allowed =
    hookHosts.length > 0
      ? `AZFED_HOOK_HOSTS in the environment allows ${hookHosts.join(', ')}.`
      : 'Hosts of Amazon API Gateway are allowed.';
  return refuseValue(
    ['hooks', 'url'],
    `\`url\` names a host that is not allowed: it would be handed the password of the hooks. ${allowed}`,
    'Write the output HookUrl of the deployment; for a domain of your own set AZFED_HOOK_HOSTS=<host> in the environment.',
  );
}

function checkPolicies({ boundary, managedPolicies }: GrantOutline, path: FieldPath): readonly Complaint[] {
  const serviceLinked = (arn: string | undefined, at: FieldPath): readonly Complaint[] =>
    listIf(arn !== undefined && isServiceLinkedPolicy(arn), {
      path: at,
      at: 'value',
      what: `${arn} belongs to a service-linked role: AWS attaches it to no other.`,
      fix: 'Name a policy outside of aws-service-role/.',
    });
  const isUnbounded = boundary !== undefined && isAdministratorPolicy(boundary);
  return [
    ...serviceLinked(boundary, [...path, 'boundary']),
    ...managedPolicies.flatMap((arn, index) => serviceLinked(arn, [...path, 'managedPolicies', index])),
    ...listIf(isUnbounded, {
      path: [...path, 'boundary'],
      at: 'value' as const,
      what: `${boundary} is no boundary: who has it may do everything, or give it to themselves.`,
      fix: 'Name a policy of your own that says what no role of the grant may do, such as policy/azfed-boundary.',
    }),
  ];
}

/** Every project may make a connection that such a grant covers. */
function checkCatchAll(
  { connections, managedPolicies }: GrantOutline,
  path: FieldPath,
  documents: PolicyDocuments,
): readonly Complaint[] {
  const isEverything = (written: typeof connections.name) =>
    listPatterns(written, []).some(({ pattern }) => /^[*?]*\*[*?]*$/.test(pattern));
  if (!isEverything(connections.project) || !isEverything(connections.name)) return [];
  const managed = managedPolicies.findIndex((arn) => arn !== undefined && isAdministratorPolicy(arn));
  const inline = Object.keys(documents).find((key) => {
    const document = documents[key];
    return document !== undefined && allowsAdministration(document);
  });
  const at =
    managed >= 0 ? ['managedPolicies', managed] : inline === undefined ? [] : ['inlinePolicies', inline];
  if (at.length === 0) return [];
  return refuseValue(
    [...path, ...at],
    'The rights of an administrator for every connection of every project: whoever may make a connection would have them.',
    'Name the projects and connections that are meant, in a grant of their own, or give fewer rights.',
  );
}
