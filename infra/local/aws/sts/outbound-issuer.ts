/** An account's own issuer, through which its roles prove themselves to others (IAM User Guide, outbound federation). */
export function outboundIssuerUrl(identifier: string): string {
  return `https://${identifier}.tokens.sts.global.api.aws`;
}

/** The loopback URL under which such an issuer's discovery document lies; `undefined` for any other issuer. */
export function resolveOutboundIssuer(serverUrl: string, issuerUrl: string): string | undefined {
  const identifier = /^https:\/\/([0-9a-f-]{36})\.tokens\.sts\.global\.api\.aws$/.exec(issuerUrl)?.[1];
  return identifier && `${serverUrl}/outbound/${identifier}`;
}
