/** Who changed IAM, as CloudTrail tells it. Names of sessions may be those of people: not for logs. */
export interface KnownActor {
  /** `event`: an event told of it when it happened. `lookup`: found afterwards in CloudTrail's history. */
  readonly source: 'event' | 'lookup';
  /** ARN of the user, or of the role whose session it was; the name of the service where AWS itself did it. */
  readonly principal: string;
  /** Name of the session: behind single sign-on that of the person. */
  readonly sessionName?: string;
  /** An address, or the name of the service on whose behalf AWS called. */
  readonly sourceIp?: string;
  readonly eventId: string;
  /** `UpdateAssumeRolePolicy`, ... */
  readonly eventName: string;
  /** ISO text. CloudTrail knows seconds. */
  readonly time: string;
  /** The event in the console of the account. */
  readonly link: string;
}

/** Nobody was found: neither did an event come, nor does the history say. */
export interface UnknownActor {
  readonly source: 'unknown';
  /** The search in the console of the account that a person would make. */
  readonly link: string;
}

export type Actor = KnownActor | UnknownActor;
