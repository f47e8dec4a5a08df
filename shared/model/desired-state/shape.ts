import * as z from 'zod';
import { type Complaint, type Path, pathText, shown } from './faults.ts';
import { documentSchema, type ReplicationInput, replicationSchema } from './schema.ts';
import { nearest } from './spelling.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** All that is wrong with the shape of a document: unknown and missing fields, wrong types, texts that are not written as they must be. */
export function checkShape(value: unknown): Complaint[] {
  const result = documentSchema.safeParse(value, { error: message });
  return result.success ? [] : result.error.issues.flatMap((issue) => complaintsOf(issue));
}

function complaintsOf(issue: Issue, base: Path = []): Complaint[] {
  const path = [...base, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key));
  if (issue.code !== 'invalid_union') return [{ path, message: issue.message }];
  // The branch the value was meant for is the one that has no quarrel with its type.
  const meant = issue.errors.filter(
    (branch) => !branch.some(({ path: at, code }) => at.length === 0 && code.startsWith('invalid_')),
  );
  return meant[0] === undefined ? [{ path, message: issue.message }] : meant[0].flatMap((inner) => complaintsOf(inner, path));
}

/** What zod found, in plain words; messages of our own checks pass unchanged. */
function message(issue: RawIssue): string | undefined {
  const missing = issue.input === undefined;
  switch (issue.code) {
    case 'invalid_type':
      return missing
        ? `is missing: it must be ${kinds[issue.expected] ?? issue.expected}`
        : `must be ${kinds[issue.expected] ?? issue.expected}, got ${shown(issue.input)}${quoteHint(issue)}`;
    case 'invalid_value':
      return missing
        ? `is missing: write ${choice(issue.values)}`
        : `must be ${choice(issue.values)}, got ${shown(issue.input)}${meantHint(issue)}`;
    case 'invalid_union':
      return `must be ${unionKinds[String(issue.path?.at(-1))] ?? 'of another type'}, got ${shown(issue.input)}`;
    case 'too_small':
    case 'too_big':
      return rangeMessage(issue);
    default:
      return undefined;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Fields that take values of more than one type. */
const unionKinds: Readonly<Record<string, string>> = {
  blockPublicAccess: 'true, or an object with the four settings each true or false (leave it out to leave the bucket as it is)',
  tags: 'an object of tag keys and values, or a list of {"Key": …, "Value": …}',
};

const choice = (values: readonly unknown[]): string =>
  values.length === 1 ? `the ${typeof values[0]} ${shown(values[0])}` : `one of ${values.map(shown).join(', ')}`;

/** A number where digits were meant, as an account id without quotes in YAML. */
const quoteHint = (issue: RawIssue): string =>
  issue.code === 'invalid_type' && issue.expected === 'string' && typeof issue.input === 'number' ? ': put it in quotes' : '';

function meantHint(issue: RawIssue): string {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return '';
  const meant = nearest(
    issue.input,
    issue.values.filter((value) => typeof value === 'string'),
  );
  return meant === undefined ? '' : `; did you mean ${shown(meant)}?`;
}

function rangeMessage(issue: RawIssue): string | undefined {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return undefined;
  const limit = issue.code === 'too_small' ? `at least ${group(issue.minimum)}` : `at most ${group(issue.maximum)}`;
  if (issue.origin === 'string') return `must have ${limit} characters, got ${String(issue.input).length}`;
  if (issue.origin === 'array') return `must have ${limit} item: leave the field out for its default`;
  return `must be ${limit}, got ${shown(issue.input)}`;
}

const group = (limit: number | bigint): string => limit.toLocaleString('en');

function unknownField(parent: Path, key: string): Complaint {
  const known = knownFields(parent);
  const meant = nearest(key, known);
  const elsewhere = meant === undefined ? homeOf(parent, key) : undefined;
  const advice =
    meant !== undefined
      ? `did you mean ${shown(meant)}?`
      : elsewhere !== undefined
        ? `it belongs in ${elsewhere}`
        : `known here are ${known.join(', ')}`;
  return { path: [...parent, key], at: 'key', message: `is not a known field: ${advice}` };
}

/** The fields a document may have in the object at a path. */
function knownFields(path: Path): string[] {
  const schemas = path.reduce<readonly unknown[]>(
    (at, step) => at.flatMap((schema) => child(schema, step)),
    plainly(documentSchema),
  );
  return schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
}

function child(schema: unknown, step: string | number): unknown[] {
  if (schema instanceof z.ZodArray && typeof step === 'number') return plainly(schema.element);
  if (schema instanceof z.ZodRecord) return plainly(schema.valueType);
  return schema instanceof z.ZodObject && Object.hasOwn(schema.shape, step) ? plainly(schema.shape[step]) : [];
}

/** A schema without its wrapping; several where there is a choice. */
function plainly(schema: unknown): unknown[] {
  if (schema instanceof z.ZodOptional) return plainly(schema.unwrap());
  return schema instanceof z.ZodUnion ? schema.options.flatMap(plainly) : [schema];
}

/** Where a field of that name would be right: one level up or down, e.g. `source and destination` for `bucket`. */
function homeOf(parent: Path, key: string): string | undefined {
  const below = ['source', 'destination', 'rules'].filter((name) =>
    knownFields([...parent, name, ...(name === 'rules' ? [0] : [])]).includes(key),
  );
  if (below.length > 0) return below.map((name) => (name === 'rules' ? 'a rule of rules' : name)).join(' or ');
  for (let up = parent.length - 1; up >= 0; up -= 1) {
    const place = parent.slice(0, up);
    if (knownFields(place).includes(key)) return place.length === 0 ? 'the document itself' : pathText(place);
  }
  return undefined;
}

/** A replication without the fields whose shape is wrong, so that the rest of it can be checked all the same. */
export interface Sound {
  readonly input: ReplicationInput;
  /** What was taken out, as paths inside the replication. */
  readonly removed: readonly Path[];
}

/** @returns undefined when the value is no replication at all */
export function soundPart(value: unknown): Sound | undefined {
  const removed: Path[] = [];
  const rest: unknown = structuredClone(value);
  // Taking a field out can leave its parent incomplete, which then goes too: each round takes something out or is the last.
  for (;;) {
    const result = replicationSchema.safeParse(rest);
    if (result.success) return { input: result.data, removed };
    for (const issue of result.error.issues) {
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const path of paths as Path[]) {
        if (removed.some((gone) => isWithin(path, gone))) continue;
        const taken = takeOut(rest, path);
        if (taken === undefined) return undefined;
        removed.push(taken);
      }
    }
  }
}

/** Whether a path is the other one or leads further down from it. */
export const isWithin = (path: Path, outer: Path): boolean => outer.every((step, index) => path[index] === step);

/** Removes what stands at a path, or the nearest field around it; undefined when that would be everything. */
function takeOut(root: unknown, path: Path): Path | undefined {
  if (path.length === 0) return undefined;
  const parent = path.slice(0, -1).reduce<unknown>((at, step) => fieldOf(at, step), root);
  const last = path.at(-1) as string | number;
  const isField = typeof parent === 'object' && parent !== null && !Array.isArray(parent) && Object.hasOwn(parent, last);
  if (!isField) return takeOut(root, path.slice(0, -1));
  delete (parent as Record<string, unknown>)[last];
  return path;
}

/** One step down a value of any kind. */
export const fieldOf = (value: unknown, step: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? (value as Record<string | number, unknown>)[step]
    : undefined;
