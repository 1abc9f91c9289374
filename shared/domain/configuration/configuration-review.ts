import type { Configuration, Grant, Organization, RolePair } from './configuration.ts';
import { getTargetArn, isOfAws } from './configuration.ts';
import { isOnPath } from './grant-coverage.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { selectProfiles } from '../issuers/issuer.ts';
import { listIf } from '../kernel/group-by.ts';

/** What a change of the configuration may widen. Stable codes: pipelines filter on them. */
export const reviewCatalogue = {
  'review.new-host': 'Secrets, tokens or events are sent to a host that was not named before.',
  'review.new-issuer': 'Tokens of another issuer, or for another audience, are let in.',
  'review.new-organization': 'Another organization, or another GUID under a known name.',
  'review.new-account': 'azfed works in another AWS account, or through other roles there.',
  'review.new-secret': 'Another secret is read.',
  'review.new-grant': 'A grant that was not there before.',
  'review.wider-pattern': 'A grant covers more connections, accounts or roles.',
  'review.wider-permissions': 'Roles of a grant may do more, or something else, or for longer.',
  'review.wider-trust': 'Somebody else is let into the roles of a grant, or on other conditions.',
  'review.wider-mode': 'A grant lets azfed do more by itself.',
  'review.weaker-guard': 'Limits, deny windows or receivers of events were relaxed or taken out.',
  'review.hub-changed': 'The place where azfed keeps its records is another one.',
} as const;

type ReviewCode = keyof typeof reviewCatalogue;

