import { JsonCodec } from '@smithy/core/protocols';
import { AwsError } from '../service.ts';
import type { Protocol, Refusals } from './protocol.ts';
import { queryError } from './query-error.ts';
import type { ServiceModel } from './service-model.ts';

export const jsonRefusals: Refusals = {
  unsigned: ['MissingAuthenticationTokenException', 403],
  unknownKey: ['UnrecognizedClientException', 403],
  invalidToken: ['UnrecognizedClientException', 403],
  expiredToken: ['ExpiredTokenException', 400],
  malformed: ['SerializationException', 400],
  internal: ['InternalFailure', 500],
};

/**
 * awsJson 1.0 and 1.1: the operation in `x-amz-target`, everything else in the body.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function jsonProtocol(model: ServiceModel): Protocol {
  const contentType = model.protocol === 'awsJson1_0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });
  const [reader, writer] = [codec.createDeserializer(), codec.createSerializer()];
  return {
    refusals: jsonRefusals,

    operationOf({ headers }) {
      const target = headers['x-amz-target'] ?? '';
      const operation = model.operations.get(target.slice(target.lastIndexOf('.') + 1));
      if (!operation) throw new AwsError('UnknownOperationException', `There is no operation ${target || '(no x-amz-target)'}.`);
      return operation;
    },

    readInput(operation, { body }) {
      return operation.input.isStructSchema() && body.length > 0 ? reader.read(operation.input, body) : {};
    },

    writeOutput(operation, output, requestId) {
      const headers = { 'content-type': contentType, 'x-amzn-requestid': requestId };
      if (!operation.output.isStructSchema()) return { status: 200, headers, body: '{}' };
      writer.write(operation.output, output);
      return { status: 200, headers, body: writer.flush() };
    },

    writeError(error, requestId) {
      return {
        status: error.status,
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': requestId,
          'x-amzn-errortype': error.code,
          ...queryError(model, error),
          ...error.headers,
        },
        body: JSON.stringify({ __type: error.code, message: error.message, ...error.details }),
      };
    },
  };
}
