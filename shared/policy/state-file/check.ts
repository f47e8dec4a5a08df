/** What is wrong with a value by its schema, every fault with its path; fields the schema does not know are noted and taken out. */
import type * as z from 'zod';
import { type Complaint, type Path, pathText, shown } from '../../model/desired-state/faults.ts';
import { isPlain } from './plain.ts';

type Issue = z.core.$ZodIssue;

export interface Checked {
  /** Without the fields nobody knows. */
  readonly value: unknown;
  readonly complaints: readonly Complaint[];
  /** Fields that were left aside. */
  readonly notes: readonly string[];
}

interface Found {
  readonly complaints: readonly Complaint[];
  readonly unknown: readonly Path[];
}

const isUnreadable = (value: unknown): boolean => isPlain(value) && 'unreadable' in value;

/** Of a union the schema of the value comes first, that of `unreadable` last. */
function meant(issue: Extract<Issue, { code: 'invalid_union' }>, input: unknown): readonly Issue[] {
  return (isUnreadable(input) ? issue.errors.at(-1) : issue.errors[0]) ?? [];
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((in_, step) => (typeof in_ === 'object' && in_ !== null ? (in_ as never)[step] : undefined), value);

function findings(issues: readonly Issue[], root: unknown, base: Path = []): Found {
  const found = issues.map((issue): Found => {
    const path = [...base, ...(issue.path as Path)];
    if (issue.code === 'unrecognized_keys') return { complaints: [], unknown: issue.keys.map((key) => [...path, key]) };
    if (issue.code === 'invalid_union') return findings(meant(issue, at(root, path)), root, path);
    return { complaints: [{ path, message: messageFor(issue, at(root, path)) }], unknown: [] };
  });
  return { complaints: found.flatMap((one) => one.complaints), unknown: found.flatMap((one) => one.unknown) };
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function messageFor(issue: Issue, input: unknown): string {
  const got = input === undefined ? 'is missing: it' : undefined;
  const tail = input === undefined ? '' : `, got ${shown(input)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `${got ?? ''} must be ${kinds[issue.expected] ?? issue.expected}${tail}`.trim();
    case 'invalid_value':
      return `${got ?? ''} must be ${issue.values.map(shown).join(' or ')}${tail}`.trim();
    case 'invalid_key':
      return `${issue.issues[0]?.message ?? 'has a name that cannot be'}`;
    default:
      return `${issue.message}${issue.code === 'invalid_format' ? tail : ''}`;
  }
}

function without(value: unknown, paths: readonly Path[]): unknown {
  const copy = structuredClone(value);
  for (const path of paths) {
    const holder = at(copy, path.slice(0, -1));
    if (typeof holder === 'object' && holder !== null) delete (holder as Record<string | number, unknown>)[path.at(-1) ?? ''];
  }
  return copy;
}

export function check(schema: z.ZodType, given: unknown): Checked {
  const notes: string[] = [];
  let value = given;
  // Every round takes unknown fields out, of which there are fewer each time, or is the last.
  for (;;) {
    const result = schema.safeParse(value);
    if (result.success) return { value, complaints: [], notes };
    const { complaints, unknown } = findings(result.error.issues, value);
    if (unknown.length === 0) return { value, complaints, notes };
    notes.push(...unknown.map((path) => `${pathText(path)} is not a known field and was left aside.`));
    value = without(value, unknown);
  }
}
