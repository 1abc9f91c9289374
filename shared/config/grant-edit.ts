import type { Document } from 'yaml';
import { isMap, isSeq, parseDocument, visit } from 'yaml';
import type { AcceptedTerms } from '../domain/adoption/accepted-terms.ts';

/** How the grant of a role comes to be about that role alone. */
export type Split =
  | { readonly as: 'whole' }
  /** Its pair is taken out of `roles` and gets a grant of its own. */
  | { readonly as: 'pair'; readonly index: number; readonly name: string }
  /** The names of the other connections take the place of the patterns, and the connection gets a grant of its own. */
  | {
      readonly as: 'names';
      readonly others: readonly string[];
      readonly pair: Readonly<Record<string, string>>;
      readonly name: string;
    };

/**
 * The text with other terms in one grant. Comments and everything else stay. Throws RangeError when the text has no such
 * grant: it was read before.
 */
export function editGrant(text: string, grant: string, split: Split, terms: AcceptedTerms): string {
  const document = parseDocument(text, { stringKeys: true });
  const index = findGrant(document, grant);
  const edited = split.as === 'whole' ? index : splitGrant(document, index, split);
  for (const [field, value] of Object.entries(terms)) setField(document, edited, field, value);
  return document.toString({ lineWidth: 0 });
}

function findGrant(document: Document, name: string): number {
  const grants = document.get('grants');
  const index = isSeq(grants)
    ? grants.items.findIndex((item) => isMap(item) && item.get('name') === name)
    : -1;
  if (index < 0) throw new RangeError(`The file has no grant ${name}.`);
  return index;
}

/** Gives the place of the new grant: right behind the one that it is split off. */
function splitGrant(document: Document, index: number, split: Exclude<Split, { as: 'whole' }>): number {
  const grants = document.get('grants');
  const old = document.getIn(['grants', index]);
  if (!isSeq(grants) || !isMap(old)) throw new RangeError('The grants are no list of maps.');
  const copy = old.clone();
  if (!isMap(copy)) throw new RangeError('The grant is no map.');
  // What comments say is about the grant that it is split off.
  visit(copy, {
    Node: (_key, node) => {
      delete node.comment;
      delete node.commentBefore;
    },
  });
  copy.set('name', split.name);
  for (const field of ['connections', 'role', 'accounts', 'shareRole']) copy.delete(field);
  if (split.as === 'pair') {
    const pair = document.getIn(['grants', index, 'roles', split.index]);
    document.deleteIn(['grants', index, 'roles', split.index]);
    copy.set('roles', document.createNode([isMap(pair) ? pair.toJSON() : pair]));
  } else {
    document.setIn(['grants', index, 'connections', 'name'], document.createNode(split.others));
    copy.set('roles', document.createNode([split.pair]));
  }
  grants.items.splice(index + 1, 0, copy);
  return index + 1;
}

function setField(document: Document, index: number, field: string, value: unknown): void {
  const path = ['grants', index, field];
  if (field === 'inlinePolicies') setPolicies(document, path, value as AcceptedTerms['inlinePolicies']);
  else if (field === 'trust') setTrust(document, path, value as NonNullable<AcceptedTerms['trust']>);
  else document.setIn(path, document.createNode(value));
}

/** A file of policies may be of other grants too: what is new stands in the grant itself. */
function setPolicies(
  document: Document,
  path: readonly (string | number)[],
  policies: AcceptedTerms['inlinePolicies'] = {},
): void {
  for (const [name, policy] of Object.entries(policies)) {
    if (policy === undefined) document.deleteIn([...path, name]);
    else document.setIn([...path, name], document.createNode({ document: policy }));
  }
}

function setTrust(
  document: Document,
  path: readonly (string | number)[],
  { statements, conditions, expectDeny }: NonNullable<AcceptedTerms['trust']>,
): void {
  const trust = {
    ...(statements.length > 0 ? { statements } : {}),
    ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
    ...(expectDeny === 'none' ? {} : { expectDeny }),
  };
  if (Object.keys(trust).length === 0) document.deleteIn(path);
  else document.setIn(path, document.createNode(trust));
}
