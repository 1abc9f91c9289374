// `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks 1.0.0, signature scheme).
const wellFormed = /^whsec_((?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const LONGEST_KEY = 64;

/** Bytes of a new key: as many as the digest of the signature has. */
export const NEW_KEY_BYTES = 32;

export const formatSigningSecret = (key: Buffer): string => `whsec_${key.toString('base64')}`;

/** Whether events can be signed with it. */
export function isSigningSecret(secret: string): boolean {
  const key = wellFormed.exec(secret)?.[1];
  return key !== undefined && Buffer.byteLength(key, 'base64') <= LONGEST_KEY;
}
