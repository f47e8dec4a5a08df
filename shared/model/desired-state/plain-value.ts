import { type Complaint, type Path, shown } from './faults.ts';

/** Levels of nesting a document may have; the deepest field we know is at six. */
export const maxDepth = 32;

/** Values a document may have in all; only YAML, where one value can be mentioned many times, gets near it. */
const maxValues = 400_000;

/** Assigned carelessly, these change an object's nature instead of its content. */
const reservedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Copies a value that came from JSON or YAML, so that what follows can rely on plain objects, lists, texts, numbers, booleans and null.
 * What is not that, or must not be in any document, is left out and complained about. Never throws.
 */
export function copyPlain(value: unknown): { readonly value: unknown; readonly complaints: readonly Complaint[] } {
  const progress: Progress = { complaints: [], values: 0 };
  return { value: copy(value, [], progress), complaints: progress.complaints };
}

interface Progress {
  readonly complaints: Complaint[];
  values: number;
}

function copy(value: unknown, path: Path, progress: Progress): unknown {
  const { complaints } = progress;
  progress.values += 1;
  if (progress.values > maxValues) {
    if (progress.values === maxValues + 1) complaints.push({ path: [], message: 'has more than 400,000 values' });
    return undefined;
  }
  if (typeof value === 'string') return checkText(value, path, complaints);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value;
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value)) {
    complaints.push({ path, message: `must be text, a number, true, false, a list or an object, got ${describe(value)}` });
    return undefined;
  }
  if (path.length > maxDepth) {
    complaints.push({ path: path.slice(0, maxDepth), message: `is nested more than ${maxDepth} levels deep` });
    return undefined;
  }
  if (isList) return value.map((item, index) => copy(item, [...path, index], progress));
  return copyFields(value, path, progress);
}

function copyFields(value: object, path: Path, progress: Progress): object {
  const { complaints } = progress;
  const fields = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value)) {
    const at = [...path, name];
    if (reservedNames.has(name)) {
      complaints.push({ path: at, at: 'key', message: 'is a reserved name and cannot be a field: rename or remove it' });
      continue;
    }
    checkText(name, at, complaints, 'key');
    // YAML can write a field without a value of any kind; JSON cannot.
    if (field !== undefined) fields.set(name, copy(field, at, progress));
  }
  return Object.fromEntries(fields);
}

// Parameter Store refuses values with {{…}}: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
// The }} may be two braces that close objects further on, so {{ alone is refused.
function checkText(text: string, path: Path, complaints: Complaint[], at?: 'key'): string {
  if (text.includes('{{')) {
    const message = `must not contain "{{": Parameter Store takes it for a reference and refuses the whole document, got ${shown(text)}`;
    complaints.push({ path, message, ...(at && { at }) });
  }
  return text;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const describe = (value: unknown): string =>
  typeof value === 'object' && value !== null ? `a ${Object.prototype.toString.call(value).slice(8, -1)}` : String(value);
