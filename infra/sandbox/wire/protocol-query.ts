import { AwsError } from '../service.ts';
import { textOf, type WireRequest } from './http.ts';
import type { Protocol, Refusals } from './protocol.ts';
import { readForm } from './query-form.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import { escapeXml, rootOf, xmlCodec } from './xml.ts';

const refusals: Refusals = {
  unsigned: ['MissingAuthenticationToken', 403],
  unknownKey: ['InvalidClientTokenId', 403],
  invalidToken: ['InvalidClientTokenId', 403],
  expiredToken: ['ExpiredToken', 403],
  malformed: ['MalformedInput', 400],
  internal: ['InternalFailure', 500],
};

/**
 * awsQuery: the operation and its input in form fields, XML back.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function queryProtocol(model: ServiceModel): Protocol {
  return {
    refusals,

    operationOf(request) {
      const action = formOf(request).get('Action') ?? '';
      const operation = model.operations.get(action);
      if (!operation) throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${model.version}`);
      return operation;
    },

    readInput: (operation, request) => readForm(operation.input, formOf(request)),
    writeOutput: queryWriter(model),
    writeError: queryErrors(model),
  };
}

function queryWriter({ xmlNamespace }: ServiceModel): Protocol['writeOutput'] {
  const writer = xmlCodec('').createSerializer();
  const resultOf = (operation: OperationModel, output: object): string => {
    if (!operation.output.isStructSchema()) return '';
    writer.write(operation.output, output);
    return renameRoot(String(writer.flush()), `${operation.name}Result`);
  };
  return (operation, output, requestId) => {
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const root = `${operation.name}Response`;
    const body = `<${root} xmlns="${xmlNamespace}">${resultOf(operation, output)}${metadata}</${root}>`;
    return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
  };
}

function queryErrors({ xmlNamespace, queryCodes }: ServiceModel): Protocol['writeError'] {
  return ({ status, code, message, headers }, requestId) => {
    const type = status < 500 ? 'Sender' : 'Receiver';
    const inner = `<Type>${type}</Type><Code>${escapeXml(queryCodes.get(code) ?? code)}</Code><Message>${escapeXml(message)}</Message>`;
    const body = `<ErrorResponse xmlns="${xmlNamespace}"><Error>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...headers }, body };
  };
}

/** The fields of the body; a GET carries them in the query. */
function formOf({ method, query, body }: WireRequest): URLSearchParams {
  return method === 'GET' ? new URLSearchParams(query) : new URLSearchParams(textOf(body));
}

/** The SDK names the root after the output's shape; the protocol wants it named after the operation. */
function renameRoot(xml: string, name: string): string {
  const root = rootOf(xml);
  const inner = xml.slice(root.length + 1);
  return inner.endsWith(`</${root}>`) ? `<${name}${inner.slice(0, -(root.length + 3))}</${name}>` : `<${name}${inner}`;
}
