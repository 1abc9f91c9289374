/** On azfed's own roles in the accounts: the release of the template that made them. */
export const RELEASE_TAG = 'azfed:release';
