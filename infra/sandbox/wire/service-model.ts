import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef, SchemaTraits, SchemaTraitsObject, StaticErrorSchema, StaticOperationSchema } from '@smithy/types';

export type ProtocolName = 'restXml' | 'restJson1' | 'awsQuery' | 'awsJson1_0' | 'awsJson1_1' | 'rpcv2Cbor';

export interface OperationModel {
  readonly name: string;
  readonly traits: SchemaTraitsObject;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** Members of the input that must be there. */
  readonly required: ReadonlySet<string>;
}

/** A service as its SDK client describes it. */
export interface ServiceModel {
  readonly protocol: ProtocolName;
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly xmlNamespace: string;
  /** API version, e.g. `2010-05-08`. */
  readonly version: string;
  /** Error codes that awsQuery spells otherwise than the name of the error's shape, by that name. */
  readonly queryCodes: ReadonlyMap<string, string>;
  /** Once spoke awsQuery, and still tells those codes to clients that knew them. */
  readonly queryCompatible: boolean;
}

/** A client class of the SDK, as far as describing its service needs it. */
export type ClientClass = new (config: {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}) => {
  readonly config: { readonly protocol: unknown; readonly protocolSettings?: unknown };
  destroy(): void;
};

const described = new WeakMap<ClientClass, ServiceModel>();

/**
 * Reads a service's operations, shapes and protocol out of its SDK client module: each operation's schema is exported under its name and `$`.
 * Once per client class and process.
 */
export function describeService(module: object, client: ClientClass): ServiceModel {
  const known = described.get(client);
  if (known) return known;
  const model = readService(module, client);
  described.set(client, model);
  return model;
}

function readService(module: object, Client: ClientClass): ServiceModel {
  const client = new Client({ region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  const { protocol, protocolSettings } = client.config as {
    protocol: { getShapeId(): string };
    protocolSettings?: Partial<Record<string, string | boolean>>;
  };
  client.destroy();
  const operations = Object.values(module).filter(isOperationSchema).map(readOperation);
  return {
    protocol: protocolName(protocol.getShapeId()),
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    xmlNamespace: String(protocolSettings?.xmlNamespace ?? ''),
    version: String(protocolSettings?.version ?? ''),
    queryCodes: new Map(Object.values(module).filter(isErrorSchema).flatMap(queryCodeOf)),
    queryCompatible: protocolSettings?.awsQueryCompatible === true,
  };
}

const protocols: readonly ProtocolName[] = ['restXml', 'restJson1', 'awsQuery', 'awsJson1_0', 'awsJson1_1', 'rpcv2Cbor'];

function protocolName(shapeId: string): ProtocolName {
  const name = shapeId.slice(shapeId.indexOf('#') + 1);
  const known = protocols.find((protocol) => protocol === name);
  if (known) return known;
  throw new Error(`The local AWS does not speak the protocol ${shapeId}.`);
}

// The first element of a static schema says what it is; 9 is an operation.
const isOperationSchema = (value: unknown): value is StaticOperationSchema => Array.isArray(value) && value[0] === 9;

// -3 is an error.
const isErrorSchema = (value: unknown): value is StaticErrorSchema => Array.isArray(value) && value[0] === -3;

/** @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsqueryerror-trait */
function queryCodeOf([, , name, traits]: StaticErrorSchema): [string, string][] {
  const { awsQueryError } = expandTraits(traits) as { awsQueryError?: readonly [code: string, status: number] };
  return awsQueryError && awsQueryError[0] !== name ? [[name, awsQueryError[0]]] : [];
}

function readOperation([, , name, traits, input, output]: StaticOperationSchema): OperationModel {
  return {
    name,
    traits: expandTraits(traits),
    input: NormalizedSchema.of(input),
    output: NormalizedSchema.of(output),
    required: requiredOf(input),
  };
}

/** Traits come as an object or as a bit vector; only a structure's accessor expands them. */
const expandTraits = (traits: SchemaTraits): SchemaTraitsObject =>
  NormalizedSchema.of([3, '', '', traits, [], []]).getMergedTraits();

/** A structure lists its required members first and ends with their number. */
function requiredOf(input: $SchemaRef): ReadonlySet<string> {
  const schema = NormalizedSchema.of(input).getSchema();
  if (!Array.isArray(schema) || schema[0] !== 3) return new Set();
  return new Set(schema[4].slice(0, schema[6] ?? 0));
}
