import * as z from 'zod';
import { JsonError, answerJson, type JsonAnswer } from '../protocol/json-answer.ts';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import type { Dispatch } from './dispatch.ts';
import { admit, parseBody, type JsonRequest } from './json-request.ts';
import type { MemberRecord } from '../state/state.ts';
import { ROOT, listMembers, type OrganizationPlay } from '../state/organization.ts';

/** AWS Organizations: three lists, in AWS JSON 1.1 (Organizations API Reference and service model). */
export const organizationsTarget = /^AWSOrganizationsV20161128\.(\w+)$/;

export const organizationOperations = [
  'ListAccounts',
  'ListAccountsForParent',
  'ListOrganizationalUnitsForParent',
] as const;

/** Patterns and ranges of the service model. */
const request = z.strictObject({
  ParentId: z
    .string()
    .regex(/^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/)
    .optional(),
  NextToken: z.string().max(100_000).optional(),
  MaxResults: z.int().min(1).max(20).default(20),
});

const REGIONS: ReadonlySet<string> = new Set([
  'us-east-1',
  'us-gov-west-1',
  'cn-northwest-1',
  'eusc-de-east-1',
]);

/**
 * Only the management account and delegated administrators may call (API Reference of each operation); one endpoint and Region
 * of the signature in each partition.
 */
export function createOrganizationAnswer(cloud: Dispatch, { shape }: Pick<OrganizationPlay, 'shape'>) {
  function answer(operation: string, { headers, body }: JsonRequest): object {
    checkCaller(cloud, operation, headers);
    const { units } = cloud.world.organization;
    const { ParentId: parent, ...page } = parse(body, operation);
    if (parent !== undefined && parent !== ROOT && !units.some(({ id }) => id === parent))
      throw new JsonError(
        'ParentNotFoundException',
        "We can't find a root or OU with the ParentId that you specified.",
      );
    if (operation === 'ListOrganizationalUnitsForParent') {
      const found = units.filter((unit) => unit.parent === parent);
      return paginate(
        found.map(({ id, name }) => ({ Id: id, Name: name })),
        'OrganizationalUnits',
        page,
      );
    }
    const members = listMembers(cloud.world).filter(
      (one) => operation === 'ListAccounts' || one.parent === parent,
    );
    return paginate(members.map(showAccount), 'Accounts', page);
  }

  const showAccount = ({ account, name, state }: MemberRecord) => ({
    Id: account,
    Arn: `arn:aws:organizations::${cloud.world.organization.management}:account/o-azfedlocal0/${account}`,
    Name: name,
    [shape.stateIn]: state,
  });

  function paginate(items: readonly object[], key: string, { NextToken: token, MaxResults: most }: Page) {
    const start =
      token === undefined ? (shape.beginsEmpty ? -1 : 0) : Number(/^page-(\d+)$/.exec(token)?.[1]);
    if (Number.isNaN(start)) throw new JsonError('InvalidInputException', 'INVALID_NEXT_TOKEN');
    const size = start < 0 ? 0 : Math.min(most, shape.pageSize);
    const next = Math.max(start, 0) + size;
    const more = next < items.length || start < 0 ? { NextToken: `page-${next}` } : {};
    return { [key]: items.slice(Math.max(start, 0), next), ...more };
  }

  return (call: JsonRequest): JsonAnswer => {
    const [, operation = ''] = organizationsTarget.exec(String(call.headers['x-amz-target'])) ?? [];
    return answerJson(() => answer(operation, call));
  };
}

/** Throws what keeps the caller from asking. */
function checkCaller(cloud: Dispatch, operation: string, headers: JsonRequest['headers']): void {
  if (!organizationOperations.some((known) => known === operation))
    throw new JsonError('UnknownOperationException', '');
  if (!REGIONS.has(parseCredentialScope(headers)?.region ?? ''))
    throw new JsonError('InvalidSignatureException', 'Credential should be scoped to a valid region.');
  const { caller } = admit(cloud, headers, `organizations:${operation}`);
  const { management, delegated } = cloud.world.organization;
  if (caller.account.id !== management && !delegated.includes(caller.account.id))
    throw new JsonError('AccessDeniedException', "You don't have permissions to access this resource.");
}

type Page = Pick<z.output<typeof request>, 'NextToken' | 'MaxResults'>;

/** Of `ListAccounts` alone nothing is asked for a parent. */
function parse(body: string, operation: string): z.output<typeof request> {
  const parsed = parseBody(request, body, 'InvalidInputException');
  if ((operation === 'ListAccounts') !== (parsed.ParentId === undefined))
    throw new JsonError('InvalidInputException', 'INPUT_REQUIRED');
  return parsed;
}
