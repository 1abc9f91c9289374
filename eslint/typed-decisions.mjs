import ts from 'typescript';

const advice =
  'Decide from a typed value (a status, a refusal, a takeover, the operation of an intent), and make the finding, the event or the sentence from it. Only findings/, recording/, notify/ and the output read codes, evidence and sentences.';

const families =
  'account|connection|credential|deployment|grant|hook|import|issuer|organization|policy|provider|read|record|role|run|sts|task|trust|webhook';

/** A code of a finding, a lint result, a check, a failure or an event: `role.not-owned`, `connection.closed.v1`. */
const code = new RegExp(`^(?:${families})\\.[a-z0-9.-]+$`);

/** What members that hold sentences for people are called. */
const sentences = ['message', 'reason', 'occasion', 'what', 'why', 'fix', 'detail', 'sentence'];
const searches = ['includes', 'startsWith', 'endsWith', 'indexOf', 'match', 'search', 'test'];
const memberships = ['includes', 'indexOf', 'has'];

function isCodeType(type) {
  const texts = (type.isUnion() ? type.types : [type]).filter((part) => part.isStringLiteral());
  return texts.length > 0 && texts.every(({ value }) => code.test(value));
}

function findName(node) {
  if (node.type === 'MemberExpression') return node.computed ? undefined : node.property.name;
  return node.type === 'Identifier' ? node.name : undefined;
}

/** No code path depends on the code of a finding or an event, on evidence, or on a sentence. */
export const typedDecisions = {
  meta: { type: 'problem', schema: [], messages: { advice } },
  create(context) {
    const { getTypeAtLocation } = context.sourceCode.parserServices;
    const report = (node) => {
      context.report({ node, messageId: 'advice' });
    };
    const isCode = (node) =>
      node.type === 'Literal' ? code.test(String(node.value)) : isCodeType(getTypeAtLocation(node));
    const isNothing = (node) =>
      (node.type === 'Literal' && typeof node.value !== 'string') || findName(node) === 'undefined';
    const isSentence = (node) =>
      sentences.includes(findName(node)) && (getTypeAtLocation(node).flags & ts.TypeFlags.String) !== 0;
    return {
      'BinaryExpression[operator=/^[!=]==$/]'(node) {
        const sides = [node.left, node.right];
        if (sides.some(isNothing)) return;
        if (sides.some(isCode) || sides.some((side) => findName(side) === 'message')) report(node);
      },
      SwitchStatement(node) {
        if (isCode(node.discriminant)) report(node);
      },
      'CallExpression[callee.type="MemberExpression"]'({ callee, arguments: [argument] }) {
        const method = findName(callee);
        const operands = argument ? [callee.object, argument] : [callee.object];
        if (
          (memberships.includes(method) && argument && isCode(argument)) ||
          (searches.includes(method) && (isCode(callee.object) || operands.some(isSentence)))
        )
          report(callee);
      },
      'MemberExpression[computed=true]'(node) {
        if (findName(node.object) === 'evidence') report(node);
      },
    };
  },
};
