import { JsonCodec } from '@smithy/core/protocols';
import { AwsError } from '../service.ts';
import type { Protocol } from './protocol.ts';
import { jsonRefusals } from './protocol-json.ts';
import { bindings, readBound, writeBound } from './rest-bindings.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';

const contentType = 'application/json';

/**
 * restJson1: the operation in method and path, its input spread over path, query, headers and a JSON body.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export function restJsonProtocol(model: ServiceModel): Protocol {
  const routes = [...model.operations.values()].map(routeOf);
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true });
  const [reader, writer] = [codec.createDeserializer(), codec.createSerializer()];
  const bindingsOf = bindings();

  const find = (method: string, path: string) => {
    for (const route of routes) {
      const labels = route.method === method ? labelsOf(route, path) : undefined;
      if (labels) return { operation: route.operation, labels };
    }
    return undefined;
  };
  const matched = (method: string, path: string) => {
    // Older models of Lambda end some paths with a slash, and so do the clients made from them.
    const found = find(method, path) ?? find(method, path.replace(/\/$/, ''));
    if (found) return found;
    throw new AwsError('UnknownOperationException', `There is no operation ${method} ${path}.`, 404);
  };

  return {
    refusals: jsonRefusals,
    operationOf: ({ method, path }) => matched(method, path).operation,

    async readInput({ input }, request) {
      const bound = readBound(bindingsOf(input), request, matched(request.method, request.path).labels);
      const { payload } = bindingsOf(input);
      if (!input.isStructSchema() || request.body.length === 0) return bound;
      if (payload) return { ...bound, [payload[0]]: request.body };
      const body: object = await reader.read(input, request.body);
      return { ...body, ...bound };
    },

    writeOutput({ output: schema, traits }, output, requestId) {
      const values: Readonly<Record<string, unknown>> = { ...output };
      const { bound: inHeaders, payload, status: member } = bindingsOf(schema);
      const bound = writeBound({ bound: inHeaders }, values);
      const headers = { 'content-type': contentType, 'x-amzn-requestid': requestId, ...bound };
      const status = Number(values[member ?? ''] ?? traits.http?.[2] ?? 200);
      if (payload) return { status, headers, body: (values[payload[0]] ?? '') as Uint8Array | string };
      if (!schema.isStructSchema()) return { status, headers, body: '{}' };
      writer.write(schema, output);
      return { status, headers, body: writer.flush() };
    },

    writeError: ({ status, code, message, details, headers }, requestId) => ({
      status,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': code, ...headers },
      body: JSON.stringify({ message, Message: message, ...details }),
    }),
  };
}

interface Route {
  readonly operation: OperationModel;
  readonly method: string;
  /** Fixed texts, and members in braces. */
  readonly segments: readonly string[];
}

function routeOf(operation: OperationModel): Route {
  const [method, uri] = operation.traits.http ?? ['', ''];
  return { operation, method, segments: (uri.split('?')[0] ?? '').split('/') };
}

/** The labels of a path that fits the route; undefined: it does not. */
function labelsOf({ segments }: Route, path: string): Readonly<Record<string, string>> | undefined {
  const given = path.split('/');
  if (given.length !== segments.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = given[index] ?? '';
    const label = /^\{(\w+)\+?\}$/.exec(segment)?.[1];
    if (label === undefined ? segment !== text : text === '') return undefined;
    if (label !== undefined) labels[label] = decode(text);
  }
  return labels;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('SerializationException', 'The path is not percent-encoded UTF-8.');
  }
}
