/** The account of the person's own credentials: Parameter Store, where the documents are kept, and Organizations. */
import { type AnyClient, clientModule, hasOwnEndpoint, maxAttempts } from '../../shared/aws/clients.ts';
import { failureOf } from '../../shared/aws/failure-of.ts';
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import type { Operation } from '../../shared/model/operations.ts';

const CALLER = 'your own AWS credentials';

export interface HubOptions {
  /** undefined: AWS_REGION, else the region of the profile. */
  readonly region?: string;
  readonly userAgent: string;
}

async function createClient(service: string, { region, userAgent }: HubOptions): Promise<AnyClient> {
  const { create } = await clientModule(service);
  const own = { customUserAgent: userAgent, maxAttempts, ownEndpoint: hasOwnEndpoint(service) };
  // Without a region the SDK looks for one itself.
  return create({ ...own, ...(region !== undefined && { region }) } as Parameters<typeof create>[0]);
}

/** Sends with the credentials at hand, whatever account a call names. */
export function hubGateway(options: HubOptions): AwsGateway {
  const clients = new Map<string, Promise<AnyClient>>();
  const clientFor = (service: string): Promise<AnyClient> => {
    const client = clients.get(service) ?? createClient(service, options);
    clients.set(service, client);
    return client;
  };
  return {
    send: async <O extends Operation>({ operation, input }: AwsCall<O>): Promise<Reply<O>> => {
      const [service = '', name = ''] = operation.split(':');
      try {
        const Command = (await clientModule(service)).commands[name];
        if (Command === undefined) throw new Error(`no command for ${operation}`);
        const output = await (await clientFor(service)).send(new Command(input as never));
        return { ok: true, output: output as never };
      } catch (error) {
        return { ok: false, error: failureOf(error, CALLER) };
      }
    },
  };
}
