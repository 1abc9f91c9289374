import type { IncomingHttpHeaders } from 'node:http';

export interface CredentialScope {
  readonly keyId: string;
  readonly region: string;
  readonly service: string;
}

/** What a signature of version 4 names (AWS Signature Version 4, credential scope): whose key, and what the request is meant for. */
export function parseCredentialScope({
  authorization = '',
}: IncomingHttpHeaders): CredentialScope | undefined {
  const [, keyId, region, service] =
    /Credential=([^/\s,]+)\/\d{8}\/([^/\s,]+)\/([^/\s,]+)\/aws4_request/.exec(authorization) ?? [];
  return keyId === undefined || region === undefined || service === undefined
    ? undefined
    : { keyId, region, service };
}

/** Not whether the signature is right. */
export const hasServiceScope = (headers: IncomingHttpHeaders, service: string): boolean =>
  parseCredentialScope(headers)?.service === service;
