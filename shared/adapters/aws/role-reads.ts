import type { Role, RoleDetail } from '@aws-sdk/client-iam';
import { GetAccountAuthorizationDetailsCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { parseRoleArn, splitRoleArn } from '../../domain/kernel/arn.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import type { Complete } from '../../domain/kernel/result.ts';
import type { AccountObservation, NamedRole, ObservedRole } from '../../domain/iam/role.ts';
import type { ObservationScope, RoleReread } from '../../ports/accounts.ts';
import { buildRead, present, readPages, type IamRequests } from './iam-client.ts';
import { joinRole, readRole } from './role-mapping.ts';
import {
  countReads,
  everyPart,
  findNamesake,
  readParts,
  READS_PER_ROLE,
  readSingleRole,
} from './single-reads.ts';

/** What a complete look at roles gives. */
export type Roles = Extract<AccountObservation['roles'], Complete<unknown>>['value'];

export interface AccountSize {
  /** Roles in the account, as far as that is known. */
  readonly roles: number;
  /** Roles asked for in one page. */
  readonly pageSize: number;
}

/**
 * Single reads that one page of a bulk list weighs: a page of a large account may take ten seconds and 3 MB (PMapper issue 26),
 * and shows roles that nobody has asked for.
 */
const READS_PER_PAGE = 25;

/** Reads the roles the cheaper way, which the counts decide. Throws PermissionError, TransientError. */
export function readRoles(iam: IamRequests, scope: ObservationScope, size: AccountSize): Promise<Roles> {
  const pages = Math.max(1, Math.ceil(size.roles / size.pageSize));
  const paths = scope.roles?.map((role) => splitRoleArn(role).path) ?? scope.paths;
  const prefixes = listPrefixes(paths, pages);
  const isScopedCheaper =
    scope.roles && READS_PER_ROLE * scope.roles.length <= READS_PER_PAGE * (pages + prefixes.length);
  return isScopedCheaper
    ? readEach(iam, scope.roles)
    : readInBulk(iam, prefixes, matchScope(scope), size.pageSize);
}

/** The roles that are there, in bulk; `undefined` where reading each takes no more requests. Also how many roles there are. */
export async function readRolesTogether(
  iam: IamRequests,
  requests: readonly RoleReread[],
  size: AccountSize,
): Promise<{ readonly found: readonly ObservedRole[]; readonly roles: number } | undefined> {
  const pages = Math.max(1, Math.ceil(size.roles / size.pageSize));
  const wanted = new Set<string>(requests.map(({ role }) => role));
  const paths = requests.map(({ role }) => splitRoleArn(role).path);
  const prefixes = listPrefixes(paths, pages);
  const single = requests.reduce((sum, { parts }) => sum + countReads(parts), 0);
  // Pages of details, and of lists: a path has at most as many as the account.
  if (single <= 2 * pages + prefixes.length - 1) return undefined;
  const { inScope, elsewhere } = await readInBulk(iam, prefixes, (role) => wanted.has(role), size.pageSize);
  return { found: inScope, roles: inScope.length + elsewhere.length };
}

/** `elsewhere` holds only the roles that were met: those that have the name of a role asked for. */
async function readEach(iam: IamRequests, arns: readonly RoleArn[]): Promise<Roles> {
  const inScope: ObservedRole[] = [];
  const elsewhere: Role[] = [];
  for (const arn of new Set(arns)) {
    const found = await findNamesake(iam, arn);
    if (!found) continue;
    if (found.Arn !== arn) elsewhere.push(found);
    else inScope.push(...listOfOne(await readParts(iam, found, everyPart)));
  }
  return { inScope, elsewhere: elsewhere.map(nameRole) };
}

async function readInBulk(
  iam: IamRequests,
  prefixes: readonly string[],
  isWanted: (arn: string) => boolean,
  pageSize: number,
): Promise<Roles> {
  const [details, lists] = await Promise.all([
    readDetails(iam, pageSize),
    Promise.all(prefixes.map((prefix) => readList(iam, prefix, pageSize))),
  ]);
  // A list that changes between two pages may hold a role twice; the later one is the newer.
  const detailed = new Map(details.map((detail) => [present(detail.Arn, 'a role'), detail]));
  const listed = new Map(lists.flat().map((role) => [present(role.Arn, 'a role'), role]));
  const seen = new Map<string, Role | RoleDetail>([...detailed, ...listed]);
  const inScope: ObservedRole[] = [];
  const elsewhere: NamedRole[] = [];
  for (const [arn, role] of seen) {
    if (!isWanted(arn)) {
      elsewhere.push(nameRole(role));
      continue;
    }
    const joined = joinSame(listed.get(arn), detailed.get(arn));
    inScope.push(...listOfOne(joined ?? (await readSingleRole(iam, readRole(role).arn, everyPart))));
  }
  return { inScope, elsewhere };
}

/** As IAM lists it: nothing more is asked of a role that nobody has asked for. */
const nameRole = ({ Arn, RoleName }: Role | RoleDetail): NamedRole => ({
  arn: present(Arn, 'a role'),
  name: present(RoleName, 'a role'),
});

/** Each list is of another moment: a role that is in one alone, or was made again in between, is read singly. */
function joinSame(listed: Role | undefined, detail: RoleDetail | undefined): ObservedRole | undefined {
  return listed && detail && listed.RoleId === detail.RoleId ? joinRole(listed, detail) : undefined;
}

function matchScope({ paths, roles }: ObservationScope): (arn: string) => boolean {
  const named = roles && new Set<string>(roles);
  return (arn) =>
    named?.has(arn) ?? paths.some((wanted) => parseRoleArn(arn)?.path.startsWith(wanted) === true);
}

function readDetails(iam: IamRequests, pageSize: number): Promise<readonly RoleDetail[]> {
  const call = buildRead('iam:GetAccountAuthorizationDetails');
  return readPages(
    call.action,
    (marker) =>
      iam.send(call, (client) =>
        client.send(
          new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'], MaxItems: pageSize, ...marker }),
        ),
      ),
    ({ RoleDetailList }) => RoleDetailList,
  );
}

function readList(iam: IamRequests, prefix: string, pageSize: number): Promise<readonly Role[]> {
  const call = buildRead('iam:ListRoles');
  return readPages(
    call.action,
    (marker) =>
      iam.send(call, (client) =>
        client.send(new ListRolesCommand({ PathPrefix: prefix, MaxItems: pageSize, ...marker })),
      ),
    ({ Roles: roles }) => roles,
  );
}

const listOfOne = <Value>(value: Value | undefined): readonly Value[] => (value === undefined ? [] : [value]);

/**
 * The paths to list roles under, so that every path asked for lies on or below one of them: the top-most ones; or what
 * they have in common, when there are more of them than the whole account has pages.
 */
export function listPrefixes(paths: readonly string[], pages: number): readonly string[] {
  const distinct = [...new Set(paths)];
  const top = distinct.filter((path) => !distinct.some((other) => other !== path && path.startsWith(other)));
  return top.length <= pages ? top : [commonAncestor(top)];
}

function commonAncestor(paths: readonly string[]): string {
  const segments = (paths[0] ?? '/').split('/').slice(0, -1);
  const isCommon = (depth: number) =>
    paths.every((path) => path.startsWith(`${segments.slice(0, depth).join('/')}/`));
  const depth = segments.findLastIndex((_segment, index) => isCommon(index + 1)) + 1;
  return `${segments.slice(0, depth).join('/')}/`;
}
