/** What a change does to a role or provider. */
export type ChangeKind = 'create' | 'repair' | 'adopt' | 'close' | 'delete';
