import type { WireRequest } from './http.ts';
import type { Protocol } from './protocol.ts';
import { cborProtocol } from './protocol-cbor.ts';
import { jsonProtocol } from './protocol-json.ts';
import { queryProtocol } from './protocol-query.ts';
import { restJsonProtocol } from './protocol-rest-json.ts';
import { restXmlProtocol } from './protocol-rest-xml.ts';
import type { ProtocolName, ServiceModel } from './service-model.ts';

/**
 * The protocol a request to the service is written in. Services that left awsQuery still take it, and CBOR from clients that prefer it;
 * all others speak the one of their model.
 */
export function protocolsOf(model: ServiceModel): (request: WireRequest) => Protocol {
  const known = new Map<ProtocolName, Protocol>();
  return (request) => {
    const name = model.queryCompatible ? spokenIn(request, model.protocol) : model.protocol;
    const protocol = known.get(name) ?? newProtocol(name, model);
    known.set(name, protocol);
    return protocol;
  };
}

function spokenIn({ headers, query }: WireRequest, usual: ProtocolName): ProtocolName {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpcv2Cbor';
  if (headers['x-amz-target'] !== undefined) return usual;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm || query.Action !== undefined ? 'awsQuery' : usual;
}

function newProtocol(name: ProtocolName, model: ServiceModel): Protocol {
  switch (name) {
    case 'restXml':
      return restXmlProtocol(model);
    case 'restJson1':
      return restJsonProtocol(model);
    case 'awsQuery':
      return queryProtocol(model);
    case 'rpcv2Cbor':
      return cborProtocol(model);
    case 'awsJson1_0':
    case 'awsJson1_1':
      return jsonProtocol(model);
  }
}
