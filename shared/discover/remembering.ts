import type { AwsCall, AwsGateway, Reply } from '../model/aws-call.ts';
import type { Operation } from '../model/operations.ts';

/** Sends each read once, so that a document is compared with the very answers it was made from. */
export function remembering(aws: AwsGateway): AwsGateway {
  const replies = new Map<string, Promise<Reply<Operation>>>();
  return {
    send: <O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> => {
      const key = JSON.stringify([call.operation, call.account, call.region, call.input]);
      const reply = replies.get(key) ?? (aws.send(call) as Promise<Reply<Operation>>);
      replies.set(key, reply);
      return reply as Promise<Reply<O>>;
    },
  };
}
