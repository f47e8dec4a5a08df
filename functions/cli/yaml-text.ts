/** Documents written in YAML: the value, and where everything in it stands. */
import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Range,
  visit,
  type YAMLError,
} from 'yaml';
import type { Fault, Path, Position, Positions } from '../../shared/model/desired-state/faults.ts';

export type YamlText =
  | { readonly ok: true; readonly value: unknown; readonly positions: Positions }
  /** Not YAML; nothing can be said about what is in it. */
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads one YAML 1.2 document. Anchors and aliases are followed, merge keys (`<<`) too. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  if (document.errors.length > 0) return { ok: false, faults: document.errors.map((error) => syntaxFault(error, lines)) };
  if (document.contents === null) return { ok: false, faults: [{ path: '', line: 1, column: 1, message: 'is empty' }] };
  keepAccountIdsAsText(document);
  try {
    return { ok: true, value: document.toJS(), positions: positionsIn(document, lines) };
  } catch (cause) {
    return {
      ok: false,
      faults: [{ path: '', message: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` }],
    };
  }
}

function syntaxFault(error: YAMLError, lines: LineCounter): Fault {
  const { line, col } = lines.linePos(error.pos[0]);
  return { path: '', line, column: col, message: `is not valid YAML: ${error.message}` };
}

/** `account: 111111111111` without quotes is a number to YAML; no field takes a number of twelve digits. */
function keepAccountIdsAsText(document: Document.Parsed): void {
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'number' && node.source !== undefined && /^\d{12}$/.test(node.source)) node.value = node.source;
    },
  });
}

const stepsMatch = (key: unknown, step: string | number): boolean => String(isScalar(key) ? key.value : key) === String(step);

interface Found {
  readonly key: Node | undefined;
  readonly value: Node | null | undefined;
}

function childOf(node: unknown, step: string | number): Found | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && stepsMatch(item.key, step));
    return pair && { key: pair.key as Node, value: pair.value as Node | null };
  }
  if (isSeq(node) && typeof step === 'number')
    return node.items[step] ? { key: undefined, value: node.items[step] as Node } : undefined;
  return undefined;
}

function positionsIn(document: Document.Parsed, lines: LineCounter): Positions {
  const positionOf = (node: Node | null | undefined): Position | undefined => {
    const range: Range | null | undefined = node?.range;
    if (!range) return undefined;
    const { line, col } = lines.linePos(range[0]);
    return { line, column: col };
  };
  return (path: Path, at) => {
    let found: Found | undefined = { key: undefined, value: document.contents };
    for (const step of path) {
      const parent: Node | null | undefined = found?.value;
      found = childOf(isCollection(parent) ? parent : parent && 'resolve' in parent ? parent.resolve(document) : undefined, step);
    }
    if (!found) return undefined;
    return at === 'key' ? positionOf(found.key ?? found.value) : positionOf(found.value ?? found.key);
  };
}
