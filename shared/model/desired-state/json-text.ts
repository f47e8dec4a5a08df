import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Complaint, Fault, Path, Position, Positions } from './faults.ts';
import { maxDepth } from './plain-value.ts';

export type JsonText =
  | { readonly ok: true; readonly value: unknown; readonly positions: Positions; readonly complaints: readonly Complaint[] }
  /** Not JSON; nothing can be said about what is in it. */
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Reads strict JSON (no comments, no trailing commas; a byte-order mark is skipped) and remembers where everything stands.
 * A field given twice, which `JSON.parse` lets pass, is a complaint; the last one counts.
 */
export function readJson(text: string): JsonText {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const where = lineAndColumn(json);
  const broken = (offset: number, message: string): JsonText => ({
    ok: false,
    faults: [{ path: '', ...where(offset), message }],
  });
  if (json.trim() === '') return broken(0, 'is empty: write at least {"version": 1, "replications": {…}}');
  const tooDeep = depthExceededAt(json);
  if (tooDeep !== undefined) return broken(tooDeep, `is nested more than ${maxDepth} levels deep`);

  const errors: ParseError[] = [];
  const tree = parseTree(json, errors, { disallowComments: true });
  if (errors.length > 0 || tree === undefined) return { ok: false, faults: syntaxFaults(json, errors, where) };
  return read(tree, where);
}

function read(tree: Node, where: (offset: number) => Position): JsonText {
  const offsets = new Map<string, { readonly key: number; readonly value: number }>();
  const complaints: Complaint[] = [];

  const visit = (node: Node, path: Path, key = node.offset): unknown => {
    offsets.set(JSON.stringify(path), { key, value: node.offset });
    if (node.type === 'array') return (node.children ?? []).map((child, index) => visit(child, [...path, index]));
    if (node.type !== 'object') return node.value;
    const entries = new Map<string, unknown>();
    for (const property of node.children ?? []) {
      const [name, value] = property.children as [Node, Node];
      const at = [...path, name.value as string];
      if (entries.has(name.value))
        complaints.push({ path: at, at: 'key', message: 'is given twice in the same object: keep one' });
      entries.set(name.value, visit(value, at, name.offset));
    }
    // Unlike assignment, this makes `__proto__` an ordinary field, to be found and refused later.
    return Object.fromEntries(entries);
  };

  const value = visit(tree, []);
  const positions: Positions = (path, at) => {
    const found = offsets.get(JSON.stringify(path));
    return found && where(found[at]);
  };
  return { ok: true, value, positions, complaints };
}

/** Where nesting first passes the limit: the tree is read by recursion, which a text of brackets alone could exhaust. */
function depthExceededAt(json: string): number | undefined {
  const scanner = createScanner(json, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < json.length; scanner.scan()) {
    const first = json[scanner.getTokenOffset()];
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > maxDepth) return scanner.getTokenOffset();
  }
  return undefined;
}

const syntaxMessages: Readonly<Record<string, string>> = {
  InvalidSymbol: 'is not valid JSON here: text must be in double quotes, and the only bare words are true, false and null',
  InvalidNumberFormat: 'has a number that is not written as JSON writes numbers',
  PropertyNameExpected: 'needs a field name in double quotes here',
  ValueExpected: 'needs a value here',
  ColonExpected: 'needs a colon between field name and value here',
  CommaExpected: 'needs a comma here',
  CloseBraceExpected: 'needs a closing } here',
  CloseBracketExpected: 'needs a closing ] here',
  EndOfFileExpected: 'ends before this: remove what follows the last }',
  InvalidCommentToken: 'has a comment here, which JSON does not know: remove it, or write the document in YAML',
  UnexpectedEndOfComment: 'has a comment here, which JSON does not know: remove it, or write the document in YAML',
  UnexpectedEndOfString: 'has a text without its closing double quote here',
  UnexpectedEndOfNumber: 'has a number that is not written as JSON writes numbers',
  InvalidUnicode: 'has a \\u escape that is not followed by four hexadecimal digits here',
  InvalidEscapeCharacter: 'has an escape that JSON does not know here: a backslash itself is written \\\\',
  InvalidCharacter: 'has a control character in a text here: write a tab as \\t, a line break as \\n',
};

/** One fault per place, and none for the end of the text when something is wrong before it: one slip often looks like several. */
function syntaxFaults(json: string, errors: readonly ParseError[], where: (offset: number) => Position): Fault[] {
  const firstAt = new Map<number, string>();
  for (const error of errors) {
    const offset = Math.min(error.offset, json.trimEnd().length);
    if (!firstAt.has(offset)) firstAt.set(offset, syntaxMessage(json, offset, printParseErrorCode(error.error)));
  }
  const end = json.trimEnd().length;
  const within = [...firstAt].filter(([offset]) => offset < end);
  return (within.length > 0 ? within : [...firstAt]).map(([offset, message]) => ({ path: '', ...where(offset), message }));
}

function syntaxMessage(json: string, offset: number, code: string): string {
  if (offset >= json.trimEnd().length) return 'ends here, in the middle: a closing quote, bracket or brace is missing';
  const isAfterComma = json.slice(0, offset).trimEnd().endsWith(',');
  if (isAfterComma && '}]'.includes(json[offset] ?? ' ')) return 'has a comma before this closing bracket: remove the comma';
  return syntaxMessages[code] ?? 'is not valid JSON here';
}

/** Lines end with \n, \r\n or \r. */
function lineAndColumn(text: string): (offset: number) => Position {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (match) => match.index + match[0].length)];
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}
