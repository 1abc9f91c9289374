import {
  startLoopbackServer,
  type LoopbackOutcome,
  type LoopbackRequest,
} from '../loopback/loopback-server.ts';
import { hasValidSignature } from './signature.ts';

interface ReceivedWebhook {
  /** `webhook-id`: the same in every attempt. Empty when absent. */
  readonly id: string;
  /** The event's `type` member; empty when the body has none. */
  readonly type: string;
  readonly body: string;
  /** Signed by one of the secrets, within five minutes of now. */
  readonly verified: boolean;
  /** Epoch ms. */
  readonly at: number;
  /** Of this id, from 1. */
  readonly attempt: number;
}

/** What the next request meets: a status, no answer ever, or a closed connection. */
export type WebhookFailure = number | 'hang' | 'drop';

export interface WebhookReceiver {
  readonly url: string;
  /** Every request that came, failed ones as well, oldest first. */
  readonly received: readonly ReceivedWebhook[];
  /** One for each of the next requests, in order. */
  failNext(...failures: readonly WebhookFailure[]): void;
  close(): Promise<void>;
}

export interface WebhookReceiverOptions {
  /** `whsec_...`; two while a secret is being rotated. */
  readonly secrets: readonly string[];
  /** Epoch ms. Default: the clock of this machine. */
  readonly now?: () => number;
  readonly port?: number;
}

/** A subscriber: 204 for what is signed, 401 for what is not, whatever it was told to answer before that. */
export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const { secrets, now = Date.now, port = 0 } = options;
  const received: ReceivedWebhook[] = [];
  const failures: WebhookFailure[] = [];
  const answer = (request: LoopbackRequest): Promise<LoopbackOutcome> => {
    const id = readHeader(request, 'webhook-id');
    const at = now();
    const verified = hasValidSignature(secrets, request.text, request.headers, at);
    const attempt = 1 + received.filter((earlier) => earlier.id === id).length;
    received.push({ id, type: readType(request.text), body: request.text, verified, at, attempt });
    return Promise.resolve(toOutcome(failures.shift() ?? (verified ? 204 : 401)));
  };
  const server = await startLoopbackServer(answer, port);
  return {
    url: server.url,
    received,
    failNext(...next) {
      failures.push(...next);
    },
    close: () => server.close(),
  };
}

function toOutcome(outcome: WebhookFailure): LoopbackOutcome {
  return typeof outcome === 'number' ? { status: outcome, headers: {}, text: '' } : outcome;
}

function readHeader(request: LoopbackRequest, name: string): string {
  return String(request.headers[name] ?? '');
}

function readType(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string'
      ? body.type
      : '';
  } catch {
    return '';
  }
}
