/** Why a change is planned, for a person. */
export interface Reasons {
  /** What has happened, and what is done about it. */
  readonly reason: string;
  /** What has happened alone: all that is true where the change is blocked. */
  readonly occasion: string;
}

/** `occasion`: what has happened; `deed`: what is done about it. Neither ends with a full stop. */
export function because(occasion: string, deed: string): Reasons {
  return { reason: `${occasion}; ${deed}.`, occasion: `${occasion}.` };
}

/** The same with another sentence on what is done. */
export function alsoDoing({ reason, occasion }: Reasons, sentence: string): Reasons {
  return { reason: `${reason} ${sentence}`, occasion };
}

/** What is done about the sessions of a role beside its narrowing. */
export interface Revoking {
  readonly revokes: boolean;
  readonly quarantines: boolean;
}

/** The same with what is done about its sessions. */
export function withRevoking(why: Reasons, { revokes, quarantines }: Revoking): Reasons {
  if (!revokes) return why;
  const sentence = quarantines
    ? 'It is quarantined: its sessions may do nothing for an hour.'
    : 'Its older sessions are revoked.';
  return alsoDoing(why, sentence);
}

/** The reason of a change that is not carried out. */
export function reasonWhenBlocked({
  reason,
  occasion = reason,
}: Partial<Reasons> & { readonly reason: string }): string {
  return occasion;
}
