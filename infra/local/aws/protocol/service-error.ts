/** HTTP status of every error code that is spoken here (IAM and STS service models, common errors of both). */
const statuses = {
  AccessDenied: 403,
  ConcurrentModification: 409,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  ExpiredToken: 403,
  ExpiredTokenException: 400,
  FeatureDisabled: 404,
  FeatureEnabled: 409,
  IDPCommunicationError: 400,
  IDPRejectedClaim: 403,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  // Ours: no service of AWS is asked for under another name.
  InvalidEndpoint: 421,
  InvalidIdentityToken: 400,
  InvalidInput: 400,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  MissingAuthenticationToken: 403,
  NoSuchEntity: 404,
  NotAuthorized: 400,
  OpenIdIdpCommunicationError: 400,
  OutboundWebIdentityFederationDisabledException: 403,
  PackedPolicyTooLarge: 400,
  RequestExpired: 400,
  PolicyNotAttachable: 400,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
  SessionDurationEscalationException: 403,
  SignatureDoesNotMatch: 403,
  Throttling: 400,
  UnmodifiableEntity: 400,
  ValidationError: 400,
} as const;

export type ErrorCode = keyof typeof statuses;

/** What the service answers instead of a result. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = statuses[code];
  }
}
