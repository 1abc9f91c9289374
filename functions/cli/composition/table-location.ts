import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  answerForAbsentTable,
  describe,
  ensureTable,
} from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { DEFAULT_TABLE, type Environment } from '../../../shared/config/environment.ts';
import type { Configuration, Hub } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError, type ConfigurationProblem } from '../../../shared/domain/kernel/errors.ts';
import type { CallerSource } from '../../../shared/ports/accounts.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { confirm } from '../console/approval-notes.ts';
import { localFlag, type Invocation } from '../command-line/command.ts';

/** Where the table is, or would be. */
export interface TablePlace {
  readonly name: string;
  /** `undefined` where it cannot be told. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly exists: boolean;
  /** Protected from deletion; left out where DynamoDB does not say. */
  readonly isProtected?: boolean;
}

/** The table of a deployment. No verb makes it by itself. */
export interface DeploymentTable {
  place(): TablePlace;
  /** Makes the table where it is missing and somebody agrees; `false`: it is missing, and nothing may be written. */
  prepare(invocation: Invocation): Promise<boolean>;
}

/** The table that is meant. Throws ConfigError when environment and configuration name two. */
export function resolveTableName(
  { table }: Pick<Environment, 'table'>,
  { hub }: Pick<Configuration, 'hub'>,
): string {
  const pinned = hub?.table;
  if (table !== undefined && pinned !== undefined && table !== pinned)
    throw new ConfigError({
      where: 'environment variable AZFED_TABLE',
      what: `It names the table ${table}, and \`hub.table\` in the configuration ${pinned}.`,
      fix: 'Unset the variable, or correct the one that is wrong.',
    });
  return pinned ?? table ?? DEFAULT_TABLE;
}

interface TableParts {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly region: string | undefined;
  readonly callers: CallerSource;
  readonly clock: Clock;
  /** What the configuration pins; nothing on the embedded cloud. */
  readonly hub: Hub;
}

/** Looks whether the table is there, and where. Throws ConfigError where that is not the place that is pinned. */
export async function findTable(parts: TableParts): Promise<DeploymentTable> {
  const { client, name, region, callers, clock, hub } = parts;
  if (hub.region !== undefined && region !== undefined && region !== hub.region)
    throw elsewhere('region', region, hub.region);
  const description = await describe(client, name);
  const account = parseAccount(description?.TableArn) ?? parseAccount(await callers.caller());
  if (hub.account !== undefined && account !== hub.account) throw elsewhere('account', account, hub.account);
  let exists = description !== undefined;
  if (exists) await ensureTable(client, name, clock);
  else answerForAbsentTable(client, name, () => !exists);
  const { DeletionProtectionEnabled: isProtected } = description ?? {};
  const place = (): TablePlace => ({
    ...{ name, account, region, exists },
    ...(isProtected === undefined ? {} : { isProtected }),
  });
  return {
    place,
    async prepare(invocation) {
      if (exists) return true;
      if (!(await confirm(invocation, buildCreationPrompt(place())))) return false;
      await ensureTable(client, name, clock);
      exists = true;
      return true;
    },
  };
}

export const parseAccount = (arn: string | undefined): string | undefined =>
  /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];

function elsewhere(what: 'account' | 'region', found: string | undefined, pinned: string): ConfigError {
  const ways = { account: 'AWS_PROFILE', region: 'AWS_REGION' } as const;
  return new ConfigError({
    where: `hub.${what}`,
    what:
      found === undefined
        ? `It pins ${pinned}, and STS does not identify the owner of the credentials.`
        : `It pins ${pinned}, and this is ${what} ${found}. Nothing was read or written there.`,
    fix: `Set ${ways[what]} to the place where azfed runs, or correct \`hub.${what}\` in the configuration.`,
  });
}

/** `table azfed in account 111122223333, region eu-central-1`. */
const placeText = (place: TablePlace): string => `table ${place.name} in ${formatTablePlace(place)}`;

export function formatTablePlace({ account = 'unknown', region = 'unknown' }: TablePlace): string {
  return `account ${account}, region ${region}`;
}

const buildCreationPrompt = (place: TablePlace) => ({
  text: `There is no ${placeText(place)}. It is made there before anything else is written. Where azfed runs elsewhere already, this is the wrong place: two of them would fight over the same roles.\n`,
  question: `Create the ${placeText(place)}?`,
});

/** For other programs. */
export function tableDocument({ name, account = '', region = '', exists }: TablePlace) {
  return { name, account: account === '' ? null : account, region: region === '' ? null : region, exists };
}

/** What a person has to know who looks at a place without a table. */
export function missingTableNote(place: TablePlace, flag: string): string {
  return [
    `There is no ${placeText(place)}: nothing is recorded there, so that every role looks as if azfed did not keep it.`,
    '  If azfed runs elsewhere: set AWS_PROFILE, AWS_REGION or AZFED_TABLE to that place, and pin it in federation.yaml: hub: { account, region, table }.',
    `  If this is the beginning: azfed apply${flag} and azfed bootstrap${flag} make the table, after asking.`,
  ].join('\n');
}

/** For a verb that means nothing without records. */
export function missingTable(place: TablePlace, invocation: Invocation): ConfigError {
  const flag = localFlag(invocation.options);
  const problem: ConfigurationProblem = {
    where: placeText(place),
    what: 'There is no such table, so nothing is recorded there.',
    fix: `Set AWS_PROFILE, AWS_REGION or AZFED_TABLE to the place where azfed runs; where it runs nowhere yet, azfed apply${flag} or azfed bootstrap${flag} makes the table, after asking.`,
  };
  return new ConfigError([problem]);
}
