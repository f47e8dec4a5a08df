import type { NormalizedSchema } from '@smithy/core/schema';
import type { WireResponse } from './http.ts';
import type { Protocol } from './protocol.ts';
import { type Bindings, bindings, hasBody, writeBound } from './rest-bindings.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import { escapeXml, xmlCodec, xmlHead } from './xml.ts';

type Headers = Readonly<Record<string, string>>;

/** Spreads an output over status, headers and body. */
export function restXmlWriter(model: ServiceModel): Protocol['writeOutput'] {
  const bindingsOf = bindings();
  const writer = xmlCodec(model.xmlNamespace).createSerializer();

  function xmlOf(schema: NormalizedSchema, value: unknown): string {
    writer.write(schema, value);
    return xmlHead + String(writer.flush());
  }

  function bodyOf(
    { output: schema, name }: OperationModel,
    { payload }: Bindings,
    output: Readonly<Record<string, unknown>>,
  ): Body {
    if (name === 'GetBucketLocation') return xml(locationXml(model, output.LocationConstraint));
    if (!payload) return xml(xmlOf(schema, output));
    const [member, payloadSchema] = payload;
    const value = output[member];
    if (payloadSchema.isStructSchema()) return xml(xmlOf(payloadSchema, value ?? {}));
    const type = payloadSchema.isStringSchema() ? 'application/json' : 'binary/octet-stream';
    const body = value instanceof Uint8Array ? value : String(value ?? '');
    return { type, body, streaming: payloadSchema.isStreaming() };
  }

  return (operation, output, requestId) => {
    const bound = bindingsOf(operation.output);
    const headers = { ...writeBound(bound, { ...output }), ...s3Headers(requestId) };
    // A part of an object answers 206: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    const status = 'content-range' in headers ? 206 : (operation.traits.http?.[2] ?? 200);
    if (!hasBody(operation, bound)) return { status, headers, body: '' };
    const { type, body, streaming } = bodyOf(operation, bound, { ...output });
    return { status, headers: { 'content-type': type, ...headers }, body, streaming };
  };
}

interface Body {
  readonly type: string;
  readonly body: Uint8Array | string;
  readonly streaming: boolean;
}

const xml = (body: string): Body => ({ type: 'application/xml', body, streaming: false });

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses */
export const writeS3Error: Protocol['writeError'] = ({ code, message, status, details, headers }, requestId): WireResponse => {
  const elements = Object.entries({ Code: code, Message: message, ...details, RequestId: requestId, HostId: hostId });
  const body = elements.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers, ...s3Headers(requestId) },
    body: `${xmlHead}<Error>${body}</Error>`,
  };
};

const hostId = 'local';

const s3Headers = (requestId: string): Headers => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': hostId });

/** The one answer of S3 without an outer element; us-east-1 is empty. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
const locationXml = (model: ServiceModel, region: unknown): string =>
  `${xmlHead}<LocationConstraint xmlns="${model.xmlNamespace}">${region === undefined ? '' : escapeXml(String(region))}</LocationConstraint>`;
