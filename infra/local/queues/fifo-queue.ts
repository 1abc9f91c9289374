import { randomUUID } from 'node:crypto';
import { ServiceError } from './service-error.ts';
import { MINUTE_MS } from '../../../shared/domain/kernel/durations.ts';

export interface QueueSettings {
  readonly delaySeconds: number;
  readonly visibilitySeconds: number;
  /** Without a deduplication id, the SHA-256 of the body is one. */
  readonly isContentDeduplicated: boolean;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceives: number };
}

export interface SentMessage {
  readonly id: string;
  readonly body: string;
  readonly group: string;
  readonly deduplicationId: string;
  readonly sequence: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
}

export interface ReceivedMessage extends SentMessage {
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly handle: string;
}

/** A message, and where it stands: from `visibleAt` on it can be received; before that it is delayed or in flight. */
interface HeldMessage extends SentMessage {
  visibleAt: number;
  receives: number;
  firstReceivedAt?: number;
  /** Of the latest receive. Without one it has never been received. */
  handle?: string;
}

export interface FifoQueue {
  readonly settings: QueueSettings;
  send(message: Pick<SentMessage, 'body' | 'group' | 'deduplicationId'>, now: number): SentMessage;
  /** A message that another queue gave up. It keeps its ids; what was sent before does not keep it out. */
  accept(message: SentMessage, now: number): void;
  receive(most: number, now: number, visibilitySeconds?: number): readonly ReceivedMessage[];
  remove(handle: string, now: number): void;
  changeVisibility(handle: string, seconds: number, now: number): void;
  counts(now: number): { readonly visible: number; readonly inFlight: number; readonly delayed: number };
  /** All that it holds, in order. */
  messages(): readonly SentMessage[];
}

const DEDUPLICATION_MS = 5 * MINUTE_MS;
const SEQUENCE_DIGITS = 20;

/**
 *     send ──delay──▶ visible ──receive──▶ in flight ──remove──▶ gone
 *                        ▲                     │
 *                        └──visibility ends────┘   or, received too often, to the dead-letter queue
 *
 * A group waits behind its message in flight, and behind its first delayed one.
 */
export function createFifoQueue(
  settings: QueueSettings,
  bury: (message: SentMessage, now: number) => void,
): FifoQueue {
  let held: HeldMessage[] = [];
  let sequence = 0;
  const sent = new Map<string, SentMessage>();

  function send(message: Pick<SentMessage, 'body' | 'group' | 'deduplicationId'>, now: number): SentMessage {
    const before = sent.get(message.deduplicationId);
    if (before && now < before.sentAt + DEDUPLICATION_MS) return before;
    sequence += 1;
    const added = { ...message, id: randomUUID(), sequence: sequenceText(sequence), sentAt: now };
    sent.set(message.deduplicationId, added);
    held.push({ ...added, visibleAt: now + settings.delaySeconds * 1_000, receives: 0 });
    return added;
  }

  return {
    settings,
    send,
    accept({ id, body, group, deduplicationId }, now) {
      sequence += 1;
      held.push({
        id,
        body,
        group,
        deduplicationId,
        sequence: sequenceText(sequence),
        sentAt: now,
        visibleAt: now,
        receives: 0,
      });
    },
    receive(most, now, visibilitySeconds = settings.visibilitySeconds) {
      const { worn, ready } = choose(held, most, now, settings);
      held = held.filter((message) => !worn.includes(message));
      for (const message of worn) bury(message, now);
      return ready.map((message) => take(message, now, visibilitySeconds));
    },
    remove(handle, now) {
      const message = messageInFlight(held, handle, now);
      held = held.filter((other) => other !== message);
    },
    changeVisibility(handle, seconds, now) {
      const message = messageInFlight(held, handle, now);
      if (!message) throw new ServiceError('MessageNotInflight', 'The message is not in flight.');
      message.visibleAt = now + seconds * 1_000;
    },
    counts: (now) => ({
      visible: held.filter(({ visibleAt }) => visibleAt <= now).length,
      inFlight: held.filter((message) => isInFlight(message, now)).length,
      delayed: held.filter(({ handle, visibleAt }) => handle === undefined && visibleAt > now).length,
    }),
    messages: () => held,
  };
}

/** What a receive finds: those that it gives, and those before them that were received too often already. */
function choose(held: readonly HeldMessage[], most: number, now: number, settings: QueueSettings) {
  const blocked = new Set(held.filter((message) => isInFlight(message, now)).map(({ group }) => group));
  const worn: HeldMessage[] = [];
  const ready: HeldMessage[] = [];
  for (const message of held) {
    if (ready.length === most) break;
    if (message.visibleAt > now) blocked.add(message.group);
    if (!blocked.has(message.group)) (isExhausted(message, settings) ? worn : ready).push(message);
  }
  return { worn, ready };
}

function sequenceText(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0');
}

function isExhausted({ receives }: HeldMessage, { redrive }: QueueSettings): boolean {
  return redrive !== undefined && receives >= redrive.maxReceives;
}

/** `undefined` when the message is gone. Throws for a handle that is no longer that of the message. */
function messageInFlight(held: readonly HeldMessage[], handle: string, now: number): HeldMessage | undefined {
  const [id, receives] = readHandle(handle);
  const message = held.find((other) => other.id === id);
  if (!message || (String(message.receives) === receives && isInFlight(message, now))) return message;
  throw new ServiceError('InvalidParameterValue', `The receipt handle ${handle} has expired.`);
}

function isInFlight({ handle, visibleAt }: HeldMessage, now: number): boolean {
  return handle !== undefined && visibleAt > now;
}

function take(message: HeldMessage, now: number, visibilitySeconds: number): ReceivedMessage {
  message.receives += 1;
  message.firstReceivedAt ??= now;
  message.visibleAt = now + visibilitySeconds * 1_000;
  message.handle = Buffer.from(`${message.id} ${message.receives}`).toString('base64url');
  const { firstReceivedAt, handle } = message;
  return { ...message, firstReceivedAt, handle };
}

function readHandle(handle: string): readonly [id: string, receives: string] {
  const [, id, receives] = /^([0-9a-f-]{36}) (\d+)$/.exec(Buffer.from(handle, 'base64url').toString()) ?? [];
  if (id !== undefined && receives !== undefined) return [id, receives];
  throw new ServiceError('ReceiptHandleIsInvalid', `The receipt handle ${handle} is not valid.`);
}
