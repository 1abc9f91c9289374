import ts from 'typescript';

const families =
  'account|connection|credential|deployment|grant|hook|import|issuer|organization|policy|provider|read|record|role|run|sts|task|trust|webhook';

/** A code of a finding, a lint result, a check, a failure or an event: `role.not-owned`, `connection.closed.v1`. */
const code = new RegExp(`^(?:${families})\\.[a-z0-9.-]+$`);

/** What members that hold sentences for people are called. */
const sentences = ['message', 'reason', 'occasion', 'what', 'why', 'fix', 'detail', 'sentence'];
const searches = ['includes', 'startsWith', 'endsWith', 'indexOf', 'match', 'search', 'test'];
const memberships = ['includes', 'indexOf', 'has'];

const readName = (node: ts.Node): string | undefined =>
  ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : undefined;

function isCodeType(type: ts.Type): boolean {
  const texts = (type.isUnion() ? type.types : [type]).filter((part) => part.isStringLiteral());
  return texts.length > 0 && texts.every(({ value }) => code.test(value));
}

/** The lines of a file where a code path depends on the code of a finding or an event, on evidence, or on a sentence. */
export function listUntypedLines(program: ts.Program, file: string): readonly string[] {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is not in the program.`);
  const lines = source.text.split('\n');
  return listUntypedDecisions(source, program.getTypeChecker()).map(
    (node) => lines[source.getLineAndCharacterOfPosition(node.getStart()).line]?.trim() ?? '',
  );
}

function listUntypedDecisions(source: ts.SourceFile, checker: ts.TypeChecker): readonly ts.Node[] {
  const isCode = (node: ts.Expression): boolean =>
    ts.isStringLiteralLike(node) ? code.test(node.text) : isCodeType(checker.getTypeAtLocation(node));
  const isNothing = (node: ts.Expression): boolean =>
    ts.isNumericLiteral(node) ||
    [ts.SyntaxKind.NullKeyword, ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword].includes(node.kind) ||
    readName(node) === 'undefined';
  const isSentence = (node: ts.Expression): boolean =>
    sentences.includes(readName(node) ?? '') &&
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.String) !== 0;

  const comparesCode = ({ left, operatorToken, right }: ts.BinaryExpression): boolean =>
    [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
      operatorToken.kind,
    ) &&
    ![left, right].some(isNothing) &&
    [left, right].some((side) => isCode(side) || readName(side) === 'message');
  const searchesCode = ({ expression: callee, arguments: [argument] }: ts.CallExpression): boolean => {
    if (!ts.isPropertyAccessExpression(callee)) return false;
    const { expression: searched, name } = callee;
    const operands = argument ? [searched, argument] : [searched];
    return (
      (memberships.includes(name.text) && argument !== undefined && isCode(argument)) ||
      (searches.includes(name.text) && (isCode(searched) || operands.some(isSentence)))
    );
  };
  const isUntyped = (node: ts.Node): boolean =>
    (ts.isBinaryExpression(node) && comparesCode(node)) ||
    (ts.isSwitchStatement(node) && isCode(node.expression)) ||
    (ts.isCallExpression(node) && searchesCode(node)) ||
    (ts.isElementAccessExpression(node) && readName(node.expression) === 'evidence');

  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (isUntyped(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
