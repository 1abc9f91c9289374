import { hash } from 'node:crypto';

export { canonicalJson } from './canonical-json.ts';

/** 128 bits of SHA-256 in base64url: equal values have equal digests, and no two others are expected to. */
export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22);

/** The whole SHA-256 in hex, as other programs print it. */
export const hashText = (text: string): string => hash('sha256', text, 'hex');
