/** Where something stands in a document: field names and list positions from the top. */
export type Path = readonly (string | number)[];

/** Both counted from 1; columns in UTF-16 code units, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the text of a path: the value's first character, or the field name's for `key`.
 *
 * @returns undefined when nothing stands there; the nearest enclosing value is asked for next
 */
export type Positions = (path: Path, at: 'key' | 'value') => Position | undefined;

/** One thing that is wrong with a document, and what to do about it. */
export interface Fault {
  /** E.g. `replications.orders-dr.rules[0].prefix`; empty: the document as a whole. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** Continues the path: `must be 12 digits, got "1111"`. */
  readonly message: string;
}

/** A fault before its path is turned into text and looked up. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
  /** Point at the field's name instead of its value. */
  readonly at?: 'key';
}

/** A document that cannot be used; lists every fault, in the order of the text. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';
  readonly document: string;
  readonly faults: readonly Fault[];

  constructor(document: string, faults: readonly Fault[]) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super([`document "${document}" has ${count}:`, ...faults.map((fault) => `  ${faultText(fault)}`)].join('\n'));
    this.document = document;
    this.faults = faults;
  }
}

/** `line 4, column 18: replications.orders-dr.source.account: must be 12 digits, got "1111"` */
export function faultText({ path, line, column, message }: Fault): string {
  const where = line === undefined ? [] : [column === undefined ? `line ${line}` : `line ${line}, column ${column}`];
  return [...where, ...(path === '' ? ['the document'] : [path]), message].join(': ');
}

export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w$-]+$/.test(step)) return `${text}[${shown(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** A value as it is quoted in a message: JSON, cut to 80 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Each complaint once, with its place in the text, in the order of the text (in the given order where there is no text). */
export function toFaults(complaints: readonly Complaint[], positions?: Positions): Fault[] {
  const faults = complaints.map(({ path, message, at }) => ({
    path: pathText(path),
    ...locate(path, at ?? 'value', positions),
    message,
  }));
  const unique = new Map(faults.map((fault) => [JSON.stringify([fault.path, fault.message]), fault]));
  return [...unique.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function locate(path: Path, at: 'key' | 'value', positions: Positions | undefined): Partial<Position> {
  if (positions === undefined) return {};
  const found = positions(path, at);
  if (found !== undefined) return { line: found.line, column: found.column };
  return path.length === 0 ? {} : locate(path.slice(0, -1), 'value', positions);
}
