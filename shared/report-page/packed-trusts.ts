import type { ReportedConnection } from '../application/reporting/reported-connections.ts';
import type { PolicyDocument } from '../domain/policy/policy-document.ts';

type Trusts = Pick<ReportedConnection, 'expectedTrust' | 'liveTrust'>;

/** Trusts as JSON text, which a browser takes as it stands until somebody looks at the connection. */
interface PackedTrusts {
  readonly expectedTrust?: PolicyDocument | string;
  /** `=`: as expected. */
  readonly liveTrust?: PolicyDocument | string | null;
}

export type Packed<Connection extends Trusts> = Omit<Connection, keyof Trusts> & PackedTrusts;

const SAME = '=';

export function packTrusts<Connection extends Trusts>(connection: Connection): Packed<Connection> {
  const { expectedTrust, liveTrust, ...rest } = connection;
  const [expected, live] = [JSON.stringify(expectedTrust), JSON.stringify(liveTrust)];
  return {
    ...rest,
    ...(expectedTrust ? { expectedTrust: expected } : {}),
    ...(liveTrust === undefined ? {} : { liveTrust: liveTrust && (live === expected ? SAME : live) }),
  };
}

/** Takes those that were never packed as they are. */
export function unpackTrusts<Connection extends Trusts>(packed: Packed<Connection>): Connection {
  const read = (trust: PolicyDocument | string) =>
    typeof trust === 'string' ? (JSON.parse(trust) as PolicyDocument) : trust;
  const { expectedTrust, liveTrust } = packed;
  const expected = expectedTrust === undefined ? undefined : read(expectedTrust);
  return {
    ...packed,
    ...(expected ? { expectedTrust: expected } : {}),
    ...(liveTrust === undefined
      ? {}
      : { liveTrust: liveTrust && (liveTrust === SAME ? expected : read(liveTrust)) }),
  } as unknown as Connection;
}
