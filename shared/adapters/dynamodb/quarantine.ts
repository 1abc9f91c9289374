import { readIssuer, parseProviderArn, providerArn, parseRoleArn } from '../../domain/kernel/arn.ts';
import { CONTROLS_PARTITION, tableAttributes } from '../../contract/table-keys.ts';
import { newHooks } from '../../domain/records/hook-records.ts';
import { parseAccountId, parseConnectionId, parseOrganizationId } from '../../domain/kernel/ids.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import { newConnection } from '../../domain/records/outbox.ts';
import { newAccountControls, newControls } from '../../domain/records/deployment-record.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../../domain/records/connection-record.ts';
import type { Unreadable } from '../../domain/kernel/errors.ts';
import { readOrReplace, readVersion, toRecordedItem, type TableItem } from './item-mapping.ts';
import { assertSigned, type SignatureJudge } from './signatures.ts';

/**
 * The stored item, or, where this release cannot read it or its signature is not azfed's, a record that stands for it: it
 * holds nothing but its key and `unreadable`. One such item keeps no other from being read. Throws only for an item under a key that no release of
 * azfed writes.
 */
export function readOrQuarantine(stored: TableItem, judge: SignatureJudge | undefined): RecordedItem {
  return readOrReplace(
    () => {
      if (judge) assertSigned(stored, judge);
      return toRecordedItem(stored);
    },
    (error) => {
      const standIn = createPlaceholder(stored, toUnreadable(stored, error.message));
      if (standIn) return standIn;
      throw error;
    },
  );
}

const roleArnPattern = /arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+/g;

function toUnreadable(stored: TableItem, reason: string): Unreadable {
  const oldest = stored[tableAttributes.pendingSortKey];
  const [time] = typeof oldest === 'string' ? oldest.split('#') : [];
  const texts = new Set(JSON.stringify(stored).match(roleArnPattern));
  return {
    reason,
    roleArns: [...texts].flatMap((text) => parseRoleArn(text)?.arn ?? []),
    ...(time !== undefined && !Number.isNaN(Date.parse(time)) ? { oldestEvent: time } : {}),
  };
}

function createPlaceholder(stored: TableItem, unreadable: Unreadable): RecordedItem | undefined {
  const [[kind, pk = ''], [, sk = '']] = [parts(stored['pk']), parts(stored['sk'])];
  const own = { version: readVersion(stored), unreadable };
  const connection = readConnectionKey(stored);
  if (connection) return { ...newConnection({ ...connection, references: [] }), ...own };
  const organizationId = parseOrganizationId(pk);
  if (organizationId && stored['sk'] === 'HOOKS') return { ...newHooks(organizationId), ...own };
  if (kind === CONTROLS_PARTITION) {
    const account = parseAccountId(pk);
    const scope = account ? { of: 'account' as const, id: account } : { of: 'everything' as const };
    const controls = account ? newAccountControls(account) : newControls;
    return { ...controls, ...own, pauses: [{ ...pausedWhileUnreadable, scope }] };
  }
  return createProviderPlaceholder(stored, parseAccountId(pk), sk, own);
}

/** The key of a record, at its home or at its organization. */
function readConnectionKey({
  pk,
  sk,
}: TableItem): Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'home'> | undefined {
  const [[, partition = ''], [, sort = '']] = [parts(pk), parts(sk)];
  const [organization = '', connection = ''] = parts(sort);
  const home = parseAccountId(partition);
  const organizationId = parseOrganizationId(home ? organization : partition);
  const connectionId = parseConnectionId(home ? connection : sort);
  return organizationId && connectionId
    ? { organizationId, connectionId, ...(home ? { home } : {}) }
    : undefined;
}

function createProviderPlaceholder(
  { arn }: TableItem,
  account: AccountId | undefined,
  issuer: string,
  own: Pick<RecordedProvider, 'version'> & { readonly unreadable: Unreadable },
): RecordedProvider | undefined {
  if (!account || issuer === '') return undefined;
  const stored = parseProviderArn(typeof arn === 'string' ? arn : '');
  return {
    kind: 'provider',
    account,
    arn: stored && readIssuer(stored) === issuer ? stored : providerArn('aws', account, issuer),
    audiences: [],
    notified: [],
    outbox: newControls.outbox,
    ...own,
  };
}

/** `ORG#<id>`: its two parts. */
function parts(key: unknown): readonly string[] {
  const text = typeof key === 'string' ? key : '';
  const at = text.indexOf('#');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** What people have stopped is not known: everything may be. */
const pausedWhileUnreadable = {
  at: 0,
  until: Date.parse('9999-12-31T23:59:59.999Z'),
  reason: 'What people have decided cannot be read by this release.',
  by: '',
} as const;
