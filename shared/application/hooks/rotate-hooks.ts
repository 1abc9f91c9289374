import { HOOK_HOURS } from '../../contract/table-keys.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { ConfigError } from '../../domain/kernel/errors.ts';
import type { HookPasswordWriter } from '../../ports/hook.ts';
import type { HookView, SubscriptionPorts } from './hooks.ts';

export interface RotationPorts extends SubscriptionPorts {
  readonly passwords: SubscriptionPorts['passwords'] & HookPasswordWriter;
}

const HOOK_MS = HOOK_HOURS * 3_600_000;

/** What is done once somebody has agreed to it. */
type Prepared = () => Promise<void>;

/** A new password, and the present one beside it. Throws ConfigError while an earlier rotation is under way. */
export async function prepareRotation({ passwords, ids }: RotationPorts): Promise<Prepared> {
  const { current, previous } = await passwords.read(0);
  if (previous !== undefined)
    throw refused(
      'The password before the present one is still taken: a rotation is under way.',
      'Bring it to its end: azfed hooks install, and after 48 hours azfed hooks install --drop-previous',
    );
  return () => passwords.write({ current: ids.next(), previous: current });
}

/**
 * Takes the present password alone from now on. Throws ConfigError where a hook with the former one may still come: a
 * subscription that is not in order may have it, and what was sent is repeated for a day and a half.
 */
export async function prepareEnd(
  ports: RotationPorts,
  { organizations }: Configuration,
  views: readonly HookView[],
): Promise<Prepared> {
  const { current, previous } = await ports.passwords.read(0);
  if (previous === undefined) return () => Promise.resolve();
  const isInOrder = views.every(({ rows }) => rows.state === 'complete' && rows.value.every(isGivenCurrent));
  if (!isInOrder)
    throw refused('A subscription may still have the former password.', 'First: azfed hooks install');
  const recorded = await Promise.all(organizations.map(({ id }) => ports.state.readHooks(id)));
  const last = Math.max(
    0,
    ...recorded.map(({ givenAt }) => (givenAt === undefined ? 0 : Date.parse(givenAt))),
  );
  const from = new Date(last + HOOK_MS);
  if (ports.clock.now() < from.getTime())
    throw refused(
      'Hooks that were sent with the former password may still be repeated.',
      `Do it after ${from.toISOString()}.`,
    );
  return () => ports.passwords.write({ current });
}

type Row = Extract<HookView['rows'], { state: 'complete' }>['value'][number];

/** One that is not listed was left alone: nobody knows. */
const isGivenCurrent = ({ change, standing }: Row) => change === 'none' && standing !== 'not-listed';

const refused = (what: string, fix: string) => new ConfigError([{ where: 'hooks.secret', what, fix }]);
