import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { WireRequest } from './http.ts';
import type { OperationModel } from './service-model.ts';

const settings = { timestampFormat: { useTrait: true, default: 6 as const }, httpBindings: true };
const reader = new FromStringShapeDeserializer(settings);
const writer = new ToStringShapeSerializer(settings);

type Member = readonly [name: string, schema: NormalizedSchema];

/** Where the members of a shape travel. */
export interface Bindings {
  /** In path, query or headers. */
  readonly bound: readonly Member[];
  /** The one that is the whole body. */
  readonly payload: Member | undefined;
  /** Name of the one that is the status of the answer. */
  readonly status?: string | undefined;
  /** In the body, side by side. */
  readonly body: readonly Member[];
}

function bindingsOf(schema: NormalizedSchema): Bindings {
  const members: Member[] = schema.isStructSchema() ? [...schema.structIterator()] : [];
  const isBound = ([, member]: Member): boolean => {
    const { httpLabel, httpHeader, httpQuery, httpPrefixHeaders } = member.getMergedTraits();
    return Boolean(httpLabel || httpHeader || httpQuery) || httpPrefixHeaders !== undefined;
  };
  const isPayload = ([, member]: Member): boolean => Boolean(member.getMergedTraits().httpPayload);
  const isStatus = ([, member]: Member): boolean => Boolean(member.getMergedTraits().httpResponseCode);
  return {
    bound: members.filter(isBound),
    payload: members.find(isPayload),
    status: members.find(isStatus)?.[0],
    body: members.filter((member) => !isBound(member) && !isPayload(member) && !isStatus(member)),
  };
}

/** The bindings of shapes, worked out once for each. */
export function bindings(): (schema: NormalizedSchema) => Bindings {
  const known = new Map<NormalizedSchema, Bindings>();
  return (schema) => {
    const found = known.get(schema) ?? bindingsOf(schema);
    known.set(schema, found);
    return found;
  };
}

/** What stands in the path, by member. */
export type Labels = Readonly<Record<string, string>>;

/** Reads the members that travel in path, query and headers. */
export function readBound({ bound }: Bindings, { headers, query }: WireRequest, labels: Labels): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, schema] of bound) {
    const { httpLabel, httpHeader, httpQuery, httpPrefixHeaders } = schema.getMergedTraits();
    const text = httpHeader ? headers[httpHeader.toLowerCase()] : httpQuery ? query[httpQuery] : undefined;
    if (httpLabel) input[name] = labels[name] ?? '';
    else if (text !== undefined) input[name] = reader.read(schema, text);
    else if (httpPrefixHeaders !== undefined) Object.assign(input, readPrefixed(name, httpPrefixHeaders.toLowerCase(), headers));
  }
  return input;
}

function readPrefixed(name: string, prefix: string, headers: Readonly<Record<string, string>>): object {
  const found = Object.entries(headers).filter(([header]) => header.startsWith(prefix));
  return found.length === 0
    ? {}
    : { [name]: Object.fromEntries(found.map(([header, value]) => [header.slice(prefix.length), value])) };
}

/** Writes the members that travel in headers. */
export function writeBound(
  { bound }: Pick<Bindings, 'bound'>,
  output: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, schema] of bound) {
    const value = output[name];
    const { httpHeader, httpPrefixHeaders } = schema.getMergedTraits();
    if (value === undefined || value === null) continue;
    if (httpHeader) headers[httpHeader.toLowerCase()] = writeText(schema, value);
    else if (httpPrefixHeaders !== undefined) {
      for (const [key, text] of Object.entries(value)) headers[httpPrefixHeaders.toLowerCase() + key] = String(text);
    }
  }
  return headers;
}

function writeText(schema: NormalizedSchema, value: unknown): string {
  writer.write(schema, value);
  return writer.flush();
}

export const hasBody = (operation: OperationModel, { payload, body }: Bindings): boolean =>
  operation.output.isStructSchema() && (payload !== undefined || body.length > 0);
