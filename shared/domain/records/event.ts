/** high: access may be wrong, or nobody is told of it. medium: something waits for a person. low: for the record. */
type EventSeverity = 'low' | 'medium' | 'high';

interface EventKind {
  readonly severity: EventSeverity;
  /** One sentence. */
  readonly meaning: string;
}

/**
 * The events that azfed tells, each with its stable type. The reference page is made from this catalogue.
 * A new meaning gets a new version; a field is only ever added.
 */
export const eventCatalogue = {
  'connection.federated.v1': {
    severity: 'low',
    meaning: 'A role was created for a service connection and its trust was opened.',
  },
  'connection.drift-detected.v1': {
    severity: 'high',
    meaning: 'Somebody changed a role in IAM; what is there differs from what azfed wrote.',
  },
  'connection.drift-unresolved.v1': {
    severity: 'high',
    meaning:
      'A reminder: drift that was told is still there, since the time and for the reason that the event says.',
  },
  'connection.repaired.v1': {
    severity: 'low',
    meaning: 'A role that had drifted was put back, and read back.',
  },
  'connection.changed.v1': {
    severity: 'low',
    meaning: 'A role was brought in line with a change in Azure DevOps or in the configuration.',
  },
  'connection.renamed.v1': {
    severity: 'low',
    meaning: 'A connection or its project has a new name; the trust follows, the old name ends soon.',
  },
  'connection.adopted.v1': {
    severity: 'low',
    meaning:
      'A person let azfed take over a role that it did not make, or one whose mark names an earlier connection; it is as its grant says.',
  },
  'connection.role-deleted.v1': {
    severity: 'medium',
    meaning:
      'A closed role that nobody had used was deleted, after a second person said yes; a snapshot is kept.',
  },
  'connection.role-restored.v1': {
    severity: 'medium',
    meaning: 'A deleted role was made again from its snapshot. Nobody is let in yet.',
  },
  'connection.closed.v1': {
    severity: 'medium',
    meaning: 'The trust of a role was closed: nobody can assume it through Azure DevOps.',
  },
  'connection.recreated.v1': {
    severity: 'high',
    meaning: 'Another connection holds the name of a federated one; its role was closed, a person decides.',
  },
  'connection.replaced.v1': {
    severity: 'low',
    meaning:
      'A person let a connection have what azfed kept for an earlier one: the roles open to it with the next change.',
  },
  'connection.missing.v1': {
    severity: 'medium',
    meaning: 'A federated connection is no longer listed. Nothing was done: absence is no evidence.',
  },
  'connection.unaccounted.v1': {
    severity: 'high',
    meaning:
      'A federated connection has been missing for days, and nothing says that it was deleted: another one of its name could use its role. Sent again as a reminder while that lasts.',
  },
  'connection.disputed.v1': {
    severity: 'high',
    meaning:
      'A role was put back for the fifth time within an hour: from now on it is only narrowed, until a person decides; told again each time that it has to be.',
  },
  'connection.dispute-ended.v1': {
    severity: 'low',
    meaning: 'A person let automatic runs put the role of a connection back again.',
  },
  'connection.held.v1': {
    severity: 'medium',
    meaning: 'A change is needed and was held back; the reason is in the event.',
  },
  'connection.failed.v1': {
    severity: 'high',
    meaning:
      'A change could not be carried out; the event says why, and, as a reminder, since when and how often.',
  },
  'provider.created.v1': {
    severity: 'low',
    meaning: 'The OIDC provider of an organization was created in an account.',
  },
  'provider.repaired.v1': {
    severity: 'low',
    meaning: 'The audience of azfed was missing on a provider and was added again.',
  },
  'provider.failed.v1': {
    severity: 'high',
    meaning:
      'A change of an OIDC provider could not be carried out; the event says why, and, as a reminder, since when and how often.',
  },
  'deployment.first-look.v1': {
    severity: 'low',
    meaning:
      'What an automatic run would do in an account, of a deployment that nobody has let write yet; once for each account.',
  },
  'deployment.bootstrapped.v1': {
    severity: 'low',
    meaning: 'A person let this deployment write; until then automatic runs only observe.',
  },
  'deployment.suspended.v1': {
    severity: 'medium',
    meaning: 'A person stopped writes: of everything, or of one organization, account, grant or connection.',
  },
  'deployment.resumed.v1': {
    severity: 'low',
    meaning: 'A person ended a pause, or let automatic runs go on after a breaker had tripped.',
  },
  'deployment.breaker-tripped.v1': {
    severity: 'high',
    meaning:
      'Too much drifted or went missing at once: automatic runs only observe there until a person resumes.',
  },
  'deployment.approved.v1': {
    severity: 'low',
    meaning: 'A second person said yes to changes that wait for one.',
  },
  'hook.subscription-lost.v1': {
    severity: 'medium',
    meaning:
      'Service hooks do not come from a project any more: a subscription is disabled, on probation or not listed.',
  },
  'webhook.disabled.v1': {
    severity: 'high',
    meaning:
      'A webhook wants nothing any more, or did not take an event in three days; it is left alone until azfed replay.',
  },
  'webhook.enabled.v1': { severity: 'low', meaning: 'A webhook took what it had missed and is told again.' },
  'webhook.test.v1': {
    severity: 'low',
    meaning: 'Nothing happened: somebody asked, with azfed notify test, whether the webhook takes events.',
  },
} as const satisfies Record<string, EventKind>;

export type EventType = keyof typeof eventCatalogue;

/** One pass that writes: all that it tells has its id. */
export interface Run {
  readonly id: string;
  readonly trigger: 'schedule' | 'person';
}

/** An event as it lies in the record that it tells of, until every webhook that wants it has it. */
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
