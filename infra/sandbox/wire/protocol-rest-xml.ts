import { AwsError } from '../service.ts';
import { s3Address } from './addressing.ts';
import type { Protocol, Refusals } from './protocol.ts';
import { restXmlReader } from './rest-xml-input.ts';
import { restXmlWriter, writeS3Error } from './rest-xml-output.ts';
import { routerOf } from './routes.ts';
import type { ServiceModel } from './service-model.ts';

const refusals: Refusals = {
  unsigned: ['AccessDenied', 403],
  unknownKey: ['InvalidAccessKeyId', 403],
  invalidToken: ['InvalidToken', 400],
  expiredToken: ['ExpiredToken', 400],
  malformed: ['MalformedXML', 400],
  internal: ['InternalError', 500],
};

/**
 * restXml as S3 speaks it: the operation in method, path and query, its input spread over path, query, headers and body.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 */
export function restXmlProtocol(model: ServiceModel): Protocol {
  const route = routerOf(model);
  return {
    refusals,

    operationOf(request) {
      const { method, path, query, headers } = request;
      if (headers['x-amz-account-id'] !== undefined && path.startsWith('/v20180820/')) {
        throw new AwsError('NotImplemented', `The local AWS does not implement S3 Control: ${method} ${path}`, 501);
      }
      const operation = route(request, s3Address(request.host, path));
      if (operation) return operation;
      throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
        details: { Method: method, Resource: path, Query: Object.keys(query).join('&') },
      });
    },

    readInput: restXmlReader(),
    writeOutput: restXmlWriter(model),
    writeError: writeS3Error,
  };
}
