import { Webhook as Signer } from 'standardwebhooks';
import { ConfigError } from '../../domain/kernel/errors.ts';

// `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks 1.0.0, signature scheme).
const wellFormed = /^whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LONGEST_KEY = 64;

/**
 * The headers of Standard Webhooks 1.0.0 for one attempt at `now`. With more than one secret there is one signature of
 * each, so that receivers can be moved to a new secret one after the other.
 * Throws ConfigError when there is no secret or one is malformed; the secret itself is not in the message.
 */
export function signatureHeaders(
  webhook: string,
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  if (secrets.length === 0 || !secrets.every(isWellFormed)) throw malformedSecret(webhook);
  const signatures = secrets.map((secret) => new Signer(secret).sign(id, new Date(now), body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}

function isWellFormed(secret: string): boolean {
  const key = secret.slice('whsec_'.length);
  return wellFormed.test(secret) && Buffer.byteLength(key, 'base64') <= LONGEST_KEY;
}

function malformedSecret(webhook: string): ConfigError {
  return new ConfigError([
    {
      where: `webhooks.${webhook}.secret`,
      what: 'is not a signing secret.',
      fix: 'Give "whsec_" and the base64 of 24 to 64 random bytes.',
    },
  ]);
}
