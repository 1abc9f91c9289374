/**
 * What answers leave of a member of a document. Members may be absent, null or empty in any combination
 * (terraform-provider-azuredevops issues 292, 460, 499, 951; vsts-rest-api-specs issue 303; nkdAgility issue 1555).
 */
export type KeptBack = 'absent' | 'null' | 'empty';

/** Keyed by the member's path in the document, such as `authorization.parameters.useOIDC`; a value stands in its place. */
export type ShownMembers = Readonly<Record<string, KeptBack | { readonly value: unknown }>>;

type Document = Readonly<Record<string, unknown>>;

export function withShownMembers(document: object, members: ShownMembers): object {
  return Object.entries(members).reduce<Document>(
    (shown, [path, as]) => replaced(shown, path.split('.'), as),
    { ...document },
  );
}

function replaced(
  document: Document,
  [member = '', ...rest]: readonly string[],
  as: ShownMembers[string],
): Document {
  const { [member]: before, ...others } = document;
  if (rest.length === 0)
    return as === 'absent'
      ? others
      : { ...others, [member]: as === 'null' ? null : substituteValue(as, before) };
  const inner = isDocument(before) ? before : {};
  return { ...others, [member]: replaced(inner, rest, as) };
}

function substituteValue(as: 'empty' | { readonly value: unknown }, before: unknown): unknown {
  if (as !== 'empty') return as.value;
  if (Array.isArray(before)) return [];
  return isDocument(before) ? {} : '';
}

const isDocument = (value: unknown): value is Document => typeof value === 'object' && value !== null;
