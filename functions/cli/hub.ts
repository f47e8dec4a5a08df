/** Parameter Store in the account of the person's own credentials, where the documents are kept. */
import { GetParametersByPathCommand, PutParameterCommand, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { failureOf } from '../../shared/aws/failure-of.ts';
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import type { Input, Operation } from '../../shared/model/operations.ts';

const CALLER = 'your own AWS credentials';

async function sendTo(client: SSMClient, { operation, input }: AwsCall): Promise<unknown> {
  switch (operation) {
    case 'ssm:GetParametersByPath':
      return client.send(new GetParametersByPathCommand(input as Input<'ssm:GetParametersByPath'>));
    case 'ssm:PutParameter':
      return client.send(new PutParameterCommand(input as Input<'ssm:PutParameter'>));
    default:
      throw new Error(`${operation} is not a call to Parameter Store`);
  }
}

export function hubGateway({ region, userAgent }: { readonly region?: string; readonly userAgent: string }): AwsGateway {
  const config: SSMClientConfig = { customUserAgent: userAgent, ...(region !== undefined && { region }) };
  const client = new SSMClient(config);
  return {
    send: async <O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> => {
      try {
        return { ok: true, output: (await sendTo(client, call)) as Extract<Reply<O>, { ok: true }>['output'] };
      } catch (error) {
        return { ok: false, error: failureOf(error, CALLER) };
      }
    },
  };
}
