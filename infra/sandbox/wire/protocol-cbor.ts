import { CborCodec, cbor } from '@smithy/core/cbor';
import { AwsError } from '../service.ts';
import type { Protocol } from './protocol.ts';
import { jsonRefusals } from './protocol-json.ts';
import { queryError } from './query-error.ts';
import type { ServiceModel } from './service-model.ts';

const headersOf = (requestId: string) => ({
  'content-type': 'application/cbor',
  'smithy-protocol': 'rpc-v2-cbor',
  'x-amzn-requestid': requestId,
});

/**
 * Smithy RPC v2 in CBOR, which boto3 and the AWS CLI speak to CloudWatch: the operation in the path, everything else in the body.
 *
 * @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export function cborProtocol(model: ServiceModel): Protocol {
  const codec = new CborCodec();
  const [reader, writer] = [codec.createDeserializer(), codec.createSerializer()];
  return {
    refusals: jsonRefusals,

    operationOf({ path }) {
      const name = /\/service\/[^/]+\/operation\/([^/]+)$/.exec(path)?.[1] ?? '';
      const operation = model.operations.get(name);
      if (!operation) throw new AwsError('UnknownOperationException', `There is no operation at ${path}.`, 404);
      return operation;
    },

    readInput: (operation, { body }) =>
      operation.input.isStructSchema() && body.length > 0 ? reader.read(operation.input, body) : {},

    writeOutput(operation, output, requestId) {
      if (!operation.output.isStructSchema()) return { status: 200, headers: headersOf(requestId), body: cbor.serialize({}) };
      writer.write(operation.output, output);
      return { status: 200, headers: headersOf(requestId), body: writer.flush() };
    },

    writeError: (error, requestId) => ({
      status: error.status,
      headers: { ...headersOf(requestId), ...queryError(model, error), ...error.headers },
      body: cbor.serialize({ __type: error.code, message: error.message, ...error.details }),
    }),
  };
}
