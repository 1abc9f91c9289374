import type { Cause } from './change.ts';
import type { ChangeKind } from '../records/connection-record.ts';
import { CONNECTION_MARK_PATH } from '../desired/role-design.ts';
import { toList, type PolicyDocument, type Statement } from '../policy/policy-document.ts';
import { REVOCATION_POLICY } from './revocation.ts';
import type { RoleState } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import { parseFieldName, findValue } from '../iam/role-fields.ts';
import { narrowedTrust } from '../policy/trust-narrowing.ts';
import type { Severity } from '../kernel/severity.ts';

/**
 * How dangerous it is that a field of a role is not as it should be:
 *
 *     critical | the trust lets in impostors; an administrator's or `*` policy; no boundary; azfed's own mark
 *     high     | another foreign policy, another boundary, a policy that somebody rewrote
 *     medium   | sessions that last longer; somebody or something that is missing; a boundary that is not asked for
 *     low      | other tags, shorter sessions
 *     info     | the description
 *
 * A field that is as azfed last wrote it is not critical: the configuration or a name has changed, and nobody has
 * changed IAM.
 */
export function fieldSeverity(
  path: string,
  { state, trust }: RoleDesign,
  observed: RoleState,
  isAsWritten: boolean,
): Severity {
  const severity =
    path === 'trust'
      ? narrowedTrust(observed.trust, trust)
        ? 'critical'
        : 'medium'
      : rateRemainingField(path, state, observed);
  return isAsWritten && severity === 'critical' ? 'high' : severity;
}

function rateRemainingField(path: string, desired: RoleState, observed: RoleState): Severity {
  const managed = parseFieldName('policies.managed.', path);
  const inline = parseFieldName('policies.inline.', path);
  if (managed !== undefined) return severityOfManaged(managed, desired);
  if (inline !== undefined) return severityOfInline(inline, observed);
  switch (path) {
    case 'boundary':
      if (desired.boundary === undefined) return 'medium';
      return observed.boundary === undefined ? 'critical' : 'high';
    case 'maxSessionDuration':
      return observed.maxSessionDuration > desired.maxSessionDuration ? 'medium' : 'low';
    case CONNECTION_MARK_PATH:
      return 'critical';
    case 'description':
      return 'info';
    default:
      return 'low';
  }
}

function severityOfManaged(arn: string, { managedPolicies }: RoleState): Severity {
  if (managedPolicies.includes(arn)) return 'medium';
  return administrators.test(arn) ? 'critical' : 'high';
}

function severityOfInline(name: string, { inlinePolicies }: RoleState): Severity {
  const document = name === REVOCATION_POLICY ? undefined : findValue(inlinePolicies, name);
  if (!document) return 'medium';
  return allowsEverything(document) ? 'critical' : 'high';
}

/** AWS's own policies with which a role can do everything, or give itself everything. */
const administrators =
  /^arn:[a-z-]+:iam::aws:policy\/(?:job-function\/)?(?:AdministratorAccess|PowerUserAccess|IAMFullAccess|SystemAdministrator)/;

/** Whether a statement allows every action, every action of IAM, or all but some; or what cannot be read. */
function allowsEverything(document: PolicyDocument): boolean {
  if ('Unreadable' in document) return true;
  return toList<Statement>(document.Statement).some((statement) => {
    if (statement.Effect === 'Deny') return false;
    if (statement.NotAction !== undefined) return true;
    return toList(statement.Action).some(
      (action) => typeof action === 'string' && /^(?:\*+(?::\*+)?|(?:iam|sts):\*+)$/i.test(action),
    );
  });
}

/** How dangerous it is that a change is not made, where no field of a role says it. */
export function changeSeverity(kind: ChangeKind, cause: Cause, admitsImpostors: boolean): Severity {
  if (admitsImpostors) return 'critical';
  if (kind === 'close') return cause === 'drift' ? 'critical' : 'medium';
  if (kind === 'delete') return 'low';
  if (kind === 'create') return cause === 'gone' ? 'medium' : 'info';
  return 'medium';
}
