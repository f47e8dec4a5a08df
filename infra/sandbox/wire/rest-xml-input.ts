import type { NormalizedSchema } from '@smithy/core/schema';
import { s3Address } from './addressing.ts';
import { textOf } from './http.ts';
import type { Protocol } from './protocol.ts';
import { bindings, readBound } from './rest-bindings.ts';
import { malformedXml, rootOf, withoutPrefixes, xmlCodec } from './xml.ts';

/** Gathers an input from path, query, headers and body. Unknown elements of the body are passed over. */
export function restXmlReader(): Protocol['readInput'] {
  const bindingsOf = bindings();
  const reader = xmlCodec('').createDeserializer();

  function readPayload(schema: NormalizedSchema, body: Uint8Array): unknown {
    if (!schema.isStructSchema()) return schema.isStringSchema() ? textOf(body) : body;
    const xml = withoutPrefixes(textOf(body));
    if (rootOf(xml) !== rootNameOf(schema)) throw malformedXml();
    return reader.read(schema, xml);
  }

  return (operation, request) => {
    const bound = bindingsOf(operation.input);
    const { bucket: Bucket, key: Key } = s3Address(request.host, request.path);
    const input = readBound(bound, request, { Bucket, Key });
    if (request.body.length === 0) return input;
    if (bound.payload) return { ...input, [bound.payload[0]]: readPayload(bound.payload[1], request.body) };
    if (bound.body.length === 0) return input;
    const inBody: object = reader.read(operation.input, withoutPrefixes(textOf(request.body)));
    return { ...input, ...inBody };
  };
}

/** The element a payload has at its root. */
const rootNameOf = (schema: NormalizedSchema): string => schema.getMergedTraits().xmlName ?? schema.getName() ?? '';
