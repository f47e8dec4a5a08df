import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';

const text = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: 5 }, httpBindings: false });

/**
 * Reads the input of an awsQuery operation out of its form fields (`Tags.member.1.Key=…`): the one direction the SDK does not ship.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function readForm(schema: NormalizedSchema, form: URLSearchParams): object {
  return schema.isStructSchema() ? (readStruct(schema, form, '') ?? {}) : {};
}

/** The value of one shape, its fields starting with `prefix`; undefined: there are none. */
function readShape(schema: NormalizedSchema, form: URLSearchParams, prefix: string): unknown {
  if (schema.isStructSchema()) return readStruct(schema, form, prefix);
  if (schema.isListSchema()) return readList(schema, form, prefix);
  if (schema.isMapSchema()) return readMap(schema, form, prefix);
  const value = form.get(prefix);
  return value === null ? undefined : text.read(schema, value);
}

function readStruct(schema: NormalizedSchema, form: URLSearchParams, prefix: string): object | undefined {
  const members = [...schema.structIterator()].flatMap(([name, member]) => {
    const field = member.getMergedTraits().xmlName ?? name;
    const value = readShape(member, form, prefix === '' ? field : `${prefix}.${field}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** An empty list is sent as the bare field: `Tags=`. */
function readList(schema: NormalizedSchema, form: URLSearchParams, prefix: string): unknown[] | undefined {
  if (form.get(prefix) === '') return [];
  const item = schema.getValueSchema();
  const base = schema.getMergedTraits().xmlFlattened ? prefix : `${prefix}.${item.getMergedTraits().xmlName ?? 'member'}`;
  const values: unknown[] = [];
  for (let number = 1; ; number += 1) {
    const value = readShape(item, form, `${base}.${number}`);
    if (value === undefined) return values.length > 0 ? values : undefined;
    values.push(value);
  }
}

function readMap(schema: NormalizedSchema, form: URLSearchParams, prefix: string): object | undefined {
  const base = schema.getMergedTraits().xmlFlattened ? prefix : `${prefix}.entry`;
  const keyField = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueField = schema.getValueSchema().getMergedTraits().xmlName ?? 'value';
  const entries: [string, unknown][] = [];
  for (let number = 1; ; number += 1) {
    const key = form.get(`${base}.${number}.${keyField}`);
    if (key === null) return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    entries.push([key, readShape(schema.getValueSchema(), form, `${base}.${number}.${valueField}`)]);
  }
}
