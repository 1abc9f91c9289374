import type { Person } from '../records/deployment-record.ts';

/** Who asked for the run. A person has seen the plan and said yes to it; a schedule has nobody to ask. */
export type Initiator =
  | { readonly trigger: 'schedule' }
  | {
      readonly trigger: 'person';
      /** Who it is, where that is known. */
      readonly actor?: Person;
      /** At most so many changes now; left out: all that the plan shows. */
      readonly max?: number;
    };

/** Who a session says it is: `arn:aws:sts::123456789012:assumed-role/<role>/<session>` (IAM User Guide, unique identifiers). */
interface Session {
  readonly account: string;
  readonly role: string;
  readonly name: string;
}

/** IAM Identity Center makes these roles itself and names each session after its user (its User Guide, permission sets). */
const SSO_ROLE = 'AWSReservedSSO_';

/** What the CLI and the SDKs call a session when nobody names it: the time, and perhaps their own name before it. */
const inventedName = /^(?:(?:botocore-session|aws-(?:go-sdk|sdk-[a-z-]+))-)?\d+$/;

/**
 * Whether two identities may be one person. Only identities that are known can be; one who signs in through IAM Identity
 * Center is the same in every account and permission set. Where a session is named by nobody, its role is all that is
 * known of the person, and everybody in it is taken for the same.
 */
export function isSamePerson(a: Person, b: Person): boolean {
  if (a === '' || b === '') return false;
  const [one, other] = [sessionOf(a), sessionOf(b)];
  if (!one || !other) return a === b;
  if (isSso(one) && isSso(other)) return one.name.toLowerCase() === other.name.toLowerCase();
  if (one.account !== other.account || one.role !== other.role) return false;
  return one.name === other.name || [one, other].some(({ name }) => inventedName.test(name));
}

const isSso = ({ role }: Session) => role.startsWith(SSO_ROLE);

function sessionOf(person: Person): Session | undefined {
  const parts = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(person);
  if (!parts) return undefined;
  const [, account = '', role = '', name = ''] = parts;
  return { account, role, name };
}
