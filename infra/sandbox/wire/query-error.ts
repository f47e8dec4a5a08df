import type { AwsError } from '../service.ts';
import type { ServiceModel } from './service-model.ts';

/**
 * The header that tells the awsQuery spelling of an error, in services that left awsQuery for another protocol. boto3 takes the code from it.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
export function queryError({ queryCompatible, queryCodes }: ServiceModel, { code, status }: AwsError): Record<string, string> {
  if (!queryCompatible) return {};
  return { 'x-amzn-query-error': `${queryCodes.get(code) ?? code};${status < 500 ? 'Sender' : 'Receiver'}` };
}
