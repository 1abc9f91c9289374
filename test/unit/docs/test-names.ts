import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Full names of the tests of a file as they stand in its source: those of a table with their placeholders. */
export function testNames(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return collectNames(source, []);
}

function collectNames(node: ts.Node, around: readonly string[]): readonly string[] {
  const call = ts.isCallExpression(node) ? titled(node) : undefined;
  if (call?.of === 'it') return [[...around, call.title].join(' ')];
  const inside = call ? [...around, call.title] : around;
  const names: string[] = [];
  node.forEachChild((child) => {
    names.push(...collectNames(child, inside));
  });
  return names;
}

/** `it('...')`, `describe('...')`, and the second call of `it.each(table)('...')`. */
function titled({ expression, arguments: [title] }: ts.CallExpression) {
  if (!title || !ts.isStringLiteralLike(title)) return undefined;
  const callee = /^(it|describe)(?:InBrowser)?$/.exec(readName(expression))?.[1];
  return callee === undefined ? undefined : { of: callee, title: title.text };
}

function readName(expression: ts.Expression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression))
    return readName(expression.expression);
  return ts.isTaggedTemplateExpression(expression) ? readName(expression.tag) : '';
}
