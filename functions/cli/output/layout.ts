import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { formatAge, timeText } from '../../../shared/domain/kernel/durations.ts';
import type { Invocation } from '../command-line/command.ts';
import type { Deployment } from '../composition/deployment.ts';
import type { Terminal } from '../console/terminal.ts';
import type { Style } from './style.ts';

/** How a text for people is laid out. */
export interface Layout {
  readonly style: Style;
  /** What a line has room for; `undefined`: as much as it takes. */
  readonly columns: number | undefined;
  /** With `-o wide`: ARNs and times stand whole, and nothing is folded. */
  readonly isWide: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Names of accounts, by id, of those that have one. */
  readonly accounts: ReadonlyMap<string, string>;
}

export function createLayout(
  { style, columns, isWide }: Pick<Terminal, 'style' | 'columns' | 'isWide'>,
  { accounts }: Pick<Configuration, 'accounts'>,
  now: number,
): Layout {
  const names = accounts.flatMap(({ id, name }) => (name === undefined ? [] : [[id, name] as const]));
  return { style, columns, isWide, now, accounts: new Map(names) };
}

/** For what a command shows of a deployment. */
export const selectLayout = (
  { terminal }: Pick<Invocation, 'terminal'>,
  { configuration, ports }: Pick<Deployment, 'configuration' | 'ports'>,
): Layout => createLayout(terminal, configuration, ports.clock.now());

export const accountName = (account: string, { accounts }: Pick<Layout, 'accounts'>): string =>
  accounts.get(account) ?? account;

const arns = /arn:[a-z-]+:(?:iam|sts)::(\d{12}|aws):(?:role\/(?:[\w+=,.@-]+\/)*)?([\w+=,.@:/-]*[\w+=@/-])/g;

/**
 * Every ARN in the text as account and name, `commerce/shop-prod`: names of roles are unique in an account, whatever their path.
 * What is no role keeps its kind, `commerce/policy/boundary`. Whole with `-o wide`.
 */
export function shortenArns(text: string, layout: Pick<Layout, 'accounts' | 'isWide'>): string {
  if (layout.isWide) return text;
  return text.replace(
    arns,
    (_arn, account: string, rest: string) =>
      `${accountName(account, layout)}/${rest.replace(/^(oidc-provider\/.*\/[0-9a-f]{8})-[0-9a-f-]{27}/, '$1…')}`,
  );
}

/** Claims of a token without the issuer before them: `sub`. Whole with `-o wide`. */
export const shortenClaims = (text: string, { isWide }: Pick<Layout, 'isWide'>): string =>
  isWide ? text : text.replaceAll(/[\w.-]+\/[0-9a-f-]{36}(?:\/v2\.0)?:(?=(?:aud|sub)\b)/g, '');

/**
 * What is found, with the ARN of the role that it is about shortened, and those of OIDC providers, which are longer than a screen
 * is wide. Every other ARN stays whole: it may be what a person has to enter elsewhere, to the letter.
 */
export function describeFinding(
  { message, roleArn }: { readonly message: string; readonly roleArn?: string },
  layout: Pick<Layout, 'accounts' | 'isWide'>,
): string {
  return message.replace(arns, (arn) =>
    arn === roleArn || arn.includes(':oidc-provider/') ? shortenArns(arn, layout) : arn,
  );
}

/** `12m ago` on a screen, the time itself elsewhere. */
export function formatTime(iso: string, { columns, now }: Pick<Layout, 'columns' | 'now'>): string {
  if (columns === undefined) return timeText(iso);
  const passed = now - Date.parse(iso);
  return passed < 0 ? `in ${formatAge(-passed)}` : `${formatAge(passed)} ago`;
}
