import ts from 'typescript';

/** Attributes whose values people read or hear. */
const SPOKEN =
  /^(aria-(label|description|valuetext|placeholder|roledescription)|title|placeholder|alt|label)$/;
const WORD = /\p{L}{2,}/u;
/** Two words and more, the second in lower case: a sentence rather than a name or a path's data. */
const PROSE = /\p{L}{2,}[,:;]? \p{Ll}{2,}/u;
/** Words that only developers read. */
const FOR_DEVELOPERS = new Set(['Error', 'TypeError', 'RangeError']);

function literal(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  return ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' ')
    : null;
}

function isForDevelopers(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isNewExpression(parent) &&
    ts.isIdentifier(parent.expression) &&
    FOR_DEVELOPERS.has(parent.expression.text)
  );
}

/** The literal that an attribute holds, with or without braces. */
function attributeOf(node: ts.Node): string | null {
  const { parent } = node;
  const attribute = ts.isJsxExpression(parent) ? parent.parent : parent;
  return ts.isJsxAttribute(attribute) ? attribute.name.getText() : null;
}

function isShown(node: ts.Node): boolean {
  const text = literal(node);
  if (text === null || isForDevelopers(node)) {
    return false;
  }
  const attribute = attributeOf(node);
  if (attribute !== null) {
    return SPOKEN.test(attribute) && WORD.test(text);
  }
  const child = ts.isJsxExpression(node.parent) && WORD.test(text);
  return child || PROSE.test(text);
}

/** Words in `source` that a person would read: JSX text, spoken attributes, sentences. */
export function shownStrings(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const shown = ts.isJsxText(node) ? WORD.test(node.text) : isShown(node);
    if (shown) {
      found.push(`${name}: ${node.getText().trim()}`);
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}
