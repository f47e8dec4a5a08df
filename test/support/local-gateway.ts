/** The product's own clients on a local AWS in this process, as the administrator of each account. */
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { type ClientConfig, clientModule, commandFor } from '../../shared/aws/clients.ts';
import { failureOf } from '../../shared/aws/failure-of.ts';
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import { type Operation, operations, serviceIn } from '../../shared/model/operations.ts';

export interface LocalGateway extends AwsGateway {
  readonly counts: { reads: number; writes: number };
  /** Everything sent so far. */
  readonly sent: readonly AwsCall[];
}

/** @param credentialsOf whose credentials are used for an account; left out: the account's own */
export function localGateway(aws: LocalAws, credentialsOf: (account: string) => string = (account) => account): LocalGateway {
  const sent: AwsCall[] = [];
  const counts = { reads: 0, writes: 0 };
  async function send<O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> {
    sent.push(call as AwsCall);
    counts[operations[call.operation].kind === 'read' ? 'reads' : 'writes']++;
    const { create } = await clientModule(serviceIn(call.operation));
    const config = {
      ...{ region: call.region, customUserAgent: 'test', maxAttempts: 1, ownEndpoint: false },
      credentials: async () => ({ accessKeyId: credentialsOf(call.account), secretAccessKey: 'local' }),
      requestHandler: aws.requestHandler(),
    } satisfies ClientConfig & { requestHandler: unknown };
    try {
      return { ok: true, output: (await create(config).send(await commandFor(call as AwsCall))) as never };
    } catch (error) {
      return { ok: false, error: failureOf(error, `the administrator of ${credentialsOf(call.account)}`) };
    }
  }
  return { send, counts, sent };
}
