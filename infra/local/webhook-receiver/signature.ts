import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { Webhook } from 'standardwebhooks';

/** Standard Webhooks 1.0.0, verifying: an older or newer attempt is refused. */
const TOLERANCE_SECONDS = 5 * 60;

/**
 * The package's own `verify` reads the machine's clock. A test's clock is another, so the expected signature is asked
 * of the package and the time compared here.
 */
export function hasValidSignature(
  secrets: readonly string[],
  text: string,
  headers: IncomingHttpHeaders,
  now: number,
): boolean {
  const id = String(headers['webhook-id'] ?? '');
  const timestamp = String(headers['webhook-timestamp'] ?? '');
  const signatures = String(headers['webhook-signature'] ?? '').split(' ');
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  return secrets.some((secret) => {
    const expected = new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), text);
    return signatures.some((signature) => isSame(signature, expected));
  });
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
