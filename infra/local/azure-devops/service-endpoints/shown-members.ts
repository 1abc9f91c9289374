import type { ShownMembers } from '../state/state.ts';

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
