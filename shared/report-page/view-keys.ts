/**
 * What is shown of the report stands in the address, so that it can be sent to somebody: `#state=drifted&project=Shop`,
 * `#connection=<id>`. A fragment without an equals sign is the id of a section, and changes nothing.
 */
export const viewKeys = [
  ...['q', 'state', 'severity', 'is', 'organization', 'project', 'account', 'grant', 'owner', 'sort'],
  ...['event', 'day', 'run', 'connection'],
] as const;

export type ViewKey = (typeof viewKeys)[number];
export type View = Readonly<Partial<Record<ViewKey, string>>>;

export const filterKeys = viewKeys.slice(0, 9) as readonly ViewKey[];

/** Of "What happened". */
export const eventKeys: readonly ViewKey[] = ['event', 'day', 'run'];
