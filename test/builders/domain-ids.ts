import { parseRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { ConnectionId, OrganizationId, ProjectId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import {
  parseAccountId,
  parseConnectionId,
  parseOrganizationId,
  parseProjectId,
} from '../../shared/domain/kernel/ids.ts';

function present<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new Error(`A test named ${text}, which is not an id.`);
  return value;
}

const guid = (kind: string, number: number) =>
  `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The same number, the same id: a failing test names the same things in every run. */
export const organizationId = (number: number): OrganizationId =>
  present(parseOrganizationId(guid('0', number)), 'an organization');
export const projectId = (number: number): ProjectId =>
  present(parseProjectId(guid('1', number)), 'a project');
export const connectionId = (number: number): ConnectionId =>
  present(parseConnectionId(guid('c', number)), 'a connection');

export const ACCOUNT = present(parseAccountId('123456789012'), 'an account');

/** A role in the account and on the path that the grants of the builders allow. */
export function roleArn(name: string, path = '/azure-devops/'): RoleArn {
  const text = `arn:aws:iam::${ACCOUNT}:role${path}${name}`;
  return present(parseRoleArn(text), text).arn;
}