/** Something that a reviewer of the change has to look at. */
export interface ReviewItem {
  readonly code: ReviewCode;
  /** Where it stands in the proposed configuration, such as `grants.shop.connections.project`. */
  readonly where: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What the proposed configuration widens, compared with the one in force. What only narrows is not listed. */
export const reviewConfiguration = (base: Configuration, proposed: Configuration): readonly ReviewItem[] => [
  ...differing('review.hub-changed', 'hub', base.hub, proposed.hub),
  ...proposed.organizations.flatMap((organization) => reviewOrganization(base, organization)),
  ...proposed.accounts.flatMap((account) =>
    differing(
      'review.new-account',
      `accounts.${account.id}`,
      base.accounts.find(({ id }) => id === account.id),
      account,
    ),
  ),
  ...differing('review.new-account', 'accounts', base.listing, proposed.listing),
  ...proposed.grants.flatMap((grant) => reviewGrant(base, grant)),
  ...reviewAddresses(base, proposed),
  ...reviewGuard(base, proposed),
];

function differing(code: ReviewCode, where: string, before: unknown, after: unknown): readonly ReviewItem[] {
  return canonicalJson(before ?? null) === canonicalJson(after ?? null)
    ? []
    : [{ code, where, before: before ?? null, after: after ?? null }];
}

const parseHost = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

function reviewOrganization({ organizations }: Configuration, after: Organization): readonly ReviewItem[] {
  const where = `organizations.${after.name}`;
  const before = organizations.find(({ name }) => name.toLowerCase() === after.name.toLowerCase());
  const identity = ({ id, name }: Organization) => ({ id, name });
  const issuers = (one: Organization | undefined) =>
    one && { chosen: one.issuer ?? 'vstoken', profiles: selectProfiles(one, one.issuer) };
  const selectHosts = (one: Organization | undefined) =>
    one && {
      url: parseHost(one.url),
      ...(one.credential.type === 'entra' ? { authority: parseHost(one.credential.authority) } : {}),
    };
  return [
    ...differing('review.new-organization', where, before && identity(before), identity(after)),
    ...differing('review.new-host', `${where}.url`, selectHosts(before), selectHosts(after)),
    ...differing('review.new-issuer', `${where}.issuer`, issuers(before), issuers(after)),
    ...differing('review.new-secret', `${where}.credential`, before?.credential, after.credential),
  ];
}

/**
 * The wide pattern matches everything that the narrow one does; `false` where that is not plain to see. Row by row, so
 * that no pattern takes long: `row[n]` says whether what is left of `wide` covers the narrow one from `n` on.
 */
export function coversPattern(wide: string, narrow: string): boolean {
  let row = Array.from({ length: narrow.length + 1 }, (_, n) => n === narrow.length);
  for (let w = wide.length - 1; w >= 0; w--) {
    const below = row;
    const letter = wide.charAt(w);
    row = below.map(() => false);
    for (let n = narrow.length; n >= 0; n--) {
      const next = narrow.charAt(n);
      const isSame = n < narrow.length && (next === letter || (letter === '?' && next !== '*'));
      row[n] = letter === '*' ? below[n] === true || row[n + 1] === true : isSame && below[n + 1] === true;
    }
  }
  return row[0] === true;
}

const modes = ['observe', 'repair', 'enforce'];
const retirements = ['keep', 'close', 'delete'];

function reviewGrant({ grants }: Configuration, after: Grant): readonly ReviewItem[] {
  const where = `grants.${after.name}`;
  const before = grants.find(({ name }) => name === after.name);
  if (!before) return [{ code: 'review.new-grant', where, before: null, after }];
  return [
    ...reviewCoverage(before, after, where),
    ...(after.allAccounts && !before.allAccounts
      ? differing('review.wider-pattern', `${where}.accounts`, before.accounts, 'all')
      : []),
    ...(after.allAccounts || before.allAccounts || after.accounts.every((id) => before.accounts.includes(id))
      ? []
      : differing('review.wider-pattern', `${where}.accounts`, before.accounts, after.accounts)),
    ...differing('review.new-issuer', `${where}.issuer`, before.issuer, after.issuer),
    ...reviewRights(before, after, where),
    ...reviewTrust(before, after, where),
    ...reviewMode(before, after, where),
  ];
}

/** Patterns by patterns, pairs by pairs; from one to the other is for people to read. */
function reviewCoverage(before: Grant, after: Grant, where: string): readonly ReviewItem[] {
  const code = 'review.wider-pattern';
  if (before.roles && after.roles) return reviewPairs(before.roles, after.roles, where);
  if (before.roles ?? after.roles)
    return differing(code, `${where}.roles`, selectCoverage(before), selectCoverage(after));
  const patterns = [
    ['connections.organization', before.connections.organization, after.connections.organization],
    ['connections.project', before.connections.project, after.connections.project],
    ['connections.name', before.connections.name, after.connections.name],
    ['role.name', before.role.name, after.role.name],
  ] as const;
  return [
    ...patterns.flatMap(([field, was, is]): readonly ReviewItem[] =>
      is.every((narrow) => was.some((wide) => coversPattern(wide, narrow)))
        ? []
        : [{ code, where: `${where}.${field}`, before: writePatterns(was), after: writePatterns(is) }],
    ),
    ...(isOnPath(before.role.path, after.role.path)
      ? []
      : differing(code, `${where}.role.path`, before.role.path, after.role.path)),
  ];
}

/** A list of one is mostly written as that one. */
const writePatterns = (patterns: readonly string[]) => (patterns.length === 1 ? patterns[0] : patterns);

const selectCoverage = ({ connections, role, roles }: Grant) => roles ?? { connections, role };

function reviewPairs(
  was: readonly RolePair[],
  is: readonly RolePair[],
  where: string,
): readonly ReviewItem[] {
  const known = new Set(was.map((pair) => canonicalJson(pair)));
  const added = is.filter((pair) => !known.has(canonicalJson(pair)));
  return added.length === 0
    ? []
    : [{ code: 'review.wider-pattern', where: `${where}.roles`, before: null, after: added }];
}

function reviewRights(before: Grant, after: Grant, where: string): readonly ReviewItem[] {
  const added = after.managedPolicies.some((arn) => !before.managedPolicies.includes(arn));
  const code = 'review.wider-permissions';
  const isLonger = after.maxSessionDuration > before.maxSessionDuration;
  const rewritten = Object.keys(after.inlinePolicies).flatMap((name) =>
    differing(
      code,
      `${where}.inlinePolicies.${name}`,
      before.inlinePolicies[name],
      after.inlinePolicies[name],
    ),
  );
  return [
    ...differing(code, `${where}.permissions`, before.permissions, after.permissions),
    ...differing(code, `${where}.boundary`, before.boundary, after.boundary),
    ...(added
      ? differing(code, `${where}.managedPolicies`, before.managedPolicies, after.managedPolicies)
      : []),
    ...rewritten,
    ...(isLonger
      ? differing(code, `${where}.maxSessionDuration`, before.maxSessionDuration, after.maxSessionDuration)
      : []),
  ];
}

/** Statements that come and conditions that go let in more; a Deny that is expected is looked at by nobody any more. */
function reviewTrust({ trust: was }: Grant, { trust: is }: Grant, where: string): readonly ReviewItem[] {
  const known = new Set(was.statements.map(canonicalJson));
  const added = is.statements.filter((statement) => !known.has(canonicalJson(statement)));
  return [
    ...listIf(added.length > 0, {
      code: 'review.wider-trust' as const,
      where: `${where}.trust.statements`,
      before: null,
      after: added,
    }),
    ...differing('review.wider-trust', `${where}.trust.conditions`, was.conditions, is.conditions),
    ...(is.expectDeny === 'none'
      ? []
      : differing('review.weaker-guard', `${where}.trust.expectDeny`, was.expectDeny, is.expectDeny)),
  ];
}

function reviewMode(before: Grant, after: Grant, where: string): readonly ReviewItem[] {
  const code = 'review.wider-mode';
  const isMore = (order: readonly string[], was: string, is: string) =>
    order.indexOf(is) > order.indexOf(was);
  return [
    ...(isMore(modes, before.mode, after.mode)
      ? differing(code, `${where}.mode`, before.mode, after.mode)
      : []),
    ...(isMore(retirements, before.retire, after.retire)
      ? differing(code, `${where}.retire`, before.retire, after.retire)
      : []),
    ...(after.shareRole && !before.shareRole ? differing(code, `${where}.shareRole`, false, true) : []),
    ...(after.sharedConnections === 'covered'
      ? differing(code, `${where}.sharedConnections`, before.sharedConnections, after.sharedConnections)
      : []),
    ...(before.revokeSessions && !after.revokeSessions
      ? differing('review.weaker-guard', `${where}.revokeSessions`, true, false)
      : []),
    ...(before.quarantine === true && after.quarantine !== true
      ? differing('review.weaker-guard', `${where}.quarantine`, true, false)
      : []),
  ];
}

function reviewAddresses(base: Configuration, proposed: Configuration): readonly ReviewItem[] {
  const host = (url: string | undefined) => (url === undefined ? undefined : parseHost(url));
  return [
    ...proposed.webhooks.flatMap((webhook): readonly ReviewItem[] => {
      const before = base.webhooks.find(({ name }) => name === webhook.name);
      const where = `webhooks.${webhook.name}`;
      const formatUrl = (one: typeof before) => {
        if (one === undefined) return undefined;
        if (isOfAws(one)) return getTargetArn(one);
        return 'url' in one ? parseHost(one.url) : one.format;
      };
      const getSecret = (one: typeof before) => (one && 'secret' in one ? one.secret : undefined);
      return [
        ...differing('review.new-host', `${where}.url`, formatUrl(before), formatUrl(webhook)),
        ...('secret' in webhook
          ? differing('review.new-secret', `${where}.secret`, getSecret(before), webhook.secret)
          : []),
      ];
    }),
    ...(proposed.hooks
      ? [
          ...differing('review.new-host', 'hooks.url', host(base.hooks?.url), host(proposed.hooks.url)),
          ...differing('review.new-secret', 'hooks.secret', base.hooks?.secret, proposed.hooks.secret),
        ]
      : []),
    ...(proposed.report
      ? differing('review.new-host', 'report.url', host(base.report?.url), host(proposed.report.url))
      : []),
  ];
}

function reviewGuard(base: Configuration, proposed: Configuration): readonly ReviewItem[] {
  const gone = <One extends { readonly name: string }>(
    list: string,
    was: readonly One[],
    is: readonly One[],
  ) =>
    was.flatMap((one) =>
      is.some(({ name }) => name === one.name)
        ? []
        : differing('review.weaker-guard', `${list}.${one.name}`, one, undefined),
    );
  return [
    ...differing('review.weaker-guard', 'limits', base.limits, proposed.limits),
    ...gone('denyWindows', base.denyWindows, proposed.denyWindows),
    ...gone('webhooks', base.webhooks, proposed.webhooks),
  ];
}
