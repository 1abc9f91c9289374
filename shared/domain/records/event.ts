/** high: access may be wrong, or nobody learns of it. medium: something waits for a person. low: for the record. */
type EventSeverity = 'low' | 'medium' | 'high';

interface EventKind {
  readonly severity: EventSeverity;
  /** One sentence. */
  readonly meaning: string;
}

/**
 * The events that azfed sends, each with its stable type. The reference page is made from this catalogue.
 * A new meaning gets a new version; a field is only ever added.
 */
export const eventCatalogue = {
  'connection.federated.v1': {
    severity: 'low',
    meaning: 'azfed created a role for a service connection and opened its trust.',
  },
  'connection.drift-detected.v1': {
    severity: 'high',
    meaning: 'Somebody changed a role in IAM. The role differs from what azfed last applied.',
  },
  'connection.drift-unresolved.v1': {
    severity: 'high',
    meaning: 'A reminder: an earlier drift still exists. The event says since when and why.',
  },
  'connection.repaired.v1': {
    severity: 'low',
    meaning: 'azfed repaired a role that had drifted, and read it back.',
  },
  'connection.changed.v1': {
    severity: 'low',
    meaning: 'azfed updated a role after a change in Azure DevOps or in the configuration.',
  },
  'connection.renamed.v1': {
    severity: 'low',
    meaning:
      'A connection or its project has a new name. The trust accepts the new name, and the old name for a short time.',
  },
  'connection.adopted.v1': {
    severity: 'low',
    meaning:
      'A person adopted a role that azfed did not create, or whose tag names an earlier connection. The role now matches its grant.',
  },
  'connection.role-deleted.v1': {
    severity: 'medium',
    meaning:
      'azfed deleted a closed, unused role after the approval of a second person, and keeps a snapshot.',
  },
  'connection.role-restored.v1': {
    severity: 'medium',
    meaning: 'azfed recreated a deleted role from its snapshot. Its trust is closed.',
  },
  'connection.closed.v1': {
    severity: 'medium',
    meaning: 'azfed closed the trust of a role. Nobody can assume it through Azure DevOps.',
  },
  'connection.recreated.v1': {
    severity: 'high',
    meaning:
      'Another connection has the name of a federated one. azfed closed its role; a person has to decide.',
  },
  'connection.replaced.v1': {
    severity: 'low',
    meaning:
      'A person gave a connection the roles of an earlier connection. They open to it with the next change.',
  },
  'connection.released.v1': {
    severity: 'medium',
    meaning:
      'A person asked azfed to stop managing a role. The role stays as it is, without the tags of azfed; no run changes it.',
  },
  'connection.missing.v1': {
    severity: 'medium',
    meaning:
      'Azure DevOps no longer lists a federated connection. azfed changed nothing, because an absence does not prove a deletion.',
  },
  'connection.unaccounted.v1': {
    severity: 'high',
    meaning:
      'A federated connection has been missing for days, and nothing proves that it was deleted. Another connection with its name could assume its role. azfed repeats the event as a reminder.',
  },
  'connection.disputed.v1': {
    severity: 'high',
    meaning:
      'azfed repaired a role for the fifth time within an hour. It now only narrows the role, until a person decides. azfed repeats the event each time.',
  },
  'connection.dispute-ended.v1': {
    severity: 'low',
    meaning: 'A person allowed automatic runs to repair the role of a connection again.',
  },
  'connection.held.v1': {
    severity: 'medium',
    meaning: 'azfed blocked a necessary change. The event has the reason.',
  },
  'connection.failed.v1': {
    severity: 'high',
    meaning: 'A change failed. The event has the reason and, as a reminder, since when and how often.',
  },
  'provider.created.v1': {
    severity: 'low',
    meaning: 'azfed created the OIDC provider of an organization in an account.',
  },
  'provider.repaired.v1': {
    severity: 'low',
    meaning: 'azfed added its missing audience to a provider again.',
  },
  'provider.failed.v1': {
    severity: 'high',
    meaning:
      'A change of an OIDC provider failed. The event has the reason and, as a reminder, since when and how often.',
  },
  'deployment.first-look.v1': {
    severity: 'low',
    meaning:
      'A summary of what automatic runs would do in an account, before a person has allowed the deployment to write. Sent once for each account.',
  },
  'deployment.bootstrapped.v1': {
    severity: 'low',
    meaning: 'A person allowed this deployment to write. Until then automatic runs only observe.',
  },
  'deployment.suspended.v1': {
    severity: 'medium',
    meaning:
      'A person stopped the writes to everything, or to one organization, account, grant or connection.',
  },
  'deployment.resumed.v1': {
    severity: 'low',
    meaning:
      'A person ended a suspension, or let automatic runs continue after a circuit breaker had tripped.',
  },
  'deployment.breaker-tripped.v1': {
    severity: 'high',
    meaning:
      'Too many roles drifted, or too many connections went missing, at once. Automatic runs only observe there until a person resumes.',
  },
  'deployment.approved.v1': {
    severity: 'low',
    meaning: 'A second person approved changes that need an approval.',
  },
  'hook.subscription-lost.v1': {
    severity: 'medium',
    meaning:
      'Service hooks of a project no longer arrive: a subscription is disabled, on probation or not listed.',
  },
  'webhook.disabled.v1': {
    severity: 'high',
    meaning:
      'A webhook answered 410, or accepted no event for three days. azfed sends it nothing until azfed replay.',
  },
  'webhook.enabled.v1': {
    severity: 'low',
    meaning: 'A webhook accepted the events that it had missed. azfed sends it events again.',
  },
  'webhook.test.v1': {
    severity: 'low',
    meaning: 'A test: somebody ran azfed notify test to check whether the webhook accepts events.',
  },
} as const satisfies Record<string, EventKind>;

export type EventType = keyof typeof eventCatalogue;

/** One run that writes: all its events have its id. */
export interface Run {
  readonly id: string;
  readonly trigger: 'schedule' | 'person';
}

/** An event as it lies in the record that it concerns, until every webhook that wants it has it. */
export interface PendingEvent {
  /** Stable through all retries: receivers suppress duplicates by it. `evt_<record>_<sequence>`. */
  readonly id: string;
  readonly sequence: number;
  readonly type: EventType;
  /** ISO time of what happened. */
  readonly time: string;
  /** `org/<guid>/connection/<guid>`, `account/<id>/provider/<issuer>`, `org/<guid>/hooks` or `deployment`. */
  readonly subject: string;
  /** The run that it happened in; left out of what people decide between runs. */
  readonly run?: Run;
  readonly data: Readonly<Record<string, unknown>>;
  /** By webhook name. A webhook that is not listed has not been tried. */
  readonly deliveries: Readonly<Record<string, Delivery>>;
}

export type Delivery =
  | { readonly state: 'delivered'; readonly at: string }
  | {
      readonly state: 'waiting';
      readonly attempts: number;
      readonly nextAttemptAt: string;
      readonly lastError: string;
    }
  /** Given up after the whole schedule; kept in the history, from where it can be sent again. */
  | { readonly state: 'exhausted'; readonly attempts: number; readonly lastError: string };

/** Delivery state and event counter: every record that has events carries one, in the same item as its state. */
export interface Outbox {
  readonly pending: readonly PendingEvent[];
  /** The next event of this record has this number or a higher one; none is used twice. */
  readonly nextSequence: number;
}
